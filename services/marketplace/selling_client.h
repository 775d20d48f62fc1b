// What the pages ask the services that sell: carts, orders, promotions, accounts. As ShopClient, which has
// one of each: every method starts a call and returns at once. What may go wrong is in the protos.
// Thread-safe.
#pragma once

#include <memory>

#include "octavo/accounts/v1/accounts.pb.h"
#include "octavo/cart/v1/cart.pb.h"
#include "octavo/promotions/v1/promotions.pb.h"
#include "octavo/transactions/v1/transactions.pb.h"
#include "services/marketplace/pending.h"

namespace octavo::marketplace {

class CartClient {
 public:
  virtual ~CartClient() = default;

  using Cart = Pending<cart::v1::Cart>;
  virtual Cart GetCart(const cart::v1::GetCartRequest& request, const Budget& budget) = 0;
  virtual Cart AddItem(const cart::v1::AddItemRequest& request, const Budget& budget) = 0;
  virtual Cart SetQuantity(const cart::v1::SetQuantityRequest& request, const Budget& budget) = 0;
  virtual Cart SetSavedForLater(const cart::v1::SetSavedForLaterRequest& request, const Budget& budget) = 0;
  virtual Cart SetCodes(const cart::v1::SetCodesRequest& request, const Budget& budget) = 0;
  virtual Cart MergeCarts(const cart::v1::MergeCartsRequest& request, const Budget& budget) = 0;
};

class OrdersClient {
 public:
  virtual ~OrdersClient() = default;

  using Order = Pending<transactions::v1::Order>;
  virtual Pending<transactions::v1::OrderPreview> PreviewOrder(const transactions::v1::PreviewOrderRequest& request,
                                                               const Budget& budget) = 0;
  virtual Order PlaceOrder(const transactions::v1::PlaceOrderRequest& request, const Budget& budget) = 0;
  // What PlaceOrder answered, or will, to a key.
  virtual Order GetPlacedOrder(const transactions::v1::GetPlacedOrderRequest& request, const Budget& budget) = 0;
  // Whose order it must be is for the caller to say: without customer and access_token it is anybody's.
  virtual Order GetOrder(const transactions::v1::GetOrderRequest& request, const Budget& budget) = 0;
  virtual Pending<transactions::v1::ListOrdersResponse> ListOrders(const transactions::v1::ListOrdersRequest& request,
                                                                   const Budget& budget) = 0;
  virtual Order CancelOrder(const transactions::v1::CancelOrderRequest& request, const Budget& budget) = 0;
  virtual Order RequestReturn(const transactions::v1::RequestReturnRequest& request, const Budget& budget) = 0;
  virtual Pending<transactions::v1::ClaimGuestOrdersResponse> ClaimGuestOrders(
      const transactions::v1::ClaimGuestOrdersRequest& request, const Budget& budget) = 0;
  virtual Pending<transactions::v1::EraseCustomerResponse> EraseCustomer(const transactions::v1::EraseCustomerRequest& request,
                                                                         const Budget& budget) = 0;
  virtual Pending<transactions::v1::ListOrderEventsResponse> ListOrderEvents(
      const transactions::v1::ListOrderEventsRequest& request, const Budget& budget) = 0;
  virtual std::shared_ptr<Subscription> StreamOrderEvents(const transactions::v1::StreamOrderEventsRequest& request,
                                                          Listener<transactions::v1::OrderEvent> listener) = 0;
};

class PromotionsClient {
 public:
  virtual ~PromotionsClient() = default;

  virtual Pending<promotions::v1::ListBannersResponse> ListBanners(const promotions::v1::ListBannersRequest& request,
                                                                   const Budget& budget) = 0;
};

class AccountsClient {
 public:
  virtual ~AccountsClient() = default;

  virtual Pending<accounts::v1::RegisterResponse> Register(const accounts::v1::RegisterRequest& request,
                                                           const Budget& budget) = 0;
  virtual Pending<accounts::v1::VerifyEmailResponse> VerifyEmail(const accounts::v1::VerifyEmailRequest& request,
                                                                 const Budget& budget) = 0;
  virtual Pending<accounts::v1::SignInResponse> SignIn(const accounts::v1::SignInRequest& request, const Budget& budget) = 0;
  virtual Pending<accounts::v1::SignInResponse> CompleteSignIn(const accounts::v1::CompleteSignInRequest& request,
                                                               const Budget& budget) = 0;
  virtual Pending<accounts::v1::TwoStep> GetTwoStep(const accounts::v1::GetTwoStepRequest& request, const Budget& budget) = 0;
  virtual Pending<accounts::v1::OfferTwoStepResponse> OfferTwoStep(const accounts::v1::OfferTwoStepRequest& request,
                                                                   const Budget& budget) = 0;
  virtual Pending<accounts::v1::TurnOnTwoStepResponse> TurnOnTwoStep(const accounts::v1::TurnOnTwoStepRequest& request,
                                                                     const Budget& budget) = 0;
  virtual Pending<accounts::v1::TurnOffTwoStepResponse> TurnOffTwoStep(const accounts::v1::TurnOffTwoStepRequest& request,
                                                                       const Budget& budget) = 0;
  virtual Pending<accounts::v1::MakeRecoveryCodesResponse> MakeRecoveryCodes(
      const accounts::v1::MakeRecoveryCodesRequest& request, const Budget& budget) = 0;
  virtual Pending<accounts::v1::SignOutResponse> SignOut(const accounts::v1::SignOutRequest& request, const Budget& budget) = 0;
  virtual Pending<accounts::v1::SignOutEverywhereResponse> SignOutEverywhere(
      const accounts::v1::SignOutEverywhereRequest& request, const Budget& budget) = 0;
  virtual Pending<accounts::v1::Session> VerifySession(const accounts::v1::VerifySessionRequest& request,
                                                       const Budget& budget) = 0;
  virtual Pending<accounts::v1::ListSessionsResponse> ListSessions(const accounts::v1::ListSessionsRequest& request,
                                                                   const Budget& budget) = 0;
  virtual Pending<accounts::v1::EndSessionResponse> EndSession(const accounts::v1::EndSessionRequest& request,
                                                               const Budget& budget) = 0;
  virtual Pending<accounts::v1::ChangePasswordResponse> ChangePassword(const accounts::v1::ChangePasswordRequest& request,
                                                                       const Budget& budget) = 0;
  virtual Pending<accounts::v1::RequestPasswordResetResponse> RequestPasswordReset(
      const accounts::v1::RequestPasswordResetRequest& request, const Budget& budget) = 0;
  virtual Pending<accounts::v1::ResetPasswordResponse> ResetPassword(const accounts::v1::ResetPasswordRequest& request,
                                                                     const Budget& budget) = 0;
  virtual Pending<accounts::v1::ExportCustomerResponse> ExportCustomer(const accounts::v1::ExportCustomerRequest& request,
                                                                       const Budget& budget) = 0;
  virtual Pending<accounts::v1::EraseCustomerResponse> EraseCustomer(const accounts::v1::EraseCustomerRequest& request,
                                                                     const Budget& budget) = 0;
};

}  // namespace octavo::marketplace
