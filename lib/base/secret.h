// Secret: a password, token or key. It cannot be written to a stream or a log: only Reveal() gives the text, so that every use
// can be found by searching for that word. Its memory is cleared at the end.
#pragma once

#include <string>
#include <string_view>

namespace octavo {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret();

  std::string_view Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace octavo
