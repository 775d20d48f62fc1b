#include "services/marketplace/grpc_selling_client.h"

#include <utility>

namespace octavo::marketplace {

using accounts::v1::AccountsService;
using cart::v1::CartService;
using promotions::v1::PromotionsService;
using transactions::v1::TransactionsService;

Pending<cart::v1::Cart> GrpcCartClient::GetCart(const cart::v1::GetCartRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &CartService::Stub::async::GetCart, request, budget, &breaker_);
}

Pending<cart::v1::Cart> GrpcCartClient::AddItem(const cart::v1::AddItemRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &CartService::Stub::async::AddItem, request, budget, &breaker_);
}

Pending<cart::v1::Cart> GrpcCartClient::SetQuantity(const cart::v1::SetQuantityRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &CartService::Stub::async::SetQuantity, request, budget, &breaker_);
}

Pending<cart::v1::Cart> GrpcCartClient::SetSavedForLater(const cart::v1::SetSavedForLaterRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &CartService::Stub::async::SetSavedForLater, request, budget, &breaker_);
}

Pending<cart::v1::Cart> GrpcCartClient::SetCodes(const cart::v1::SetCodesRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &CartService::Stub::async::SetCodes, request, budget, &breaker_);
}

Pending<cart::v1::Cart> GrpcCartClient::MergeCarts(const cart::v1::MergeCartsRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &CartService::Stub::async::MergeCarts, request, budget, &breaker_);
}

Pending<transactions::v1::OrderPreview> GrpcOrdersClient::PreviewOrder(const transactions::v1::PreviewOrderRequest& request,
                                                                       const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::PreviewOrder, request, budget, &preview_breaker_);
}

Pending<transactions::v1::Order> GrpcOrdersClient::PlaceOrder(const transactions::v1::PlaceOrderRequest& request,
                                                              const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::PlaceOrder, request, budget,
                      /*breaker=*/nullptr);
}

Pending<transactions::v1::Order> GrpcOrdersClient::GetPlacedOrder(const transactions::v1::GetPlacedOrderRequest& request,
                                                                  const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::GetPlacedOrder, request, budget,
                      /*breaker=*/nullptr);
}

Pending<transactions::v1::ListOrderEventsResponse> GrpcOrdersClient::ListOrderEvents(
    const transactions::v1::ListOrderEventsRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::ListOrderEvents, request, budget, &breaker_);
}

Pending<transactions::v1::Order> GrpcOrdersClient::GetOrder(const transactions::v1::GetOrderRequest& request,
                                                            const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::GetOrder, request, budget, &breaker_);
}

Pending<transactions::v1::ListOrdersResponse> GrpcOrdersClient::ListOrders(const transactions::v1::ListOrdersRequest& request,
                                                                           const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::ListOrders, request, budget, &breaker_);
}

Pending<transactions::v1::Order> GrpcOrdersClient::CancelOrder(const transactions::v1::CancelOrderRequest& request,
                                                               const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::CancelOrder, request, budget, &change_breaker_);
}

Pending<transactions::v1::Order> GrpcOrdersClient::RequestReturn(const transactions::v1::RequestReturnRequest& request,
                                                                 const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::RequestReturn, request, budget, &change_breaker_);
}

Pending<transactions::v1::ClaimGuestOrdersResponse> GrpcOrdersClient::ClaimGuestOrders(
    const transactions::v1::ClaimGuestOrdersRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::ClaimGuestOrders, request, budget, &change_breaker_);
}

Pending<transactions::v1::EraseCustomerResponse> GrpcOrdersClient::EraseCustomer(
    const transactions::v1::EraseCustomerRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &TransactionsService::Stub::async::EraseCustomer, request, budget, &change_breaker_);
}

std::shared_ptr<Subscription> GrpcOrdersClient::StreamOrderEvents(const transactions::v1::StreamOrderEventsRequest& request,
                                                                  Listener<transactions::v1::OrderEvent> listener) {
  return calls_.Follow(*stub_->async(), &TransactionsService::Stub::async::StreamOrderEvents, request, std::move(listener));
}

Pending<promotions::v1::ListBannersResponse> GrpcPromotionsClient::ListBanners(const promotions::v1::ListBannersRequest& request,
                                                                               const Budget& budget) {
  return calls_.Start(*stub_->async(), &PromotionsService::Stub::async::ListBanners, request, budget, &breaker_);
}

