#include "lib/http/cookie.h"

#include <algorithm>
#include <cstddef>

#include "lib/base/check.h"

namespace octavo::http {
namespace {

constexpr std::size_t kCookiesMax = 100;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsCookieOctet(char c) { return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\'; }

}  // namespace

Params ParseCookies(std::string_view header) {
  Params cookies;
  while (!header.empty() && cookies.items().size() < kCookiesMax) {
    const std::size_t end = header.find(';');
    const std::string_view piece = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = Trim(piece.substr(0, equals));
    std::string_view value = Trim(piece.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (!name.empty()) cookies.Add(std::string(name), std::string(value));
  }
  return cookies;
}

std::string ToString(const SetCookie& cookie) {
  CHECK(!cookie.name.empty());
  CHECK(std::all_of(cookie.name.begin(), cookie.name.end(), [](char c) { return IsCookieOctet(c) && c != '='; }));
  CHECK(std::all_of(cookie.value.begin(), cookie.value.end(), IsCookieOctet));
  const bool prefixed = cookie.name.starts_with("__Host-") || cookie.name.starts_with("__Secure-");
  CHECK(cookie.secure || !prefixed);
  std::string text = cookie.name + "=" + cookie.value + "; Path=/; HttpOnly; SameSite=Lax";
  if (cookie.secure) text += "; Secure";
  if (cookie.max_age) text += "; Max-Age=" + std::to_string(cookie.max_age->count());
  return text;
}

}  // namespace octavo::http
