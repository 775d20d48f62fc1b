#include "services/accounts/service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/quoted.h"
#include "lib/base/uuid.h"
#include "lib/rpc/request.h"
#include "lib/rpc/values.h"

namespace octavo::accounts {
namespace {

constexpr names::PageSizes kPageSizes{.standard = 50, .most = 1000};
constexpr std::size_t kRequestIdBytesMax = 100;
constexpr std::string_view kNamePrefix = "customers/";
constexpr std::string_view kSessionPrefix = "sessions/";
constexpr std::string_view kApiKeyPrefix = "apiKeys/";

std::string NameOf(const Customer& customer) { return std::string(kNamePrefix) + customer.id.value(); }

Result<CustomerId> ParseName(const std::string& name) {
  if (!name.starts_with(kNamePrefix) || !IsUuid(name.substr(kNamePrefix.size()))) {
    return InvalidField("name", Quoted(name) + " is not a customer's name, like customers/<uuid>");
  }
  return CustomerId(name.substr(kNamePrefix.size()));
}

Result<Role> ParseRole(v1::Role role) {
  if (role < v1::ROLE_CUSTOMER || role > v1::ROLE_OWNER) return InvalidField("role", "is missing or unknown");
  return static_cast<Role>(role);
}

v1::Customer ToProto(const Customer& customer) {
  v1::Customer to;
  to.set_name(NameOf(customer));
  to.set_email(customer.email);
  to.set_email_verified(true);
  to.set_full_name(customer.full_name);
  to.set_role(static_cast<v1::Role>(customer.role));
  *to.mutable_create_time() = rpc::ToProto(customer.created);
  return to;
}

v1::ApiKey ToProto(const ApiKey& key) {
  v1::ApiKey to;
  to.set_name(std::string(kApiKeyPrefix) + key.id);
  to.set_display_name(key.display_name);
  for (const std::string& scope : key.scopes) to.add_scopes(scope);
  *to.mutable_create_time() = rpc::ToProto(key.created);
  if (key.last_used) *to.mutable_last_use_time() = rpc::ToProto(*key.last_used);
  if (key.revoked) *to.mutable_revoke_time() = rpc::ToProto(*key.revoked);
  return to;
}

}  // namespace

AccountsService::AccountsService(Accounts& accounts, const names::PageTokens& page_tokens, ConcurrencyLimit& password_calls,
                                 const IdentityIssuer& identities, rpc::Pipeline& pipeline)
    : rpc::Service("octavo.accounts.v1.AccountsService", pipeline),
      accounts_(accounts),
      page_tokens_(page_tokens),
      password_calls_(password_calls),
      identities_(identities) {
  Unary("Register", this, &AccountsService::Register);
  Unary("VerifyEmail", this, &AccountsService::VerifyEmail);
  Unary("SignIn", this, &AccountsService::SignIn);
  Unary("CompleteSignIn", this, &AccountsService::CompleteSignIn);
  Unary("SignOut", this, &AccountsService::SignOut);
  Unary("SignOutEverywhere", this, &AccountsService::SignOutEverywhere);
  Unary("VerifySession", this, &AccountsService::VerifySession);
  Unary("ListSessions", this, &AccountsService::ListSessions);
  Unary("EndSession", this, &AccountsService::EndSession);
  Unary("ChangePassword", this, &AccountsService::ChangePassword);
  Unary("RequestPasswordReset", this, &AccountsService::RequestPasswordReset);
  Unary("ResetPassword", this, &AccountsService::ResetPassword);
  Unary("GetTwoStep", this, &AccountsService::GetTwoStep);
  Unary("OfferTwoStep", this, &AccountsService::OfferTwoStep);
  Unary("TurnOnTwoStep", this, &AccountsService::TurnOnTwoStep);
  Unary("TurnOffTwoStep", this, &AccountsService::TurnOffTwoStep);
  Unary("MakeRecoveryCodes", this, &AccountsService::MakeRecoveryCodes);
  Unary("GetCustomer", this, &AccountsService::GetCustomer);
  Unary("ListCustomers", this, &AccountsService::ListCustomers);
  Unary("SetRole", this, &AccountsService::SetRole);
  Unary("ExportCustomer", this, &AccountsService::ExportCustomer);
  Unary("EraseCustomer", this, &AccountsService::EraseCustomer);
  Unary("CreateApiKey", this, &AccountsService::CreateApiKey);
  Unary("ListApiKeys", this, &AccountsService::ListApiKeys);
  Unary("RevokeApiKey", this, &AccountsService::RevokeApiKey);
  Unary("ExchangeApiKey", this, &AccountsService::ExchangeApiKey);
}

v1::Session AccountsService::ToProto(const OpenSession& session) const {
  v1::Session to;
  *to.mutable_customer() = accounts::ToProto(session.customer);
  *to.mutable_expire_time() = rpc::ToProto(session.expires);
  to.set_role(static_cast<v1::Role>(session.role()));
  to.set_second_step_needed(session.role() != session.customer.role);
  const IssuedToken token = identities_.For(session);
  if (token.text.empty()) return to;
  to.set_identity_token(token.text);
  *to.mutable_identity_expire_time() = rpc::ToProto(token.expires);
  return to;
}

v1::SignInResponse AccountsService::ToProto(const Accounts::SignedIn& signed_in) const {
  v1::SignInResponse to;
  to.set_challenge(std::string(signed_in.challenge.Reveal()));
  if (!signed_in.challenge.empty()) return to;
  to.set_session_token(std::string(signed_in.token.Reveal()));
  *to.mutable_session() = ToProto(signed_in.session);
  return to;
}

Result<v1::RegisterResponse> AccountsService::Register(const rpc::Call&, const v1::RegisterRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  if (request.request_id().size() > kRequestIdBytesMax) {
    return InvalidField("request_id", "is longer than 100 bytes");
  }
  TRY(accounts_.Register({.email = request.email(),
                          .password = Secret(request.password()),
                          .full_name = request.full_name(),
                          .base_uri = request.base_uri(),
                          .request_id = request.request_id(),
                          .client = request.client()}));
  return v1::RegisterResponse();
}

Result<v1::VerifyEmailResponse> AccountsService::VerifyEmail(const rpc::Call&, const v1::VerifyEmailRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  v1::VerifyEmailResponse response;
  *response.mutable_customer() =
      accounts::ToProto(TRY(accounts_.VerifyEmail(Secret(request.token()), Secret(request.password()))));
  return response;
}

Result<v1::SignInResponse> AccountsService::SignIn(const rpc::Call&, const v1::SignInRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  return ToProto(TRY(accounts_.SignIn({.email = request.email(),
                                       .password = Secret(request.password()),
                                       .client = request.client(),
                                       .device = request.device()})));
}

Result<v1::SignInResponse> AccountsService::CompleteSignIn(const rpc::Call&, const v1::CompleteSignInRequest& request) {
  return ToProto(TRY(accounts_.CompleteSignIn({.challenge = Secret(request.challenge()),
                                               .code = request.code(),
                                               .client = request.client(),
                                               .device = request.device()})));
}

Result<v1::SignOutResponse> AccountsService::SignOut(const rpc::Call&, const v1::SignOutRequest& request) {
  accounts_.SignOut(Secret(request.session_token()));
  return v1::SignOutResponse();
}

Result<v1::SignOutEverywhereResponse> AccountsService::SignOutEverywhere(const rpc::Call&,
                                                                         const v1::SignOutEverywhereRequest& request) {
  v1::SignOutEverywhereResponse response;
  response.set_ended_count(TRY(accounts_.SignOutEverywhere(Secret(request.session_token()), request.keep_this())));
  return response;
}

Result<v1::Session> AccountsService::VerifySession(const rpc::Call&, const v1::VerifySessionRequest& request) {
  return ToProto(TRY(accounts_.VerifySession(Secret(request.session_token()))));
}

Result<v1::ListSessionsResponse> AccountsService::ListSessions(const rpc::Call&, const v1::ListSessionsRequest& request) {
  v1::ListSessionsResponse response;
  for (const ListedSession& session : TRY(accounts_.ListSessions(Secret(request.session_token())))) {
    v1::ListedSession& to = *response.add_sessions();
    *to.mutable_create_time() = rpc::ToProto(session.times.created);
    *to.mutable_last_use_time() = rpc::ToProto(session.times.last_used);
    *to.mutable_expire_time() = rpc::ToProto(session.expires);
    to.set_current(session.is_this);
    to.set_name(std::string(kSessionPrefix) + session.id);
  }
  return response;
}

Result<v1::EndSessionResponse> AccountsService::EndSession(const rpc::Call&, const v1::EndSessionRequest& request) {
  if (!request.name().starts_with(kSessionPrefix)) {
    return InvalidField("name", Quoted(request.name()) + " is not a session's name, like sessions/<32 hexadecimal digits>");
  }
  TRY(accounts_.EndSession(Secret(request.session_token()), request.name().substr(kSessionPrefix.size())));
  return v1::EndSessionResponse();
}

Result<v1::ChangePasswordResponse> AccountsService::ChangePassword(const rpc::Call&, const v1::ChangePasswordRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  TRY(accounts_.ChangePassword(Secret(request.session_token()), Secret(request.old_password()), Secret(request.new_password())));
  return v1::ChangePasswordResponse();
}

Result<v1::RequestPasswordResetResponse> AccountsService::RequestPasswordReset(const rpc::Call&,
                                                                               const v1::RequestPasswordResetRequest& request) {
  TRY(accounts_.RequestPasswordReset(request.email(), request.base_uri(), request.client()));
  return v1::RequestPasswordResetResponse();
}

Result<v1::ResetPasswordResponse> AccountsService::ResetPassword(const rpc::Call&, const v1::ResetPasswordRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  v1::ResetPasswordResponse response;
  *response.mutable_customer() =
      accounts::ToProto(TRY(accounts_.ResetPassword(Secret(request.token()), Secret(request.new_password()))));
  return response;
}

Result<v1::TwoStep> AccountsService::GetTwoStep(const rpc::Call&, const v1::GetTwoStepRequest& request) {
  const Customer customer = TRY(accounts_.VerifySession(Secret(request.session_token()))).customer;
  v1::TwoStep response;
  response.set_required(customer.role != Role::kCustomer);
  if (const std::optional<TwoStep> two_step = accounts_.FindTwoStep(customer.id)) {
    response.set_on(true);
    *response.mutable_turn_on_time() = rpc::ToProto(two_step->turned_on);
    response.set_recovery_codes_left(static_cast<std::int32_t>(two_step->recovery_codes_left));
  }
  return response;
}

Result<v1::OfferTwoStepResponse> AccountsService::OfferTwoStep(const rpc::Call&, const v1::OfferTwoStepRequest& request) {
  const auto offer = TRY(accounts_.OfferTwoStep(Secret(request.session_token()), request.offer()));
  v1::OfferTwoStepResponse response;
  response.set_secret(std::string(offer.secret.Reveal()));
  response.set_uri(std::string(offer.uri.Reveal()));
  response.set_offer(offer.text);
  return response;
}

Result<v1::TurnOnTwoStepResponse> AccountsService::TurnOnTwoStep(const rpc::Call&, const v1::TurnOnTwoStepRequest& request) {
  v1::TurnOnTwoStepResponse response;
  for (std::string& code : TRY(accounts_.TurnOnTwoStep(Secret(request.session_token()), request.offer(), request.code()))) {
    response.add_recovery_codes(std::move(code));
  }
  return response;
}

Result<v1::TurnOffTwoStepResponse> AccountsService::TurnOffTwoStep(const rpc::Call&, const v1::TurnOffTwoStepRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  TRY(accounts_.TurnOffTwoStep(Secret(request.session_token()), Secret(request.password()), request.code()));
  return v1::TurnOffTwoStepResponse();
}

Result<v1::MakeRecoveryCodesResponse> AccountsService::MakeRecoveryCodes(const rpc::Call&,
                                                                         const v1::MakeRecoveryCodesRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  v1::MakeRecoveryCodesResponse response;
  for (std::string& code :
       TRY(accounts_.MakeRecoveryCodes(Secret(request.session_token()), Secret(request.password()), request.code()))) {
    response.add_recovery_codes(std::move(code));
  }
  return response;
}

Result<v1::Customer> AccountsService::GetCustomer(const rpc::Call&, const v1::GetCustomerRequest& request) {
  return accounts::ToProto(TRY(accounts_.GetCustomer(TRY(ParseName(request.name())))));
}

Result<v1::ListCustomersResponse> AccountsService::ListCustomers(const rpc::Call&, const v1::ListCustomersRequest& request) {
  const int size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  const std::string listing = rpc::ListingOf(request);
  // A page begins after the last customer of the page before, so that it stays correct while others register.
  CustomerId after;
  if (!request.page_token().empty()) after = CustomerId(TRY(page_tokens_.Open(listing, request.page_token())));
  const std::vector<Customer> customers = accounts_.ListCustomers(after, size);
  v1::ListCustomersResponse response;
  for (const Customer& customer : customers) *response.add_customers() = accounts::ToProto(customer);
  // If this full page is the last one, the next page is empty.
  if (static_cast<int>(customers.size()) == size)
    response.set_next_page_token(page_tokens_.Seal(listing, customers.back().id.value()));
  return response;
}

Result<v1::Customer> AccountsService::SetRole(const rpc::Call&, const v1::SetRoleRequest& request) {
  const CustomerId id = TRY(ParseName(request.name()));
  const Role role = TRY(ParseRole(request.role()));
  return accounts::ToProto(TRY(accounts_.SetRole(Secret(request.session_token()), id, role)));
}

Result<v1::ExportCustomerResponse> AccountsService::ExportCustomer(const rpc::Call& call,
                                                                   const v1::ExportCustomerRequest& request) {
  v1::ExportCustomerResponse response;
  response.set_json(TRY(accounts_.ExportAsJson(Secret(request.session_token()), call.deadline())));
  return response;
}

Result<v1::EraseCustomerResponse> AccountsService::EraseCustomer(const rpc::Call&, const v1::EraseCustomerRequest& request) {
  const ConcurrencyLimit::Slot slot = TRY(password_calls_.Acquire());
  const Customer erased = TRY(accounts_.Erase(Secret(request.session_token()), Secret(request.password())));
  v1::EraseCustomerResponse response;
  response.set_name(NameOf(erased));
  response.set_email(erased.email);
  return response;
}

Result<v1::CreateApiKeyResponse> AccountsService::CreateApiKey(const rpc::Call&, const v1::CreateApiKeyRequest& request) {
  const Accounts::NewApiKey made =
      TRY(accounts_.CreateApiKey(request.display_name(), {request.scopes().begin(), request.scopes().end()}));
  v1::CreateApiKeyResponse response;
  *response.mutable_key() = accounts::ToProto(made.key);
  response.set_api_key(std::string(made.secret.Reveal()));
  return response;
}

Result<v1::ListApiKeysResponse> AccountsService::ListApiKeys(const rpc::Call&, const v1::ListApiKeysRequest&) {
  v1::ListApiKeysResponse response;
  for (const ApiKey& key : accounts_.ListApiKeys()) *response.add_keys() = accounts::ToProto(key);
  return response;
}

Result<v1::ApiKey> AccountsService::RevokeApiKey(const rpc::Call&, const v1::RevokeApiKeyRequest& request) {
  if (!request.name().starts_with(kApiKeyPrefix)) {
    return InvalidField("name", Quoted(request.name()) + " is not a key's name, like apiKeys/<16 hexadecimal digits>");
  }
  return accounts::ToProto(TRY(accounts_.RevokeApiKey(request.name().substr(kApiKeyPrefix.size()))));
}

Result<v1::ExchangeApiKeyResponse> AccountsService::ExchangeApiKey(const rpc::Call&, const v1::ExchangeApiKeyRequest& request) {
  const IssuedToken token = identities_.For(TRY(accounts_.UseApiKey(Secret(request.api_key()))));
  v1::ExchangeApiKeyResponse response;
  response.set_identity_token(token.text);
  *response.mutable_identity_expire_time() = rpc::ToProto(token.expires);
  return response;
}

}  // namespace octavo::accounts
