// The lines of a text, one at a time. A line ends with LF or CRLF, which does not belong to it; a CR elsewhere does.
// The text after the last line end is a line too, unless it is empty: "a\nb" and "a\nb\n" both have two lines, "" has
// none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace octavo::hello {

class Lines {
 public:
  explicit Lines(std::string text) : text_(std::move(text)) {}

  // The next line, valid as long as this object; nullopt after the last.
  std::optional<std::string_view> Next();

 private:
  const std::string text_;
  std::size_t position_ = 0;
};

}  // namespace octavo::hello
