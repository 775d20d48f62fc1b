#include "services/accounts/domain/customer.h"

#include <algorithm>

namespace octavo::accounts {
namespace {

constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321, section 4.5.3.1.3, without the angle brackets.
constexpr std::size_t kLocalPartBytesMax = 64;
constexpr std::size_t kFullNameBytesMax = 200;
constexpr std::size_t kBaseUriBytesMax = 200;
constexpr std::size_t kShownBytesMax = 80;

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text.substr(0, kShownBytesMax)) + "\"";
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool IsLocalPartCharacter(char c) {
  return IsLetterOrDigit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}
bool IsHostCharacter(char c) {
  return IsLetterOrDigit(c) || c == '-' || c == '.';
}

// Dots stand between parts, never at an end or beside each other.
bool AreDotsInside(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

bool IsEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > kEmailBytesMax || at == std::string_view::npos || at > kLocalPartBytesMax) return false;
  const std::string_view local_part = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  return AreDotsInside(local_part) &&
         std::all_of(local_part.begin(), local_part.end(), IsLocalPartCharacter) && AreDotsInside(domain) &&
         std::all_of(domain.begin(), domain.end(), IsHostCharacter) &&
         domain.find('.') != std::string_view::npos && domain.front() != '-' && domain.back() != '-';
}

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kCustomer:
      return "customer";
    case Role::kBookseller:
      return "bookseller";
    case Role::kManager:
      return "manager";
    case Role::kOwner:
      return "owner";
  }
  return "unknown";
}

Result<std::string> ParseEmail(std::string_view field, std::string_view text) {
  std::string email(Trimmed(text));
  std::transform(email.begin(), email.end(), email.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (!IsEmail(email)) return InvalidField(std::string(field), Quoted(text) + " is not an e-mail address");
  return email;
}

Result<std::string> ParseFullName(std::string_view field, std::string_view text) {
  const std::string_view name = Trimmed(text);
  if (name.size() > kFullNameBytesMax) {
    return InvalidField(std::string(field), "is longer than " + std::to_string(kFullNameBytesMax) + " bytes");
  }
  const bool control = std::any_of(name.begin(), name.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control) return InvalidField(std::string(field), "holds a control character");
  return std::string(name);
}

Result<std::string> ParseBaseUri(std::string_view field, std::string_view text) {
  std::string_view rest = text;
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const std::string uri(rest);
  const bool has_scheme = rest.starts_with("http://") || rest.starts_with("https://");
  if (has_scheme) rest.remove_prefix(rest.find("://") + 3);
  const bool is_authority = !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
    return IsHostCharacter(c) || c == ':' || c == '[' || c == ']';
  });
  if (!has_scheme || !is_authority || text.size() > kBaseUriBytesMax) {
    return InvalidField(std::string(field),
                        Quoted(text) + " is not a shop's address, like https://shop.example");
  }
  return uri;
}

}  // namespace octavo::accounts
