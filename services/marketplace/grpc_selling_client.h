// The services that sell, behind their channels. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "octavo/accounts/v1/accounts.grpc.pb.h"
#include "octavo/cart/v1/cart.grpc.pb.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/marketplace/circuit_breaker.h"
#include "services/marketplace/grpc_calls.h"
#include "services/marketplace/selling_client.h"

namespace octavo::marketplace {

class GrpcCartClient final : public CartClient {
 public:
  // `calls` and `clock` must outlive it.
  GrpcCartClient(GrpcCalls& calls, const std::shared_ptr<grpc::Channel>& channel, const Clock& clock)
      : calls_(calls), stub_(cart::v1::CartService::NewStub(channel)), breaker_(clock) {}

  Pending<cart::v1::Cart> GetCart(const cart::v1::GetCartRequest& request, const Budget& budget) override;
  Pending<cart::v1::Cart> AddItem(const cart::v1::AddItemRequest& request, const Budget& budget) override;
  Pending<cart::v1::Cart> SetQuantity(const cart::v1::SetQuantityRequest& request, const Budget& budget) override;
  Pending<cart::v1::Cart> SetSavedForLater(const cart::v1::SetSavedForLaterRequest& request, const Budget& budget) override;
  Pending<cart::v1::Cart> SetCodes(const cart::v1::SetCodesRequest& request, const Budget& budget) override;
  Pending<cart::v1::Cart> MergeCarts(const cart::v1::MergeCartsRequest& request, const Budget& budget) override;

 private:
  GrpcCalls& calls_;
  const std::unique_ptr<cart::v1::CartService::Stub> stub_;
  CircuitBreaker breaker_;
};

class GrpcOrdersClient final : public OrdersClient {
 public:
  // `calls` and `clock` must outlive it.
  GrpcOrdersClient(GrpcCalls& calls, const std::shared_ptr<grpc::Channel>& channel, const Clock& clock)
      : calls_(calls),
        stub_(transactions::v1::TransactionsService::NewStub(channel)),
        breaker_(clock),
        preview_breaker_(clock),
        change_breaker_(clock) {}

  Pending<transactions::v1::OrderPreview> PreviewOrder(const transactions::v1::PreviewOrderRequest& request,
                                                       const Budget& budget) override;
  Pending<transactions::v1::Order> PlaceOrder(const transactions::v1::PlaceOrderRequest& request, const Budget& budget) override;
  Pending<transactions::v1::Order> GetPlacedOrder(const transactions::v1::GetPlacedOrderRequest& request,
                                                  const Budget& budget) override;
  Pending<transactions::v1::ListOrderEventsResponse> ListOrderEvents(const transactions::v1::ListOrderEventsRequest& request,
                                                                     const Budget& budget) override;
  Pending<transactions::v1::Order> GetOrder(const transactions::v1::GetOrderRequest& request, const Budget& budget) override;
  Pending<transactions::v1::ListOrdersResponse> ListOrders(const transactions::v1::ListOrdersRequest& request,
                                                           const Budget& budget) override;
  Pending<transactions::v1::Order> CancelOrder(const transactions::v1::CancelOrderRequest& request,
                                               const Budget& budget) override;
  Pending<transactions::v1::Order> RequestReturn(const transactions::v1::RequestReturnRequest& request,
                                                 const Budget& budget) override;
  Pending<transactions::v1::ClaimGuestOrdersResponse> ClaimGuestOrders(const transactions::v1::ClaimGuestOrdersRequest& request,
                                                                       const Budget& budget) override;
  Pending<transactions::v1::EraseCustomerResponse> EraseCustomer(const transactions::v1::EraseCustomerRequest& request,
                                                                 const Budget& budget) override;
  std::shared_ptr<Subscription> StreamOrderEvents(const transactions::v1::StreamOrderEventsRequest& request,
                                                  Listener<transactions::v1::OrderEvent> listener) override;

 private:
  GrpcCalls& calls_;
  const std::unique_ptr<transactions::v1::TransactionsService::Stub> stub_;
  CircuitBreaker breaker_;
  CircuitBreaker preview_breaker_;  // Previews wait for the catalogue, the promotions and the inventory,
  CircuitBreaker change_breaker_;   // and changes for those and for payments.
};

class GrpcPromotionsClient final : public PromotionsClient {
 public:
  // `calls` and `clock` must outlive it.
  GrpcPromotionsClient(GrpcCalls& calls, const std::shared_ptr<grpc::Channel>& channel, const Clock& clock)
      : calls_(calls), stub_(promotions::v1::PromotionsService::NewStub(channel)), breaker_(clock) {}

