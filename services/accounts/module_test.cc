// octavo.accounts.v1 as the marketplace meets it: the module in a real server, on SQLite, with messages in a
// folder.
#include "services/accounts/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <mutex>
#include <set>

#include "lib/runtime/shop.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/wait_until.h"
#include "octavo/accounts/v1/accounts.grpc.pb.h"
#include "services/accounts/mail/fake_mailer.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::Not;
using Stub = v1::AccountsService::StubInterface;

// Generous: a machine that tests run on may be busy. Nothing waits for it to pass.
constexpr auto kPatience = 30s;
const std::string kPassword = "tolstoy-on-a-tram";
const std::string kOther = "woolf-on-a-bicycle";

Configuration Fast() {
  Configuration configuration;
  configuration.hash_memory_bytes = 8192;
  configuration.hash_passes = 1;
  configuration.service.threads = 8;
  configuration.hash_waiting_max = 4;
  return configuration;
}

// Keeps every line that is logged.
class Lines {
 public:
  class Sink final : public obs::LogSink {
   public:
    explicit Sink(Lines& lines) : lines_(lines) {}
    void Write(obs::Level, const std::string& line) override {
      const std::lock_guard lock(lines_.mutex_);
      lines_.text_ += line + "\n";
    }

   private:
    Lines& lines_;
  };

  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;  // Guarded by mutex_.
};

class AccountsModuleTest : public testing::Test {
 protected:
  ~AccountsModuleTest() override { Stop(); }

  void Start(Configuration configuration = Fast()) {
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<Module>(std::move(configuration)));
    shop_ = std::make_unique<runtime::Shop>(runtime::Shop::Options{.listen = ""}, environment_, std::move(modules));
    ASSERT_THAT(shop_->Start(), IsOk());
    stub_ = v1::AccountsService::NewStub(shop_->To("accounts"));
  }
  void Stop() {
    stub_.reset();
    shop_.reset();
  }

  template <class Request, class Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) {
    Result<Response> response = caller_.Invoke(*stub_, method, request, {.budget = kPatience});
    if (!response.ok()) errors_ += ToString(response.error()) + "\n";
    return response;
  }
  Result<v1::RegisterResponse> Register(const std::string& email, const std::string& password) {
    v1::RegisterRequest request;
    request.set_email(email);
    request.set_password(password);
    request.set_full_name("Ada Lovelace");
    request.set_base_uri("http://127.0.0.1:8080");
    return Call(&Stub::Register, request);
  }
  Result<v1::VerifyEmailResponse> Verify(const std::string& token, const std::string& password = kPassword) {
    v1::VerifyEmailRequest request;
    request.set_token(token);
    request.set_password(password);
    return Call(&Stub::VerifyEmail, request);
  }
  Result<v1::SignInResponse> SignIn(const std::string& email, const std::string& password) {
    v1::SignInRequest request;
    request.set_email(email);
    request.set_password(password);
    request.set_client("192.0.2.7");
    return Call(&Stub::SignIn, request);
  }
  Result<v1::Session> VerifySession(const std::string& token) {
    v1::VerifySessionRequest request;
    request.set_session_token(token);
    return Call(&Stub::VerifySession, request);
  }
  Result<v1::ChangePasswordResponse> ChangePassword(const std::string& session, const std::string& from, const std::string& to) {
    v1::ChangePasswordRequest request;
    request.set_session_token(session);
    request.set_old_password(from);
    request.set_new_password(to);
    return Call(&Stub::ChangePassword, request);
  }
  Result<v1::ResetPasswordResponse> ResetPassword(const std::string& token, const std::string& to) {
    v1::ResetPasswordRequest request;
    request.set_token(token);
    request.set_new_password(to);
    return Call(&Stub::ResetPassword, request);
  }

  // The token of the one message with a link that was not read before; waits for it.
  std::string NextToken() {
    std::string token;
    EXPECT_TRUE(WaitUntil([&] { return !(token = TokenInNewMessage()).empty(); })) << "no message came";
    return token;
  }
  // Empty: there is no new message with a token.
  std::string TokenInNewMessage() {
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "accounts/mail", missing)) {
      if (entry.path().extension() != ".eml" || read_.contains(entry.path())) continue;
      read_.insert(entry.path());
      std::ifstream file(entry.path());
      const std::string token = TokenIn(std::string(std::istreambuf_iterator<char>(file), {}));
      if (!token.empty()) return token;
    }
    return "";
  }
  std::string Join(const std::string& email) {
    EXPECT_THAT(Register(email, kPassword), IsOk());
    return Verify(NextToken())->customer().name();
  }

  TempDir folder_;
  SystemClock clock_;
  SystemRandom random_;
  Lines lines_;
  obs::Log log_{clock_, obs::Level::kDebug, obs::LogFormat::kLogfmt, std::make_unique<Lines::Sink>(lines_)};
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  runtime::Environment environment_{folder_.path(), clock_, random_, log_, metrics_, tracer_, TestPageTokens()};
  rpc::Caller caller_{environment_.telemetry()};
  std::unique_ptr<runtime::Shop> shop_;
  std::unique_ptr<Stub> stub_;
  std::set<std::filesystem::path> read_;
  std::string errors_;
};

