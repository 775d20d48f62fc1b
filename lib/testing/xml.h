// IsWellFormedXml: a matcher of texts that a browser can read as one XML element, such as a drawing in SVG. It looks at the
// nesting of the tags, the quotes of attributes, "&" and "<" in texts, control characters and UTF-8. It knows no comments and no
// CDATA.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace octavo {

// One pass over a document. Gives what is wrong and where, or an empty text.
class XmlReader {
 public:
  explicit XmlReader(std::string_view xml) : rest_(xml), length_(xml.size()) {}

  std::string Fault() {
    if (rest_.starts_with("<?xml")) rest_.remove_prefix(std::min(rest_.find("?>"), rest_.size() - 2) + 2);
    int roots = 0;
    while (fault_.empty() && !rest_.empty()) {
      if (rest_[0] != '<') {
        Text("<");
      } else {
        roots += open_.empty() ? 1 : 0;
        Tag();
      }
    }
    if (fault_.empty() && !open_.empty()) Expect(false, "<" + open_.back() + "> is not closed");
    if (fault_.empty()) Expect(roots == 1, "there are " + std::to_string(roots) + " elements at the top");
    return fault_;
  }

 private:
  void Expect(bool good, const std::string& what) {
    if (!good && fault_.empty()) fault_ = what + ", at byte " + std::to_string(length_ - rest_.size());
  }
  bool Take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string Name() {
    const auto is_part = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == ':'; };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_part);
    std::string name(rest_.begin(), end);
    rest_.remove_prefix(name.size());
    Expect(!name.empty(), "a name is missing");
    return name;
  }
  void Blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  void Tag() {
    if (Take("</")) {
      const std::string name = Name();
      Expect(!open_.empty() && open_.back() == name, "</" + name + "> closes nothing");
      if (!open_.empty()) open_.pop_back();
      Blanks();
      return Expect(Take(">"), "the tag has no end");
    }
    Take("<");
    const std::string name = Name();
    for (Blanks(); fault_.empty() && !rest_.starts_with(">") && !rest_.starts_with("/>"); Blanks()) {
      Name();
      const char quote = rest_.size() > 1 ? rest_[1] : ' ';
      if (!Take("=\"") && !Take("='")) return Expect(false, "an attribute without a quoted value");
      Text(std::string{quote, '<'});
      Expect(Take(std::string_view(&quote, 1)), "an attribute's value has no end");
    }
    if (!Take("/>") && Take(">")) open_.push_back(name);
  }

  // Up to one of `ends`.
  void Text(std::string_view ends) {
    while (fault_.empty() && !rest_.empty() && ends.find(rest_[0]) == std::string_view::npos) Character();
  }

  void Character() {
    const auto first = static_cast<unsigned char>(rest_[0]);
    if (first == '&') {
      const std::size_t end = rest_.find(';');
      const std::string_view entity = rest_.substr(1, std::min(end, rest_.size()) - 1);
      const bool named = entity == "amp" || entity == "lt" || entity == "gt" || entity == "quot" || entity == "apos";
      const bool numbered = entity.starts_with("#") && entity.size() < 8;
      if (end == std::string_view::npos || !(named || numbered)) return Expect(false, "an & that begins nothing");
      return rest_.remove_prefix(end + 1);
    }
    Expect(first >= ' ' || first == '\n' || first == '\t' || first == '\r', "a control character");
    const std::size_t bytes = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
    const std::string_view character = rest_.substr(0, bytes);
    const bool follows = std::all_of(character.begin() + 1, character.end(), [](char c) { return (c & 0xc0) == 0x80; });
    Expect(character.size() == bytes && follows && first < 0xf5 && (first < 0x80 || first >= 0xc2), "no UTF-8");
    rest_.remove_prefix(character.size());
  }

  std::string_view rest_;
  std::size_t length_;
  std::vector<std::string> open_;
  std::string fault_;
};

MATCHER(IsWellFormedXml, negation ? "is not well-formed" : "is well-formed") {
  const std::string fault = XmlReader(arg).Fault();
  *result_listener << fault;
  return fault.empty();
}

}  // namespace octavo
