#include "services/accounts/mail/mailer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "lib/base/check.h"
#include "lib/base/uuid.h"

namespace octavo::accounts {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// RFC 5322, section 3.3: "Mon, 05 Jan 2026 12:00:00 +0000". Not strftime, whose names follow the locale.
std::string FormatDate(Timestamp time) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %d %02d:%02d:%02d +0000", kDays[std::chrono::weekday(day).c_encoding()],
                static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace

Secret FormatMessage(const Message& message, const std::string& from, const Clock& clock, Random& random) {
  CHECK(IsAscii(message.subject));
  CHECK(IsAscii(message.text.Reveal()));
  const std::string domain = from.substr(from.find('@') + 1);
  std::string out = "From: Octavo <" + from + ">\r\n";
  out += "To: <" + message.to + ">\r\n";
  out += "Subject: " + message.subject + "\r\n";
  out += "Date: " + FormatDate(clock.Now()) + "\r\n";
  out += "Message-ID: <" + NewUuid(clock, random) + "@" + domain + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834: no holiday notes, please.
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=us-ascii\r\n";
  out += "Content-Transfer-Encoding: 7bit\r\n\r\n";
  for (const char c : message.text.Reveal()) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return Secret(std::move(out));
}

}  // namespace octavo::accounts
