#include "services/marketplace/testing/fake_accounts.h"

#include <utility>

namespace octavo::marketplace {
namespace {

namespace v1 = accounts::v1;

constexpr std::size_t kPasswordMin = 10;

Error NoSession() { return {Code::kUnauthenticated, "NO_SESSION", "there is no such session"}; }
Error BadCredentials() { return {Code::kUnauthenticated, "BAD_CREDENTIALS", "e-mail or password are wrong"}; }
Error BadToken() { return {Code::kFailedPrecondition, "BAD_TOKEN", "the link is unknown, used or too old"}; }

Status CheckPassword(const std::string& field, const std::string& password) {
  if (password.size() < kPasswordMin) return InvalidField(field, "has fewer than 10 characters");
  return Ok();
}

}  // namespace

FakeAccounts::FakeAccounts(FakeServer& server) : FakeService("octavo.accounts.v1.AccountsService", server) {
  Answer<&FakeAccounts::Register>("Register");
  Answer<&FakeAccounts::VerifyEmail>("VerifyEmail");
  Answer<&FakeAccounts::SignIn>("SignIn");
  Answer<&FakeAccounts::CompleteSignIn>("CompleteSignIn");
  Answer<&FakeAccounts::GetTwoStep>("GetTwoStep");
  Answer<&FakeAccounts::OfferTwoStep>("OfferTwoStep");
  Answer<&FakeAccounts::TurnOnTwoStep>("TurnOnTwoStep");
  Answer<&FakeAccounts::TurnOffTwoStep>("TurnOffTwoStep");
  Answer<&FakeAccounts::MakeRecoveryCodes>("MakeRecoveryCodes");
  Answer<&FakeAccounts::SignOut>("SignOut");
  Answer<&FakeAccounts::SignOutEverywhere>("SignOutEverywhere");
  Answer<&FakeAccounts::VerifySession>("VerifySession");
  Answer<&FakeAccounts::ListSessions>("ListSessions");
  Answer<&FakeAccounts::EndSession>("EndSession");
  Answer<&FakeAccounts::ChangePassword>("ChangePassword");
  Answer<&FakeAccounts::RequestPasswordReset>("RequestPasswordReset");
  Answer<&FakeAccounts::ResetPassword>("ResetPassword");
  Answer<&FakeAccounts::ExportCustomer>("ExportCustomer");
  Answer<&FakeAccounts::EraseCustomer>("EraseCustomer");
}

std::string FakeAccounts::NewToken() { return "token-" + std::to_string(next_++); }

std::string FakeAccounts::Add(const std::string& email, const std::string& password, const std::string& full_name) {
  const std::lock_guard lock(mutex_);
  Person person{.password = password};
  person.customer.set_name("customers/" + std::to_string(next_++));
  person.customer.set_email(email);
  person.customer.set_email_verified(true);
  person.customer.set_full_name(full_name);
  person.customer.set_role(v1::ROLE_CUSTOMER);
  const std::string name = person.customer.name();
  people_[email] = std::move(person);
  return name;
}

std::string FakeAccounts::LastLink(const std::string& email) const {
  const std::lock_guard lock(mutex_);
  const auto found = last_link_.find(email);
  return found == last_link_.end() ? "" : found->second;
}

std::string FakeAccounts::OpenSession(const std::string& email) {
  const std::lock_guard lock(mutex_);
  const std::string token = NewToken();
  sessions_[token] = email;
  return token;
}

std::size_t FakeAccounts::session_count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::string FakeAccounts::LastDevice() const {
  const std::lock_guard lock(mutex_);
  return last_device_;
}

std::string FakeAccounts::LastBaseUri() const {
  const std::lock_guard lock(mutex_);
  return last_base_uri_;
}

std::string FakeAccounts::LastClient() const {
  const std::lock_guard lock(mutex_);
  return last_client_;
}

Result<FakeAccounts::Person*> FakeAccounts::Whose(const std::string& session_token) {
  const auto session = sessions_.find(session_token);
  if (session == sessions_.end()) return NoSession();
  const auto person = people_.find(session->second);
  if (person == people_.end()) return NoSession();
  return &person->second;
}

void FakeAccounts::EndSessions(const std::string& email, const std::string& but) {
  std::erase_if(sessions_, [&](const auto& one) { return one.second == email && one.first != but; });
}

Result<v1::RegisterResponse> FakeAccounts::Register(const rpc::Call&, const v1::RegisterRequest& request) {
  if (request.email().find('@') == std::string::npos) return InvalidField("email", "is not an e-mail address");
  TRY(CheckPassword("password", request.password()));
  const std::lock_guard lock(mutex_);
  last_base_uri_ = request.base_uri();
  last_client_ = request.client();
  const bool is_repeated = !request.request_id().empty() && !registered_.insert(request.request_id()).second;
  if (is_repeated || people_.contains(request.email())) return v1::RegisterResponse();
  Person person{.password = request.password()};
  person.customer.set_name("customers/" + std::to_string(next_++));
  person.customer.set_email(request.email());
  person.customer.set_email_verified(true);
  person.customer.set_full_name(request.full_name());
  person.customer.set_role(v1::ROLE_CUSTOMER);
  const std::string token = NewToken();
  registrations_[token] = std::move(person);
  last_link_[request.email()] = token;
  return v1::RegisterResponse();
}

Result<v1::VerifyEmailResponse> FakeAccounts::VerifyEmail(const rpc::Call&, const v1::VerifyEmailRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto found = registrations_.find(request.token());
  if (found == registrations_.end()) return BadToken();
  if (found->second.password != request.password()) return BadCredentials();
  v1::VerifyEmailResponse response;
  *response.mutable_customer() = found->second.customer;
  people_[found->second.customer.email()] = std::move(found->second);
  registrations_.erase(found);
  return response;
}

Result<v1::SignInResponse> FakeAccounts::SignIn(const rpc::Call&, const v1::SignInRequest& request) {
  const std::lock_guard lock(mutex_);
  last_client_ = request.client();
  last_device_ = request.device();
  const auto person = people_.find(request.email());
  if (person == people_.end() || person->second.password != request.password()) return BadCredentials();
  if (!person->second.two_step) return Open(person->second, /*two_steps=*/false);
  v1::SignInResponse response;
  response.set_challenge("challenge-" + request.email());
  return response;
}

v1::SignInResponse FakeAccounts::Open(const Person& person, bool two_steps) {
  v1::SignInResponse response;
  response.set_session_token(NewToken());
  *response.mutable_session()->mutable_customer() = person.customer;
  response.mutable_session()->set_second_step_needed(person.customer.role() > v1::ROLE_CUSTOMER && !two_steps);
  sessions_[response.session_token()] = person.customer.email();
  if (two_steps) two_steps_.insert(response.session_token());
  return response;
}

Status FakeAccounts::UseCode(Person& person, const std::string& code) {
  if (code == kCode || std::erase(person.recovery_codes, code) > 0) return Ok();
  return Error{Code::kUnauthenticated, "BAD_CODE", "the code is wrong"};
}

void FakeAccounts::SetRole(const std::string& email, v1::Role role) {
  const std::lock_guard lock(mutex_);
  people_.at(email).customer.set_role(role);
}

void FakeAccounts::TurnOn(const std::string& email) {
  const std::lock_guard lock(mutex_);
  people_.at(email).two_step = true;
  people_.at(email).recovery_codes = {kRecoveryCode};
}

Result<v1::SignInResponse> FakeAccounts::CompleteSignIn(const rpc::Call&, const v1::CompleteSignInRequest& request) {
  const std::lock_guard lock(mutex_);
  last_client_ = request.client();
  last_device_ = request.device();
  for (auto& [email, person] : people_) {
    if (request.challenge() != "challenge-" + email) continue;
    TRY(UseCode(person, request.code()));
    return Open(person, /*two_steps=*/true);
  }
  return Error{Code::kFailedPrecondition, "BAD_CHALLENGE", "begin again"};
}

Result<v1::TwoStep> FakeAccounts::GetTwoStep(const rpc::Call&, const v1::GetTwoStepRequest& request) {
  const std::lock_guard lock(mutex_);
  const Person* person = TRY(Whose(request.session_token()));
  v1::TwoStep two_step;
  two_step.set_on(person->two_step);
  two_step.set_recovery_codes_left(static_cast<int>(person->recovery_codes.size()));
  two_step.set_required(person->customer.role() > v1::ROLE_CUSTOMER);
  return two_step;
}

Result<v1::OfferTwoStepResponse> FakeAccounts::OfferTwoStep(const rpc::Call&, const v1::OfferTwoStepRequest& request) {
  const std::lock_guard lock(mutex_);
  const Person* person = TRY(Whose(request.session_token()));
  if (person->two_step) return Error{Code::kFailedPrecondition, "TWO_STEP_ON", "it is on"};
  v1::OfferTwoStepResponse offer;
  offer.set_secret("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  offer.set_uri("otpauth://totp/Octavo:x?secret=" + offer.secret());
  offer.set_offer(request.offer().empty() ? "offer-1" : request.offer());
  return offer;
}

Result<v1::TurnOnTwoStepResponse> FakeAccounts::TurnOnTwoStep(const rpc::Call&, const v1::TurnOnTwoStepRequest& request) {
  const std::lock_guard lock(mutex_);
  Person* person = TRY(Whose(request.session_token()));
  if (person->two_step) return Error{Code::kFailedPrecondition, "TWO_STEP_ON", "it is on"};
  if (request.offer() != "offer-1") return Error{Code::kFailedPrecondition, "BAD_OFFER", "it is none"};
  TRY(UseCode(*person, request.code()));
  person->two_step = true;
  person->recovery_codes = {kRecoveryCode};
  two_steps_.insert(request.session_token());
  v1::TurnOnTwoStepResponse response;
  response.add_recovery_codes(kRecoveryCode);
  return response;
}

Result<v1::TurnOffTwoStepResponse> FakeAccounts::TurnOffTwoStep(const rpc::Call&, const v1::TurnOffTwoStepRequest& request) {
  const std::lock_guard lock(mutex_);
  Person* person = TRY(Whose(request.session_token()));
  if (!person->two_step) return Error{Code::kFailedPrecondition, "TWO_STEP_OFF", "it is off"};
  if (person->password != request.password()) return BadCredentials();
  TRY(UseCode(*person, request.code()));
  person->two_step = false;
  return v1::TurnOffTwoStepResponse();
}

Result<v1::MakeRecoveryCodesResponse> FakeAccounts::MakeRecoveryCodes(const rpc::Call&,
                                                                      const v1::MakeRecoveryCodesRequest& request) {
  const std::lock_guard lock(mutex_);
  Person* person = TRY(Whose(request.session_token()));
  if (!person->two_step) return Error{Code::kFailedPrecondition, "TWO_STEP_OFF", "it is off"};
  if (person->password != request.password()) return BadCredentials();
  TRY(UseCode(*person, request.code()));
  person->recovery_codes = {"EEEE-FFFF-GGGG-HHHH"};
  v1::MakeRecoveryCodesResponse response;
  response.add_recovery_codes(person->recovery_codes[0]);
  return response;
}

Result<v1::SignOutResponse> FakeAccounts::SignOut(const rpc::Call&, const v1::SignOutRequest& request) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(request.session_token());
  return v1::SignOutResponse();
}

Result<v1::SignOutEverywhereResponse> FakeAccounts::SignOutEverywhere(const rpc::Call&,
                                                                      const v1::SignOutEverywhereRequest& request) {
  const std::lock_guard lock(mutex_);
  const Person* person = TRY(Whose(request.session_token()));
  const std::size_t before = sessions_.size();
  EndSessions(person->customer.email(), request.keep_this() ? request.session_token() : "");
  v1::SignOutEverywhereResponse response;
  response.set_ended_count(static_cast<std::int64_t>(before - sessions_.size()));
  return response;
}

Result<v1::Session> FakeAccounts::VerifySession(const rpc::Call&, const v1::VerifySessionRequest& request) {
  const std::lock_guard lock(mutex_);
  v1::Session session;
  *session.mutable_customer() = TRY(Whose(request.session_token()))->customer;
  session.set_second_step_needed(session.customer().role() > v1::ROLE_CUSTOMER && !two_steps_.contains(request.session_token()));
  return session;
}

Result<v1::ListSessionsResponse> FakeAccounts::ListSessions(const rpc::Call&, const v1::ListSessionsRequest& request) {
  const std::lock_guard lock(mutex_);
  const std::string email = TRY(Whose(request.session_token()))->customer.email();
  v1::ListSessionsResponse response;
  for (const auto& [token, whose] : sessions_) {
    if (whose != email) continue;
    v1::ListedSession& session = *response.add_sessions();
    session.set_current(token == request.session_token());
    session.set_name("sessions/of-" + token);
  }
  return response;
}

Result<v1::EndSessionResponse> FakeAccounts::EndSession(const rpc::Call&, const v1::EndSessionRequest& request) {
  const std::lock_guard lock(mutex_);
  const std::string email = TRY(Whose(request.session_token()))->customer.email();
  std::erase_if(sessions_, [&](const auto& one) { return one.second == email && "sessions/of-" + one.first == request.name(); });
  return v1::EndSessionResponse();
}

Result<v1::ChangePasswordResponse> FakeAccounts::ChangePassword(const rpc::Call&, const v1::ChangePasswordRequest& request) {
  const std::lock_guard lock(mutex_);
  Person* person = TRY(Whose(request.session_token()));
  TRY(CheckPassword("new_password", request.new_password()));
  if (person->password != request.old_password()) return BadCredentials();
  person->password = request.new_password();
  EndSessions(person->customer.email(), request.session_token());
  return v1::ChangePasswordResponse();
}

Result<v1::RequestPasswordResetResponse> FakeAccounts::RequestPasswordReset(const rpc::Call&,
                                                                            const v1::RequestPasswordResetRequest& request) {
  const std::lock_guard lock(mutex_);
  last_base_uri_ = request.base_uri();
  last_client_ = request.client();
  if (!people_.contains(request.email())) return v1::RequestPasswordResetResponse();
  const std::string token = NewToken();
  resets_[token] = request.email();
  last_link_[request.email()] = token;
  return v1::RequestPasswordResetResponse();
}

Result<v1::ResetPasswordResponse> FakeAccounts::ResetPassword(const rpc::Call&, const v1::ResetPasswordRequest& request) {
  const std::lock_guard lock(mutex_);
  TRY(CheckPassword("new_password", request.new_password()));
  const auto found = resets_.find(request.token());
  if (found == resets_.end()) return BadToken();
  people_[found->second].password = request.new_password();
  EndSessions(found->second);
  v1::ResetPasswordResponse response;
  *response.mutable_customer() = people_[found->second].customer;
  resets_.erase(found);
  return response;
}

Result<v1::ExportCustomerResponse> FakeAccounts::ExportCustomer(const rpc::Call&, const v1::ExportCustomerRequest& request) {
  const std::lock_guard lock(mutex_);
  v1::ExportCustomerResponse response;
  response.set_json("{\"email\":\"" + TRY(Whose(request.session_token()))->customer.email() + "\"}");
  return response;
}

Result<v1::EraseCustomerResponse> FakeAccounts::EraseCustomer(const rpc::Call&, const v1::EraseCustomerRequest& request) {
  const std::lock_guard lock(mutex_);
  const Person* person = TRY(Whose(request.session_token()));
  if (person->password != request.password()) return BadCredentials();
  v1::EraseCustomerResponse response;
  response.set_name(person->customer.name());
  response.set_email(person->customer.email());
  EndSessions(response.email());
  people_.erase(response.email());
  return response;
}

}  // namespace octavo::marketplace
