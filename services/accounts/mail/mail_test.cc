#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "services/accounts/mail/fake_mailer.h"
#include "services/accounts/mail/folder_mailer.h"
#include "services/accounts/mail/mail_queue.h"
#include "services/accounts/mail/messages.h"
#include "services/accounts/mail/smtp_mailer.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

const Message kMessage{.to = "ada@example.org", .subject = "Hello", .text = Secret("One\n.two\n")};

// --- The message

TEST(FormatMessageTest, IsWhatMailProgramsRead) {
  FakeClock clock;
  SeededRandom random(1);

  const Secret message = FormatMessage(kMessage, "shop@example.org", clock, random);
  const std::string_view text = message.Reveal();

  EXPECT_THAT(text, StartsWith("From: Octavo <shop@example.org>\r\nTo: <ada@example.org>\r\nSubject: Hello\r\n"
                               "Date: Mon, 05 Jan 2026 12:00:00 +0000\r\nMessage-ID: <"));
  EXPECT_THAT(text, HasSubstr("@example.org>\r\n"));
  EXPECT_TRUE(text.ends_with("\r\n\r\nOne\r\n.two\r\n"));
}

TEST(MessagesTest, CarryTheirLinksAndShortLinesOfAscii) {
  const Secret token("abc-_123");
  const Message verify = VerifyEmailMessage("ada@example.org", "https://shop.example", token);
  const Message reset = ResetPasswordMessage("ada@example.org", "https://shop.example", token);

  EXPECT_THAT(verify.text.Reveal(), HasSubstr("\n    https://shop.example/account/verify?token=abc-_123\n"));
  EXPECT_THAT(reset.text.Reveal(), HasSubstr("\n    https://shop.example/account/reset?token=abc-_123\n"));
  for (const Message& message : {verify, reset, AlreadyRegisteredMessage("ada@example.org", "https://shop.example"),
                                 PasswordChangedMessage("ada@example.org")}) {
    EXPECT_EQ(message.to, "ada@example.org");
    std::istringstream lines{std::string(message.text.Reveal())};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110u) << line;
  }
}

// --- To a folder

TEST(FolderMailerTest, WritesAFileThatOnlyItsOwnerReads) {
  TempDir folder;
  FakeClock clock;
  SeededRandom random(1);
  FolderMailer mailer(folder / "mail", "shop@example.org", clock, random);

  ASSERT_THAT(mailer.Send(kMessage), IsOk());
  ASSERT_THAT(mailer.Send(kMessage), IsOk());

  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "mail")) {
    files.push_back(entry.path());
  }
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].extension(), ".eml");
  EXPECT_EQ(std::filesystem::status(files[0]).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ifstream file(files[0]);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(text, HasSubstr("To: <ada@example.org>"));
  EXPECT_TRUE(text.ends_with("One\r\n.two\r\n"));
}

TEST(FolderMailerTest, SaysSoWhenItCannotWrite) {
  TempDir folder;
  std::ofstream(folder / "mail") << "a file, not a folder";
  FakeClock clock;
  SeededRandom random(1);
  FolderMailer mailer(folder / "mail", "shop@example.org", clock, random);

  EXPECT_THAT(mailer.Send(kMessage), HasReason("MAIL_UNAVAILABLE"));
}

// --- By SMTP

TEST(ParseSmtpAddressTest, IsHostAndPort) {
  EXPECT_EQ(ParseSmtpAddress("localhost:25")->host, "localhost");
  EXPECT_EQ(ParseSmtpAddress("[::1]:587")->host, "::1");
  EXPECT_EQ(ParseSmtpAddress("[::1]:587")->port, "587");
  for (const char* text : {"localhost", "localhost:", ":25", ""}) {
    EXPECT_THAT(ParseSmtpAddress(text), HasReason("BAD_OPTION")) << text;
  }
}