  Pending<promotions::v1::ListBannersResponse> ListBanners(const promotions::v1::ListBannersRequest& request,
                                                           const Budget& budget) override;

 private:
  GrpcCalls& calls_;
  const std::unique_ptr<promotions::v1::PromotionsService::Stub> stub_;
  CircuitBreaker breaker_;
};

class GrpcAccountsClient final : public AccountsClient {
 public:
  // `calls` and `clock` must outlive it.
  GrpcAccountsClient(GrpcCalls& calls, const std::shared_ptr<grpc::Channel>& channel, const Clock& clock)
      : calls_(calls), stub_(accounts::v1::AccountsService::NewStub(channel)), breaker_(clock), work_breaker_(clock) {}

  Pending<accounts::v1::RegisterResponse> Register(const accounts::v1::RegisterRequest& request, const Budget& budget) override;
  Pending<accounts::v1::VerifyEmailResponse> VerifyEmail(const accounts::v1::VerifyEmailRequest& request,
                                                         const Budget& budget) override;
  Pending<accounts::v1::SignInResponse> SignIn(const accounts::v1::SignInRequest& request, const Budget& budget) override;
  Pending<accounts::v1::SignInResponse> CompleteSignIn(const accounts::v1::CompleteSignInRequest& request,
                                                       const Budget& budget) override;
  Pending<accounts::v1::TwoStep> GetTwoStep(const accounts::v1::GetTwoStepRequest& request, const Budget& budget) override;
  Pending<accounts::v1::OfferTwoStepResponse> OfferTwoStep(const accounts::v1::OfferTwoStepRequest& request,
                                                           const Budget& budget) override;
  Pending<accounts::v1::TurnOnTwoStepResponse> TurnOnTwoStep(const accounts::v1::TurnOnTwoStepRequest& request,
                                                             const Budget& budget) override;
  Pending<accounts::v1::TurnOffTwoStepResponse> TurnOffTwoStep(const accounts::v1::TurnOffTwoStepRequest& request,
                                                               const Budget& budget) override;
  Pending<accounts::v1::MakeRecoveryCodesResponse> MakeRecoveryCodes(const accounts::v1::MakeRecoveryCodesRequest& request,
                                                                     const Budget& budget) override;
  Pending<accounts::v1::SignOutResponse> SignOut(const accounts::v1::SignOutRequest& request, const Budget& budget) override;
  Pending<accounts::v1::SignOutEverywhereResponse> SignOutEverywhere(const accounts::v1::SignOutEverywhereRequest& request,
                                                                     const Budget& budget) override;
  Pending<accounts::v1::Session> VerifySession(const accounts::v1::VerifySessionRequest& request, const Budget& budget) override;
  Pending<accounts::v1::ListSessionsResponse> ListSessions(const accounts::v1::ListSessionsRequest& request,
                                                           const Budget& budget) override;
  Pending<accounts::v1::EndSessionResponse> EndSession(const accounts::v1::EndSessionRequest& request,
                                                       const Budget& budget) override;
  Pending<accounts::v1::ChangePasswordResponse> ChangePassword(const accounts::v1::ChangePasswordRequest& request,
                                                               const Budget& budget) override;
  Pending<accounts::v1::RequestPasswordResetResponse> RequestPasswordReset(
      const accounts::v1::RequestPasswordResetRequest& request, const Budget& budget) override;
  Pending<accounts::v1::ResetPasswordResponse> ResetPassword(const accounts::v1::ResetPasswordRequest& request,
                                                             const Budget& budget) override;
  Pending<accounts::v1::ExportCustomerResponse> ExportCustomer(const accounts::v1::ExportCustomerRequest& request,
                                                               const Budget& budget) override;
  Pending<accounts::v1::EraseCustomerResponse> EraseCustomer(const accounts::v1::EraseCustomerRequest& request,
                                                             const Budget& budget) override;

 private:
  GrpcCalls& calls_;
  const std::unique_ptr<accounts::v1::AccountsService::Stub> stub_;
  CircuitBreaker breaker_;       // Of sessions: each page of a customer asks whose it is.
  CircuitBreaker work_breaker_;  // Of what waits for a password's hash, for messages, or for other services.
};

}  // namespace octavo::marketplace
