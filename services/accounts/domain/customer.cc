#include "services/accounts/domain/customer.h"

#include <algorithm>

#include "lib/base/quoted.h"

namespace octavo::accounts {
namespace {

constexpr std::size_t kFullNameBytesMax = 200;
constexpr std::size_t kBaseUriBytesMax = 200;

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool IsHostCharacter(char c) { return IsLetterOrDigit(c) || c == '-' || c == '.'; }

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kCustomer: return "customer";
    case Role::kBookseller: return "bookseller";
    case Role::kManager: return "manager";
    case Role::kOwner: return "owner";
  }
  return "unknown";
}

Result<std::string> ParseFullName(std::string_view field, std::string_view text) {
  const std::string_view name = Trimmed(text);
  if (name.size() > kFullNameBytesMax) {
    return InvalidField(std::string(field), "is longer than " + std::to_string(kFullNameBytesMax) + " bytes");
  }
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
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
    return InvalidField(std::string(field), Quoted(text) + " is not a shop's address, like https://shop.example");
  }
  return uri;
}

}  // namespace octavo::accounts
