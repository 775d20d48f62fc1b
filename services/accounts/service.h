// AccountsService: octavo.accounts.v1 over Accounts. Translates messages, and limits how many calls with a password run at once.
#pragma once

#include "lib/names/page_tokens.h"
#include "lib/rpc/service.h"
#include "octavo/accounts/v1/accounts.pb.h"
#include "services/accounts/accounts.h"
#include "services/accounts/concurrency_limit.h"
#include "services/accounts/identity_issuer.h"

namespace octavo::accounts {

namespace v1 = ::octavo::accounts::v1;

class AccountsService final : public rpc::Service {
 public:
  // All must outlive the service.
  AccountsService(Accounts& accounts, const names::PageTokens& page_tokens, ConcurrencyLimit& password_calls,
                  const IdentityIssuer& identities, rpc::Pipeline& pipeline);

 private:
  Result<v1::RegisterResponse> Register(const rpc::Call& call, const v1::RegisterRequest& request);
  Result<v1::VerifyEmailResponse> VerifyEmail(const rpc::Call& call, const v1::VerifyEmailRequest& request);
  Result<v1::SignInResponse> SignIn(const rpc::Call& call, const v1::SignInRequest& request);
  Result<v1::SignInResponse> CompleteSignIn(const rpc::Call& call, const v1::CompleteSignInRequest& request);
  Result<v1::SignOutResponse> SignOut(const rpc::Call& call, const v1::SignOutRequest& request);
  Result<v1::SignOutEverywhereResponse> SignOutEverywhere(const rpc::Call& call, const v1::SignOutEverywhereRequest& request);
  Result<v1::Session> VerifySession(const rpc::Call& call, const v1::VerifySessionRequest& request);
  Result<v1::ListSessionsResponse> ListSessions(const rpc::Call& call, const v1::ListSessionsRequest& request);
  Result<v1::EndSessionResponse> EndSession(const rpc::Call& call, const v1::EndSessionRequest& request);
  Result<v1::ChangePasswordResponse> ChangePassword(const rpc::Call& call, const v1::ChangePasswordRequest& request);
  Result<v1::RequestPasswordResetResponse> RequestPasswordReset(const rpc::Call& call,
                                                                const v1::RequestPasswordResetRequest& request);
  Result<v1::ResetPasswordResponse> ResetPassword(const rpc::Call& call, const v1::ResetPasswordRequest& request);
  Result<v1::TwoStep> GetTwoStep(const rpc::Call& call, const v1::GetTwoStepRequest& request);
  Result<v1::OfferTwoStepResponse> OfferTwoStep(const rpc::Call& call, const v1::OfferTwoStepRequest& request);
  Result<v1::TurnOnTwoStepResponse> TurnOnTwoStep(const rpc::Call& call, const v1::TurnOnTwoStepRequest& request);
  Result<v1::TurnOffTwoStepResponse> TurnOffTwoStep(const rpc::Call& call, const v1::TurnOffTwoStepRequest& request);
  Result<v1::MakeRecoveryCodesResponse> MakeRecoveryCodes(const rpc::Call& call, const v1::MakeRecoveryCodesRequest& request);
  Result<v1::Customer> GetCustomer(const rpc::Call& call, const v1::GetCustomerRequest& request);
  Result<v1::ListCustomersResponse> ListCustomers(const rpc::Call& call, const v1::ListCustomersRequest& request);
  Result<v1::Customer> SetRole(const rpc::Call& call, const v1::SetRoleRequest& request);
  Result<v1::ExportCustomerResponse> ExportCustomer(const rpc::Call& call, const v1::ExportCustomerRequest& request);
  Result<v1::EraseCustomerResponse> EraseCustomer(const rpc::Call& call, const v1::EraseCustomerRequest& request);
  Result<v1::CreateApiKeyResponse> CreateApiKey(const rpc::Call& call, const v1::CreateApiKeyRequest& request);
  Result<v1::ListApiKeysResponse> ListApiKeys(const rpc::Call& call, const v1::ListApiKeysRequest& request);
  Result<v1::ApiKey> RevokeApiKey(const rpc::Call& call, const v1::RevokeApiKeyRequest& request);
  Result<v1::ExchangeApiKeyResponse> ExchangeApiKey(const rpc::Call& call, const v1::ExchangeApiKeyRequest& request);

  // With a token for whoever has the session.
  v1::Session ToProto(const OpenSession& session) const;
  v1::SignInResponse ToProto(const Accounts::SignedIn& signed_in) const;

  Accounts& accounts_;
  const names::PageTokens& page_tokens_;
  ConcurrencyLimit& password_calls_;
  const IdentityIssuer& identities_;
};

}  // namespace octavo::accounts