Pending<accounts::v1::RegisterResponse> GrpcAccountsClient::Register(const accounts::v1::RegisterRequest& request,
                                                                     const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::Register, request, budget, &work_breaker_);
}

Pending<accounts::v1::VerifyEmailResponse> GrpcAccountsClient::VerifyEmail(const accounts::v1::VerifyEmailRequest& request,
                                                                           const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::VerifyEmail, request, budget, &work_breaker_);
}

Pending<accounts::v1::SignInResponse> GrpcAccountsClient::SignIn(const accounts::v1::SignInRequest& request,
                                                                 const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::SignIn, request, budget, &work_breaker_);
}

Pending<accounts::v1::SignInResponse> GrpcAccountsClient::CompleteSignIn(const accounts::v1::CompleteSignInRequest& request,
                                                                         const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::CompleteSignIn, request, budget, &breaker_);
}

Pending<accounts::v1::TwoStep> GrpcAccountsClient::GetTwoStep(const accounts::v1::GetTwoStepRequest& request,
                                                              const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::GetTwoStep, request, budget, &breaker_);
}

Pending<accounts::v1::OfferTwoStepResponse> GrpcAccountsClient::OfferTwoStep(const accounts::v1::OfferTwoStepRequest& request,
                                                                             const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::OfferTwoStep, request, budget, &breaker_);
}

Pending<accounts::v1::TurnOnTwoStepResponse> GrpcAccountsClient::TurnOnTwoStep(const accounts::v1::TurnOnTwoStepRequest& request,
                                                                               const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::TurnOnTwoStep, request, budget, &breaker_);
}

Pending<accounts::v1::TurnOffTwoStepResponse> GrpcAccountsClient::TurnOffTwoStep(
    const accounts::v1::TurnOffTwoStepRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::TurnOffTwoStep, request, budget, &work_breaker_);
}

Pending<accounts::v1::MakeRecoveryCodesResponse> GrpcAccountsClient::MakeRecoveryCodes(
    const accounts::v1::MakeRecoveryCodesRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::MakeRecoveryCodes, request, budget, &work_breaker_);
}

Pending<accounts::v1::SignOutResponse> GrpcAccountsClient::SignOut(const accounts::v1::SignOutRequest& request,
                                                                   const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::SignOut, request, budget, &breaker_);
}

Pending<accounts::v1::SignOutEverywhereResponse> GrpcAccountsClient::SignOutEverywhere(
    const accounts::v1::SignOutEverywhereRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::SignOutEverywhere, request, budget, &breaker_);
}

Pending<accounts::v1::Session> GrpcAccountsClient::VerifySession(const accounts::v1::VerifySessionRequest& request,
                                                                 const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::VerifySession, request, budget, &breaker_);
}

Pending<accounts::v1::ListSessionsResponse> GrpcAccountsClient::ListSessions(const accounts::v1::ListSessionsRequest& request,
                                                                             const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::ListSessions, request, budget, &breaker_);
}

Pending<accounts::v1::EndSessionResponse> GrpcAccountsClient::EndSession(const accounts::v1::EndSessionRequest& request,
                                                                         const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::EndSession, request, budget, &breaker_);
}

Pending<accounts::v1::ChangePasswordResponse> GrpcAccountsClient::ChangePassword(
    const accounts::v1::ChangePasswordRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::ChangePassword, request, budget, &work_breaker_);
}

Pending<accounts::v1::RequestPasswordResetResponse> GrpcAccountsClient::RequestPasswordReset(
    const accounts::v1::RequestPasswordResetRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::RequestPasswordReset, request, budget, &work_breaker_);
}

Pending<accounts::v1::ResetPasswordResponse> GrpcAccountsClient::ResetPassword(const accounts::v1::ResetPasswordRequest& request,
                                                                               const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::ResetPassword, request, budget, &work_breaker_);
}

Pending<accounts::v1::ExportCustomerResponse> GrpcAccountsClient::ExportCustomer(
    const accounts::v1::ExportCustomerRequest& request, const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::ExportCustomer, request, budget, &work_breaker_);
}

Pending<accounts::v1::EraseCustomerResponse> GrpcAccountsClient::EraseCustomer(const accounts::v1::EraseCustomerRequest& request,
                                                                               const Budget& budget) {
  return calls_.Start(*stub_->async(), &AccountsService::Stub::async::EraseCustomer, request, budget, &work_breaker_);
}

}  // namespace octavo::marketplace