TEST_F(AccountsModuleTest, AReaderRegistersSignsInAndOut) {
  Start();

  const std::string name = Join("Ada@Example.org");
  const auto signed_in = SignIn("ada@example.org", kPassword);

  ASSERT_THAT(signed_in, IsOk());
  const v1::Customer& customer = signed_in->session().customer();
  EXPECT_EQ(customer.name(), name);
  EXPECT_EQ(customer.email(), "ada@example.org");
  EXPECT_TRUE(customer.email_verified());
  EXPECT_EQ(customer.full_name(), "Ada Lovelace");
  EXPECT_EQ(customer.role(), v1::ROLE_CUSTOMER);
  EXPECT_EQ(VerifySession(signed_in->session_token())->customer().name(), name);
  v1::SignOutRequest out;
  out.set_session_token(signed_in->session_token());
  EXPECT_THAT(Call(&Stub::SignOut, out), IsOk());
  EXPECT_THAT(VerifySession(signed_in->session_token()), HasReason("NO_SESSION"));
}

TEST_F(AccountsModuleTest, SessionsAndAccountsSurviveARestart) {
  Start();
  Join("ada@example.org");
  const std::string session = SignIn("ada@example.org", kPassword)->session_token();
  Stop();

  Start();

  EXPECT_THAT(VerifySession(session), IsOk());
  EXPECT_THAT(SignIn("ada@example.org", kPassword), IsOk());
}

TEST_F(AccountsModuleTest, ErrorsCarryCodesReasonsAndWhenToTryAgain) {
  Start();
  Join("ada@example.org");

  EXPECT_EQ(Register("ada", kPassword).error().code, Code::kInvalidArgument);
  EXPECT_EQ(Verify("none").error().code, Code::kFailedPrecondition);
  for (int i = 0; i < 5; ++i) {
    const auto refused = SignIn("ada@example.org", kOther);
    ASSERT_THAT(refused, HasReason("BAD_CREDENTIALS"));
    EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  }
  const auto later = SignIn("ada@example.org", kPassword);
  // On a slow machine the wait may be over already.
  if (!later.ok()) {
    EXPECT_THAT(later, HasReason("TRY_LATER"));
    EXPECT_EQ(later.error().metadata.at("retry_seconds"), "1");
  }
  v1::GetCustomerRequest get;
  get.set_name("customers/none");
  EXPECT_THAT(Call(&Stub::GetCustomer, get), HasReason("INVALID_FIELD"));
  get.set_name("customers/0193583c-5a00-7abc-8def-0123456789ab");
  EXPECT_THAT(Call(&Stub::GetCustomer, get), HasReason("UNKNOWN_CUSTOMER"));
}

