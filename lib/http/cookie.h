// Cookies, both ways: the Cookie header of a request and the Set-Cookie header of a response (RFC 6265bis).
// Pure functions; thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lib/http/url.h"

namespace octavo::http {

// Names and values as sent, without decoding; surrounding double quotes are removed. Pieces without a '=' and pieces after the
// first 100 are skipped, because browsers send cookies that are not ours.
Params ParseCookies(std::string_view header);

struct SetCookie {
  std::string name;
  std::string value;
  // Only over https. Required where the name begins with "__Host-" or "__Secure-" (browsers drop it
  // otherwise).
  bool secure = false;
  // Unset: until the browser closes. Zero: deleted at once.
  std::optional<std::chrono::seconds> max_age = {};
};

// The value of a Set-Cookie header, always with HttpOnly, SameSite=Lax and Path=/, because our pages need nothing else. Dies
// (CHECK) on a name or value with characters that RFC 6265 forbids: only our code chooses them.
std::string ToString(const SetCookie& cookie);

}  // namespace octavo::http
