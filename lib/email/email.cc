#include "lib/email/email.h"

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "lib/base/quoted.h"

namespace octavo {
namespace {

constexpr std::size_t kBytesMax = 254;      // RFC 5321, erratum 1690.
constexpr std::size_t kLocalBytesMax = 64;  // RFC 5321, section 4.5.3.1.1.

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char Lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsLocalCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

// Dots stand between parts, never at an end or beside each other.
bool AreDotsInside(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

const icu::IDNA& Idna() {
  static const std::unique_ptr<icu::IDNA> kIdna = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::IDNA>(icu::IDNA::createUTS46Instance(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI |
                                                                         UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                                                                         UIDNA_NONTRANSITIONAL_TO_UNICODE,
                                                                     status));
  }();
  return *kIdna;
}

std::optional<std::string> AsciiDomain(std::string_view domain) {
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  Idna().nameToASCII_UTF8(icu::StringPiece(domain.data(), static_cast<std::int32_t>(domain.size())), sink, info, status);
  const bool is_domain = U_SUCCESS(status) && !info.hasErrors() && AreDotsInside(ascii) && ascii.find('.') != std::string::npos;
  return is_domain ? std::optional(ascii) : std::nullopt;
}
}  // namespace

Result<std::string> ParseEmail(std::string_view field, std::string_view text) {
  const std::string_view trimmed = Trimmed(text);
  const std::size_t at = trimmed.find('@');
  const Error refused = InvalidField(std::string(field), Quoted(text) + " is not an e-mail address");
  if (at == std::string_view::npos || at > kLocalBytesMax || trimmed.size() > kBytesMax) return refused;
  std::string email(trimmed.substr(0, at));
  std::transform(email.begin(), email.end(), email.begin(), Lowered);
  if (!AreDotsInside(email) || !std::all_of(email.begin(), email.end(), IsLocalCharacter)) return refused;
  const std::optional<std::string> domain = AsciiDomain(trimmed.substr(at + 1));
  if (!domain) return refused;
  email += "@" + *domain;
  if (email.size() > kBytesMax) return refused;
  return email;
}

std::string EmailForPeople(const std::string& email) {
  const std::size_t at = email.find('@');
  if (at == std::string::npos || email.find("xn--", at) == std::string::npos) return email;
  std::string domain;
  icu::StringByteSink<std::string> sink(&domain);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  const std::string_view ascii = std::string_view(email).substr(at + 1);
  Idna().nameToUnicodeUTF8(icu::StringPiece(ascii.data(), static_cast<std::int32_t>(ascii.size())), sink, info, status);
  if (U_FAILURE(status) || info.hasErrors()) return email;
  return email.substr(0, at + 1) + domain;
}

}  // namespace octavo