// A mail server on loopback for one connection. Answers each command by its first word; a word without an
// answer hangs up.
class FakeMailServer {
 public:
  // With a certificate it speaks TLS from its answer to STARTTLS on.
  explicit FakeMailServer(std::map<std::string, std::string> answers, const std::string& certificate = "")
      : answers_(std::move(answers)) {
    if (!certificate.empty()) {
      tls_.reset(SSL_CTX_new(TLS_server_method()));
      CHECK(SSL_CTX_use_certificate_file(tls_.get(), certificate.c_str(), SSL_FILETYPE_PEM) == 1);
      CHECK(SSL_CTX_use_PrivateKey_file(tls_.get(), certificate.c_str(), SSL_FILETYPE_PEM) == 1);
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    CHECK(listen(listener_, 1) == 0);
    CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeMailServer() {
    shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }

  // What the client has said, line by line, once it has gone.
  std::vector<std::string> Lines() {
    thread_.join();
    return lines_;
  }
  const std::string& port() const { return port_; }

 private:
  void Serve() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    bool talking = Answer(client, "CONNECT");
    bool in_message = false;
    std::string received;
    char bytes[512];
    for (ssize_t got = 0; talking && (got = Receive(client, bytes, sizeof bytes)) > 0;) {
      received.append(bytes, static_cast<std::size_t>(got));
      for (std::size_t end; talking && (end = received.find("\r\n")) != std::string::npos;) {
        lines_.push_back(received.substr(0, end));
        received.erase(0, end + 2);
        if (in_message && lines_.back() != ".") continue;
        const std::string word = in_message ? "." : lines_.back().substr(0, lines_.back().find(' '));
        in_message = word == "DATA";
        talking = Answer(client, word) && (word != "STARTTLS" || StartTls(client));
      }
    }
    session_.reset();
    close(client);
  }
  bool StartTls(int client) {
    if (tls_ == nullptr) return true;
    session_.reset(SSL_new(tls_.get()));
    lines_.push_back("(TLS)");
    return SSL_set_fd(session_.get(), client) == 1 && SSL_accept(session_.get()) == 1;
  }
  ssize_t Receive(int client, char* bytes, std::size_t size) const {
    if (session_ != nullptr) return SSL_read(session_.get(), bytes, static_cast<int>(size));
    return recv(client, bytes, size, 0);
  }
  bool Answer(int client, const std::string& word) const {
    const auto found = answers_.find(word);
    if (found == answers_.end()) return false;
    const std::string text = found->second + "\r\n";
    const int size = static_cast<int>(text.size());
    if (session_ != nullptr) return SSL_write(session_.get(), text.data(), size) == size;
    return send(client, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }

  const std::map<std::string, std::string> answers_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> session_{nullptr, &SSL_free};
  int listener_ = -1;
  std::string port_;
  std::vector<std::string> lines_;
  std::thread thread_;
};

const std::map<std::string, std::string> kGoodServer = {
    {"CONNECT", "220 mail.example ESMTP"},
    {"EHLO", "250-mail.example\r\n250-8BITMIME\r\n250 PIPELINING"},
    {"MAIL", "250 2.1.0 fine"},
    {"RCPT", "250 2.1.5 fine"},
    {"DATA", "354 go on"},
    {".", "250 2.0.0 taken"},
    {"QUIT", "221 bye"},
};

class SmtpMailerTest : public testing::Test {
 protected:
  Status SendTo(const FakeMailServer& server) {
    SmtpMailer mailer({.host = "127.0.0.1", .port = server.port(), .from = "shop@example.org", .timeout = 20s}, clock_, random_);
    return mailer.Send(kMessage);
  }

  FakeClock clock_;
  SeededRandom random_{1};
};

TEST_F(SmtpMailerTest, HandsOverTheMessage) {
  FakeMailServer server(kGoodServer);

  ASSERT_THAT(SendTo(server), IsOk());

  const std::vector<std::string> lines = server.Lines();
  ASSERT_GT(lines.size(), 8u);
  EXPECT_EQ(lines[0], "EHLO [127.0.0.1]");
  EXPECT_EQ(lines[1], "MAIL FROM:<shop@example.org>");
  EXPECT_EQ(lines[2], "RCPT TO:<ada@example.org>");
  EXPECT_EQ(lines[3], "DATA");
  EXPECT_THAT(std::vector(lines.end() - 4, lines.end()), ElementsAre("One", "..two", ".", "QUIT"));
}

// A certificate for 127.0.0.1 that proves itself, with its key, in one PEM file.
std::string MakeCertificate(const TempDir& folder) {
  const std::string pem = (folder / "server.pem").string();
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail "
      "-addext subjectAltName=IP:127.0.0.1";
  const std::string command =
      make + " -keyout " + pem + ".key -out " + pem + ".crt 2>/dev/null && cat " + pem + ".key " + pem + ".crt > " + pem;
  CHECK(std::system(command.c_str()) == 0);
  return pem;
}

// RFC 4616: nobody else's name, "shop", "tolstoy-on-a-tram".
const std::string kSecretOfTheShop = "AHNob3AAdG9sc3RveS1vbi1hLXRyYW0=";

std::map<std::string, std::string> GoodTlsServer() {
  std::map<std::string, std::string> answers = kGoodServer;
  answers["EHLO"] = "250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN";
  answers["STARTTLS"] = "220 go ahead";
  answers["AUTH"] = "334 ";
  answers[kSecretOfTheShop] = "235 2.7.0 welcome";
  return answers;
}

TEST_F(SmtpMailerTest, SignsInOverTlsToAServerThatProvesItsName) {
  const TempDir folder;
  const std::string certificate = MakeCertificate(folder);
  FakeMailServer server(GoodTlsServer(), certificate);
  SmtpMailer mailer({.host = "127.0.0.1",
                     .port = server.port(),
                     .from = "shop@example.org",
                     .starttls = true,
                     .authority = certificate + ".crt",
                     .user = "shop",
                     .password = Secret("tolstoy-on-a-tram"),
                     .timeout = 20s},
                    clock_, random_);

  ASSERT_THAT(mailer.Send(kMessage), IsOk());

  const std::vector<std::string> lines = server.Lines();
  ASSERT_GT(lines.size(), 8u);
  EXPECT_THAT(std::vector(lines.begin(), lines.begin() + 4),
              ElementsAre("EHLO [127.0.0.1]", "STARTTLS", "(TLS)", "EHLO [127.0.0.1]"));
  EXPECT_EQ(lines[4], "AUTH PLAIN");
  EXPECT_EQ(lines[5], kSecretOfTheShop);
  EXPECT_EQ(lines.back(), "QUIT");
}

TEST_F(SmtpMailerTest, SaysNothingToAServerThatDoesNotProveItsName) {
  const TempDir folder;
  const std::string certificate = MakeCertificate(folder);
  const TempDir other_folder;
  const std::string of_another = MakeCertificate(other_folder) + ".crt";
  const auto send_to = [&](const FakeMailServer& server) {
    SmtpMailer mailer({.host = "127.0.0.1",
                       .port = server.port(),
                       .from = "shop@example.org",
                       .starttls = true,
                       .authority = of_another,
                       .user = "shop",
                       .password = Secret("tolstoy-on-a-tram"),
                       .timeout = 20s},
                      clock_, random_);
    return mailer.Send(kMessage);
  };
  {
    FakeMailServer server(GoodTlsServer(), certificate);
    EXPECT_THAT(send_to(server), HasReason("MAIL_UNAVAILABLE")) << "its certificate is of another authority";
    EXPECT_EQ(server.Lines().back(), "(TLS)");
  }
  {
    FakeMailServer server(kGoodServer);
    EXPECT_THAT(send_to(server), HasReason("MAIL_UNAVAILABLE")) << "it has no TLS";
    for (const std::string& line : server.Lines()) {
      EXPECT_FALSE(line.starts_with("AUTH") || line.starts_with("MAIL")) << line;
    }
  }
}

TEST_F(SmtpMailerTest, AWrongPasswordIsTroubleAndNotTheMessagesFault) {
  const TempDir folder;
  const std::string certificate = MakeCertificate(folder);
  std::map<std::string, std::string> answers = GoodTlsServer();
  answers[kSecretOfTheShop] = "535 5.7.8 no";
  FakeMailServer server(answers, certificate);
  SmtpMailer mailer({.host = "127.0.0.1",
                     .port = server.port(),
                     .from = "shop@example.org",
                     .starttls = true,
                     .authority = certificate + ".crt",
                     .user = "shop",
                     .password = Secret("tolstoy-on-a-tram"),
                     .timeout = 20s},
                    clock_, random_);

  const Status sent = mailer.Send(kMessage);

  ASSERT_THAT(sent, HasReason("MAIL_UNAVAILABLE"));
  EXPECT_EQ(ToString(sent.error()).find("tolstoy"), std::string::npos);
}

TEST_F(SmtpMailerTest, TellsARefusalFromTrouble) {
  struct Case {
    const char* word;
    const char* answer;
    const char* reason;
  };
  const Case cases[] = {
      {"CONNECT", "554 no", "MAIL_REFUSED"},
      {"EHLO", "421 later", "MAIL_UNAVAILABLE"},
      {"RCPT", "550 5.1.1 <ada@example.org> unknown", "MAIL_REFUSED"},
      {"RCPT", "450 4.2.1 mailbox busy", "MAIL_UNAVAILABLE"},
      {".", "452 no space", "MAIL_UNAVAILABLE"},
  };
  for (const Case& c : cases) {
    std::map<std::string, std::string> answers = kGoodServer;
    answers[c.word] = c.answer;
    FakeMailServer server(answers);

    const Status sent = SendTo(server);

    ASSERT_THAT(sent, HasReason(c.reason)) << c.word << " " << c.answer;
    EXPECT_EQ(sent.error().message.find("ada"), std::string::npos) << "an error names no recipient";
  }
}

TEST_F(SmtpMailerTest, AServerThatHangsUpBeforeItHasTakenTheMessageIsTrouble) {
  std::map<std::string, std::string> answers = kGoodServer;
  answers.erase(".");
  FakeMailServer server(answers);

  EXPECT_THAT(SendTo(server), HasReason("MAIL_UNAVAILABLE"));
}

TEST_F(SmtpMailerTest, AServerThatHangsUpAfterItHasTakenTheMessageIsNone) {
  std::map<std::string, std::string> answers = kGoodServer;
  answers.erase("QUIT");
  FakeMailServer server(answers);

  EXPECT_THAT(SendTo(server), IsOk());
}

TEST_F(SmtpMailerTest, NoServerIsTrouble) {
  std::string port;
  { port = FakeMailServer(kGoodServer).port(); }
  SmtpMailer mailer({.host = "127.0.0.1", .port = port, .from = "shop@example.org", .timeout = 20s}, clock_, random_);

  EXPECT_THAT(mailer.Send(kMessage), HasReason("MAIL_UNAVAILABLE"));
}

TEST_F(SmtpMailerTest, AServerThatSaysNothingIsGivenUp) {
  std::map<std::string, std::string> answers = kGoodServer;
  answers["CONNECT"] = "220-wait for the rest";  // Which never comes.
  FakeMailServer server(answers);
  SmtpMailer mailer({.host = "127.0.0.1", .port = server.port(), .from = "shop@example.org", .timeout = 20ms}, clock_, random_);

  EXPECT_THAT(mailer.Send(kMessage), HasReason("MAIL_UNAVAILABLE"));
}

// --- In the background

const Error kDown{Code::kUnavailable, "MAIL_UNAVAILABLE", "down"};

class MailQueueTest : public testing::Test {
 protected:
  static MailQueue::Job To(const std::string& to) {
    return {.kind = "test", .write = [to] {
              Message message = kMessage;
              message.to = to;
              return message;
            }};
  }
  double Lost() {
    return metrics_.Counter("outbox_items_total", "", {{"outbox", "accounts_messages"}, {"outcome", "lost"}}).Value();
  }

  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  FakeMailer mailer_;
};

TEST_F(MailQueueTest, SendsInOrderAndSkipsWhatTurnsOutToBeNothing) {
  MailQueue mail_queue(mailer_, *log_, metrics_, {});

  ASSERT_THAT(mail_queue.Add(To("a")), IsOk());
  ASSERT_THAT(mail_queue.Add({.kind = "nothing", .write = [] { return std::nullopt; }}), IsOk());
  ASSERT_THAT(mail_queue.Add(To("b")), IsOk());

  const std::vector<Message> messages = mailer_.WaitFor(2);
  EXPECT_EQ(messages[0].to, "a");
  EXPECT_EQ(messages[1].to, "b");
}

TEST_F(MailQueueTest, TriesAgainWhenTheServerIsDownButNotWhenItRefuses) {
  MailQueue mail_queue(mailer_, *log_, metrics_, {.pause = 1ms});

  mailer_.Refuse(2, kDown);
  ASSERT_THAT(mail_queue.Add(To("a")), IsOk());
  mailer_.WaitFor(1);
  mailer_.Refuse(1, {Code::kFailedPrecondition, "MAIL_REFUSED", "unknown"});
  ASSERT_THAT(mail_queue.Add(To("b")), IsOk());
  ASSERT_THAT(mail_queue.Add(To("c")), IsOk());

  const std::vector<Message> messages = mailer_.WaitFor(2);
  EXPECT_EQ(messages[0].to, "a");
  EXPECT_EQ(messages[1].to, "c");
  EXPECT_EQ(Lost(), 1);
}

TEST_F(MailQueueTest, AMessageThatCannotBeWrittenIsLostAloneAndCounted) {
  MailQueue mail_queue(mailer_, *log_, metrics_, {});

  ASSERT_THAT(mail_queue.Add({.kind = "test", .write = []() -> std::optional<Message> { throw std::runtime_error("gone"); }}),
              IsOk());
  ASSERT_THAT(mail_queue.Add(To("b")), IsOk());

  mailer_.WaitFor(1);
  EXPECT_EQ(Lost(), 1);
}

TEST_F(MailQueueTest, StopSendsWhatWaits) {
  MailQueue mail_queue(mailer_, *log_, metrics_, {});
  for (const char* to : {"a", "b", "c"}) ASSERT_THAT(mail_queue.Add(To(to)), IsOk());

  mail_queue.Stop();

  EXPECT_THAT(mailer_.WaitFor(3), SizeIs(3));
  EXPECT_THAT(mail_queue.Add(To("d")), HasReason("OVERLOADED"));
}

TEST_F(MailQueueTest, StopDoesNotWaitForAServerThatIsDown) {
  mailer_.Refuse(1'000'000, kDown);
  MailQueue mail_queue(mailer_, *log_, metrics_, {.pause = 24h});
  for (const char* to : {"a", "b", "c"}) ASSERT_THAT(mail_queue.Add(To(to)), IsOk());
  mailer_.WaitForAttempts(1);

  mail_queue.Stop();

  EXPECT_EQ(Lost(), 3);
}

TEST_F(MailQueueTest, RefusesMoreThanItsQueueHolds) {
  mailer_.Refuse(1'000'000, kDown);
  MailQueue mail_queue(mailer_, *log_, metrics_, {.queue_max = 1, .pause = 24h});
  ASSERT_THAT(mail_queue.Add(To("a")), IsOk());
  mailer_.WaitForAttempts(1);  // The first is on its way, not in the queue.

  EXPECT_THAT(mail_queue.Add(To("b")), IsOk());
  EXPECT_THAT(mail_queue.Add(To("c")), HasReason("OVERLOADED"));
}

}  // namespace
}  // namespace octavo::accounts
