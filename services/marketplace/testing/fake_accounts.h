// FakeAccounts: customers in memory, honest in what pages can see: nobody signs in before their address is
// verified, links work once, a new password ends sessions. Passwords are kept as they are. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "octavo/accounts/v1/accounts.pb.h"
#include "services/marketplace/testing/fake_service.h"

namespace octavo::marketplace {

class FakeAccounts final : public FakeService {
 public:
  explicit FakeAccounts(FakeServer& server);

  // A verified customer; gives their name, "customers/…".
  std::string Add(const std::string& email, const std::string& password, const std::string& full_name);
  // The token of the last message to `email`: of verifying, or of a reset. Empty where there was none.
  std::string LastLink(const std::string& email) const;
  // A session of the customer without the way through SignIn.
  std::string OpenSession(const std::string& email);
  std::size_t session_count() const;
  // On which known device somebody last tried to sign in; empty: on none.
  std::string LastDevice() const;
  // What the link of the last message begins with.
  std::string LastBaseUri() const;
  // Who, by network address, tried the last form that is throttled.
  std::string LastClient() const;
  // Gives the customer a role.
  void SetRole(const std::string& email, accounts::v1::Role role);
  // Turns two steps on for them; kCode is then always a right code, and kRecoveryCode once.
  void TurnOn(const std::string& email);
  static constexpr char kCode[] = "123456";
  static constexpr char kRecoveryCode[] = "AAAA-BBBB-CCCC-DDDD";

 private:
  Result<accounts::v1::RegisterResponse> Register(const rpc::Call&, const accounts::v1::RegisterRequest& request);
  Result<accounts::v1::VerifyEmailResponse> VerifyEmail(const rpc::Call&, const accounts::v1::VerifyEmailRequest& request);
  Result<accounts::v1::SignInResponse> SignIn(const rpc::Call&, const accounts::v1::SignInRequest& request);
  Result<accounts::v1::SignInResponse> CompleteSignIn(const rpc::Call&, const accounts::v1::CompleteSignInRequest& request);
  Result<accounts::v1::TwoStep> GetTwoStep(const rpc::Call&, const accounts::v1::GetTwoStepRequest& request);
  Result<accounts::v1::OfferTwoStepResponse> OfferTwoStep(const rpc::Call&, const accounts::v1::OfferTwoStepRequest& request);
  Result<accounts::v1::TurnOnTwoStepResponse> TurnOnTwoStep(const rpc::Call&, const accounts::v1::TurnOnTwoStepRequest& request);
  Result<accounts::v1::TurnOffTwoStepResponse> TurnOffTwoStep(const rpc::Call&,
                                                              const accounts::v1::TurnOffTwoStepRequest& request);
  Result<accounts::v1::MakeRecoveryCodesResponse> MakeRecoveryCodes(const rpc::Call&,
                                                                    const accounts::v1::MakeRecoveryCodesRequest& request);
  Result<accounts::v1::SignOutResponse> SignOut(const rpc::Call&, const accounts::v1::SignOutRequest& request);
  Result<accounts::v1::SignOutEverywhereResponse> SignOutEverywhere(const rpc::Call&,
                                                                    const accounts::v1::SignOutEverywhereRequest& request);
  Result<accounts::v1::Session> VerifySession(const rpc::Call&, const accounts::v1::VerifySessionRequest& request);
  Result<accounts::v1::ListSessionsResponse> ListSessions(const rpc::Call&, const accounts::v1::ListSessionsRequest& request);
  Result<accounts::v1::EndSessionResponse> EndSession(const rpc::Call&, const accounts::v1::EndSessionRequest& request);
  Result<accounts::v1::ChangePasswordResponse> ChangePassword(const rpc::Call&,
                                                              const accounts::v1::ChangePasswordRequest& request);
  Result<accounts::v1::RequestPasswordResetResponse> RequestPasswordReset(
      const rpc::Call&, const accounts::v1::RequestPasswordResetRequest& request);
  Result<accounts::v1::ResetPasswordResponse> ResetPassword(const rpc::Call&, const accounts::v1::ResetPasswordRequest& request);
  Result<accounts::v1::ExportCustomerResponse> ExportCustomer(const rpc::Call&,
                                                              const accounts::v1::ExportCustomerRequest& request);
  Result<accounts::v1::EraseCustomerResponse> EraseCustomer(const rpc::Call&, const accounts::v1::EraseCustomerRequest& request);

  struct Person {
    accounts::v1::Customer customer;
    std::string password;
    bool two_step = false;
    std::vector<std::string> recovery_codes = {};
  };

  std::string NewToken();
  Result<Person*> Whose(const std::string& session_token);
  void EndSessions(const std::string& email, const std::string& but = {});
  accounts::v1::SignInResponse Open(const Person& person, bool two_steps);
  Status UseCode(Person& person, const std::string& code);

  mutable std::mutex mutex_;                      // Guards all below.
  std::map<std::string, Person> people_;          // By e-mail.
  std::map<std::string, Person> registrations_;   // By token.
  std::map<std::string, std::string> sessions_;   // E-mail by token.
  std::set<std::string> two_steps_;               // Tokens of sessions that have done both.
  std::map<std::string, std::string> resets_;     // E-mail by token.
  std::map<std::string, std::string> last_link_;  // Token by e-mail.
  std::set<std::string> registered_;              // Request ids.
  std::string last_base_uri_;
  std::string last_device_;
  std::string last_client_;
  int next_ = 1;
};

}  // namespace octavo::marketplace
