#include "services/accounts/mail/smtp_mailer.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace octavo::accounts {
namespace {

constexpr std::size_t kReplyBytesMax = 8192;  // Section 4.5.3.1.5 allows 512 a line; a few lines are plenty.

Error Unavailable(const std::string& what) {
  return {Code::kUnavailable, "MAIL_UNAVAILABLE", what};
}

// One connection to a server: lines out, replies in. Not thread-safe.
class Connection {
 public:
  Connection(int socket, std::chrono::milliseconds timeout) : socket_(socket), timeout_(timeout) {}
  Connection(Connection&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        timeout_(other.timeout_),
        received_(std::move(other.received_)) {}
  ~Connection() {
    if (socket_ >= 0) close(socket_);
  }

  static Result<Connection> Open(const SmtpMailer::Options& options);

  // Reads the reply and wants its code to begin with this digit. `step` is for the error.
  Status Expect(char first_digit, const std::string& step);
  // Sends a line and wants its reply to be so.
  Status Say(const std::string& line, char first_digit, const std::string& step) {
    TRY(Write(line + "\r\n"));
    return Expect(first_digit, step);
  }
  Status Write(std::string_view text);

 private:
  // False when the time is up.
  bool WaitFor(short events) const {
    pollfd waiting{.fd = socket_, .events = events, .revents = 0};
    return poll(&waiting, 1, static_cast<int>(timeout_.count())) == 1;
  }
  Result<std::string> ReadLine();
  Status Connect(const addrinfo& address) const;

  int socket_;
  const std::chrono::milliseconds timeout_;
  std::string received_;
};

Status Connection::Connect(const addrinfo& address) const {
  if (connect(socket_, address.ai_addr, address.ai_addrlen) == 0) return Ok();
  if (errno != EINPROGRESS || !WaitFor(POLLOUT)) return Unavailable("the mail server does not answer");
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Unavailable(std::string("the mail server: ") + std::strerror(error));
  return Ok();
}

Result<Connection> Connection::Open(const SmtpMailer::Options& options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(options.host.c_str(), options.port.c_str(), &hints, &found); error != 0) {
    return Unavailable("the mail server's address: " + std::string(gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  Error last = Unavailable("the mail server has no address");
  for (const addrinfo* next = addresses.get(); next != nullptr; next = next->ai_next) {
    Connection connection(
        socket(next->ai_family, next->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, next->ai_protocol),
        options.timeout);
    if (connection.socket_ < 0) continue;
    Status connected = connection.Connect(*next);
    if (connected.ok()) return connection;
    last = std::move(connected).error();
  }
  return last;
}

Status Connection::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN && !WaitFor(POLLOUT)) {
      return Unavailable("the mail server takes no more");
    } else if (errno != EAGAIN && errno != EINTR) {
      return Unavailable("the mail server hung up");
    }
  }
  return Ok();
}

Result<std::string> Connection::ReadLine() {
  while (true) {
    if (const std::size_t end = received_.find("\r\n"); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 2);
      return line;
    }
    if (received_.size() > kReplyBytesMax) return Unavailable("the mail server talks too much");
    char bytes[1024];
    const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) {
      received_.append(bytes, static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      return Unavailable("the mail server hung up");
    } else if (errno == EAGAIN && !WaitFor(POLLIN)) {
      return Unavailable("the mail server does not answer");
    }
  }
}

Status Connection::Expect(char first_digit, const std::string& step) {
  std::size_t bytes = 0;
  while (true) {
    const std::string line = TRY(ReadLine());
    bytes += line.size();
    if (line.size() < 3 || bytes > kReplyBytesMax) return Unavailable("the mail server does not speak SMTP");
    if (line.size() > 3 && line[3] == '-') continue;  // More lines of this reply follow (section 4.2.1).
    if (line[0] == first_digit) return Ok();
    // Only the code: the text may repeat the recipient.
    const std::string what = "the mail server answers " + line.substr(0, 3) + " to " + step;
    if (line[0] == '5') return Error{Code::kFailedPrecondition, "MAIL_REFUSED", what};
    return Unavailable(what);
  }
}

}  // namespace

Result<SmtpMailer::Options> ParseSmtpAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return Error{Code::kInvalidArgument, "BAD_OPTION",
                 "--accounts.smtp_address=" + address + ": must be host:port"};
  }
  SmtpMailer::Options options{.host = address.substr(0, colon), .port = address.substr(colon + 1)};
  if (options.host.starts_with('[') && options.host.ends_with(']')) {  // An IPv6 address.
    options.host = options.host.substr(1, options.host.size() - 2);
  }
  return options;
}

std::string StuffDots(std::string_view message) {
  std::string out;
  bool at_line_start = true;
  for (const char c : message) {
    if (at_line_start && c == '.') out += '.';
    out += c;
    at_line_start = c == '\n';
  }
  if (!at_line_start) out += "\r\n";
  return out + ".\r\n";
}

Status SmtpMailer::Send(const Message& message) {
  Connection server = TRY(Connection::Open(options_));
  TRY(server.Expect('2', "the connection"));
  // The name that this machine has is nobody's business, and a relay does not care (section 4.1.3).
  TRY(server.Say("EHLO [127.0.0.1]", '2', "EHLO"));
  TRY(server.Say("MAIL FROM:<" + options_.from + ">", '2', "MAIL"));
  TRY(server.Say("RCPT TO:<" + message.to + ">", '2', "RCPT"));
  TRY(server.Say("DATA", '3', "DATA"));
  TRY(server.Write(
      Secret(StuffDots(FormatMessage(message, options_.from, clock_, random_).Reveal())).Reveal()));
  TRY(server.Expect('2', "the message"));
  (void)server.Say("QUIT", '2', "QUIT");  // The message is taken, whatever comes now.
  return Ok();
}

}  // namespace octavo::accounts
