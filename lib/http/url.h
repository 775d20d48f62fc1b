// URL text: percent-encoding (RFC 3986, section 2.1), query strings and forms
// (application/x-www-form-urlencoded, as the WHATWG URL standard reads them). Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"

namespace octavo::http {

// The bytes that `text` encodes; nullopt if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);

// Leaves letters, digits and "-._~" as they are: fit for one path segment or one query value.
std::string PercentEncode(std::string_view text);

bool IsUtf8(std::string_view bytes);

// `bytes` with each malformed UTF-8 sequence, and each NUL, replaced by U+FFFD: fit for protobuf and for
// pages.
std::string ToUtf8(std::string_view bytes);

// Names and values in the order they came; a name may come more than once.
class Params {
 public:
  // The first value of `name`; empty if there is none.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::vector<std::string_view> GetAll(std::string_view name) const;
  void Add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }

  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }
  bool empty() const { return items_.empty(); }

  // "a=1&b=x%20y".
  std::string ToQuery() const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// Our forms have tens of fields; a cart of 200 lines has 400. More is an attack.
inline constexpr std::size_t kParamsMax = 1000;

// Reads "a=1&b=x+y". '+' is a space; a '%' that begins no escape stands for itself; malformed UTF-8 becomes
// U+FFFD. INVALID_ARGUMENT (TOO_MANY_PARAMETERS) above kParamsMax.
Result<Params> ParseQuery(std::string_view text);

// The decoded segments of a path: "/books/12" is {"books", "12"}, "/" is {}, "/books/" is {"books", ""}. An
// encoded slash stays inside its segment. INVALID_ARGUMENT (BAD_PATH) for what does not begin with '/', bad
// escapes, malformed UTF-8, control characters and the segments "." and "..".
Result<std::vector<std::string>> ParsePath(std::string_view path);

}  // namespace octavo::http
