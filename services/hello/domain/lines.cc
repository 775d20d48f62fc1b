#include "services/hello/domain/lines.h"

#include <algorithm>

namespace octavo::hello {

std::optional<std::string_view> Lines::Next() {
  if (position_ == text_.size()) return std::nullopt;
  const std::string_view rest = std::string_view(text_).substr(position_);
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  position_ += std::min(end + 1, rest.size());

  std::string_view line = rest.substr(0, end);
  const bool ended = end < rest.size();
  if (ended && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace octavo::hello
