#include "lib/names/numbers.h"

#include <charconv>

namespace octavo::names {

std::optional<std::int64_t> FindNumber(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || text.front() == '0') return std::nullopt;
  if (number < 1 || number > most) return std::nullopt;
  return number;
}

std::string ToEtag(std::int64_t version) { return std::to_string(version); }

std::optional<std::int64_t> FindVersion(std::string_view etag) {
  std::int64_t version = 0;
  const auto [end, problem] = std::from_chars(etag.data(), etag.data() + etag.size(), version);
  if (problem != std::errc() || end != etag.data() + etag.size() || version < 0) return std::nullopt;
  return version;
}

}  // namespace octavo::names
