// FakeAccounts: customers in memory, honest in what pages can see: nobody signs in before their address is
// verified, links work once, a new password ends sessions. Passwords are kept as they are. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/marketplace/selling_client.h"
#include "services/marketplace/testing/reply.h"

namespace octavo::marketplace {

class FakeAccounts final : public AccountsClient {
 public:
  std::atomic<Condition> condition = Condition::kUp;

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
  // The next call that is no VerifySession fails so.
  void FailNext(Error error);

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
  struct Person {
    accounts::v1::Customer customer;
    std::string password;
    bool two_step = false;
    std::vector<std::string> recovery_codes = {};
  };

  std::string NewToken();
  Status MayGoOn();
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
  std::optional<Error> fail_next_;
};

}  // namespace octavo::marketplace
