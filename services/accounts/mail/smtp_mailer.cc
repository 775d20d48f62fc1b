#include "services/accounts/mail/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "lib/base/check.h"

namespace octavo::accounts {
namespace {

using Conversation = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Recipients = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Error Unavailable(const std::string& what) { return {Code::kUnavailable, "MAIL_UNAVAILABLE", what}; }

// libcurl asks for the next bytes of the message; `rest` is a std::string_view of those.
std::size_t GiveBytes(char* to, std::size_t size, std::size_t count, void* rest) {
  std::string_view& text = *static_cast<std::string_view*>(rest);
  const std::size_t taken = std::min(size * count, text.size());
  std::memcpy(to, text.data(), taken);
  text.remove_prefix(taken);
  return taken;
}

// The server's address, and "[127.0.0.1]" as our name in the greeting: this machine's own name is private, and a relay does
// not need it (section 4.1.3).
std::string Url(const SmtpMailer::Options& options) {
  const bool is_v6 = options.host.find(':') != std::string::npos;
  return "smtp://" + (is_v6 ? "[" + options.host + "]" : options.host) + ":" + options.port + "/%5B127.0.0.1%5D";
}

template <class Value>
void Set(const Conversation& conversation, CURLoption option, Value value) {
  CHECK(curl_easy_setopt(conversation.get(), option, value) == CURLE_OK);
}

void Configure(const Conversation& conversation, const SmtpMailer::Options& options) {
  Set(conversation, CURLOPT_URL, Url(options).c_str());
  Set(conversation, CURLOPT_PROTOCOLS_STR, "smtp");
  Set(conversation, CURLOPT_PROXY, "");  // Ignore proxies that the environment names.
  Set(conversation, CURLOPT_NOSIGNAL, 1L);
  Set(conversation, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  if (options.starttls) Set(conversation, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!options.authority.empty()) Set(conversation, CURLOPT_CAINFO, options.authority.c_str());
  if (!options.user.empty()) {
    Set(conversation, CURLOPT_USERNAME, options.user.c_str());
    Set(conversation, CURLOPT_PASSWORD, std::string(options.password.Reveal()).c_str());
  }
}

// Only codes and libcurl's own words: the server's words may repeat the recipient.
Error WhyNot(const Conversation& conversation, CURLcode failed) {
  long reply = 0;
  curl_easy_getinfo(conversation.get(), CURLINFO_RESPONSE_CODE, &reply);
  std::string what = std::string("the mail server: ") + curl_easy_strerror(failed);
  if (reply > 0) what += ", after its reply " + std::to_string(reply);
  const bool is_of_the_message = failed != CURLE_LOGIN_DENIED && failed != CURLE_USE_SSL_FAILED && reply >= 500;
  if (is_of_the_message) return Error{Code::kFailedPrecondition, "MAIL_REFUSED", what};
  return Unavailable(what);
}

}  // namespace

Result<SmtpMailer::Options> ParseSmtpAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", "--accounts.smtp_address=" + address + ": must be host:port"};
  }
  SmtpMailer::Options options{.host = address.substr(0, colon), .port = address.substr(colon + 1)};
  if (options.host.starts_with('[') && options.host.ends_with(']')) {  // An IPv6 address.
    options.host = options.host.substr(1, options.host.size() - 2);
  }
  return options;
}

SmtpMailer::SmtpMailer(Options options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);  // Once in a process.
  CHECK(kStarted == CURLE_OK);
}

Status SmtpMailer::Send(const Message& message) {
  const Conversation conversation(curl_easy_init(), &curl_easy_cleanup);
  if (conversation == nullptr) return Unavailable("there is no memory to send a message");
  Configure(conversation, options_);
  const Recipients to(curl_slist_append(nullptr, message.to.c_str()), &curl_slist_free_all);
  Set(conversation, CURLOPT_MAIL_FROM, options_.from.c_str());
  Set(conversation, CURLOPT_MAIL_RCPT, to.get());
  const Secret text = FormatMessage(message, options_.from, clock_, random_);
  std::string_view rest = text.Reveal();
  Set(conversation, CURLOPT_UPLOAD, 1L);
  Set(conversation, CURLOPT_READFUNCTION, &GiveBytes);
  Set(conversation, CURLOPT_READDATA, static_cast<void*>(&rest));
  const CURLcode result = curl_easy_perform(conversation.get());
  if (result != CURLE_OK) return WhyNot(conversation, result);
  return Ok();
}

}  // namespace octavo::accounts