TEST_F(AccountsModuleTest, CustomersAreListedByPagesAndErased) {
  Start();
  const std::string first = Join("ada@example.org");
  const std::string second = Join("bob@example.org");

  v1::ListCustomersRequest list;
  list.set_page_size(1);
  const auto page = Call(&Stub::ListCustomers, list);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->customers(0).name(), first);
  list.set_page_token(page->next_page_token());
  EXPECT_EQ(Call(&Stub::ListCustomers, list)->customers(0).name(), second);

  v1::EraseCustomerRequest erase;
  erase.set_session_token(SignIn("ada@example.org", kPassword)->session_token());
  erase.set_password(kPassword);
  const auto erased = Call(&Stub::EraseCustomer, erase);
  ASSERT_THAT(erased, IsOk());
  EXPECT_EQ(erased->name(), first);
  EXPECT_EQ(erased->email(), "ada@example.org");
  EXPECT_EQ(Call(&Stub::ListCustomers, v1::ListCustomersRequest())->customers_size(), 1);
}

// Everything that takes or gives a secret, at the most talkative log level.
TEST_F(AccountsModuleTest, NoSecretReachesLogsErrorsOrTheDatabase) {
  Start();
  std::vector<std::string> secrets = {kPassword, kOther, "password123456", "marlowe-on-a-horse"};
  ASSERT_THAT(Register("ada@example.org", "password123456"), HasReason("INVALID_FIELD"));
  ASSERT_THAT(Register("ada@example.org", kPassword), IsOk());
  secrets.push_back(NextToken());
  ASSERT_THAT(Verify(secrets.back()), IsOk());
  ASSERT_THAT(Verify(secrets.back()), HasReason("BAD_TOKEN"));
  ASSERT_THAT(SignIn("ada@example.org", kOther), HasReason("BAD_CREDENTIALS"));
  const std::string session = SignIn("ada@example.org", kPassword)->session_token();
  secrets.push_back(session);
  ASSERT_THAT(ChangePassword(session, kOther, "marlowe-on-a-horse"), HasReason("BAD_CREDENTIALS"));
  ASSERT_THAT(ChangePassword(session, kPassword, kOther), IsOk());
  v1::RequestPasswordResetRequest forgotten;
  forgotten.set_email("ada@example.org");
  forgotten.set_base_uri("http://127.0.0.1:8080");
  ASSERT_THAT(Call(&Stub::RequestPasswordReset, forgotten), IsOk());
  secrets.push_back(NextToken());
  ASSERT_THAT(ResetPassword(secrets.back(), "password123456"), HasReason("INVALID_FIELD"));
  ASSERT_THAT(ResetPassword(secrets.back(), kPassword), IsOk());
  ASSERT_THAT(ResetPassword(secrets.back(), kOther), HasReason("BAD_TOKEN"));
  ASSERT_THAT(VerifySession(session), HasReason("NO_SESSION"));
  Stop();

  std::string kept;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "accounts")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    kept.append(std::istreambuf_iterator<char>(file), {});
  }
  const std::string log = lines_.text();
  EXPECT_NE(log.find("rpc_refused"), std::string::npos) << "the log was listened to";
  EXPECT_NE(errors_.find("BAD_TOKEN"), std::string::npos);
  EXPECT_NE(kept.find("$argon2id$v=19$"), std::string::npos);
  for (const std::string& secret : secrets) {
    EXPECT_EQ(log.find(secret), std::string::npos) << "in the log: " << secret;
    EXPECT_EQ(errors_.find(secret), std::string::npos) << "in an error: " << secret;
    EXPECT_EQ(kept.find(secret), std::string::npos) << "in the database: " << secret;
  }
}

TEST_F(AccountsModuleTest, RefusesToStartWithOptionsThatMakeNoSense) {
  Configuration few = Fast();
  few.service.threads = 4;
  Configuration no_sender = Fast();
  no_sender.smtp_address = "localhost:25";
  Configuration bad_hash = Fast();
  bad_hash.hash_memory_bytes = 1;
  Configuration no_tls = Fast();
  no_tls.smtp_user = "shop";
  no_tls.smtp_password = Secret("tolstoy-on-a-tram");
  Configuration no_password = Fast();
  no_password.smtp_starttls = true;
  no_password.smtp_user = "shop";
  for (const Configuration& configuration : {few, no_sender, no_tls, no_password, bad_hash}) {
    Module module(configuration);
    EXPECT_THAT(module.Open(environment_), Not(IsOk()));
  }
}

}  // namespace
}  // namespace octavo::accounts
