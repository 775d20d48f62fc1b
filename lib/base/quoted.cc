#include "lib/base/quoted.h"

namespace octavo {
namespace {

constexpr std::size_t kQuotedBytesMax = 80;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The bytes of the character that starts with `first` (RFC 3629), or 0 if none does.
std::size_t LengthAfter(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

// Whether the second byte excludes forms that are too long, surrogates, and what lies above U+10FFFF.
bool SecondByteFits(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xe0: return second >= 0xa0;
    case 0xed: return second <= 0x9f;
    case 0xf0: return second >= 0x90;
    case 0xf4: return second <= 0x8f;
    default: return true;
  }
}

// The length of the character that `text` begins with; 0 where it begins with none.
std::size_t CharacterLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = LengthAfter(first);
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80 || (i == 1 && !SecondByteFits(first, next))) return 0;
  }
  return length;
}

void AppendControl(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

}  // namespace

bool IsStorableText(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0 || text[0] == '\0') return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view CutText(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  // Back to where a character begins; at most three bytes, since what is longer is no UTF-8 anyway.
  for (int i = 0; i < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; ++i) --end;
  return text.substr(0, end);
}

std::string CleanText(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::string_view rest = CutText(text, bytes_max); !rest.empty();) {
    const std::size_t length = CharacterLength(rest);
    out += length == 0 ? kReplacement : rest.substr(0, length);
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string Quoted(std::string_view text) {
  const std::string_view shown = CutText(text, kQuotedBytesMax);
  std::string out = "\"";
  for (std::string_view rest = shown; !rest.empty();) {
    const std::size_t length = CharacterLength(rest);
    const auto first = static_cast<unsigned char>(rest[0]);
    if (length == 0) {
      out += kReplacement;
    } else if (first < 0x20 || first == 0x7f) {
      AppendControl(out, first);
    } else {
      out += rest.substr(0, length);
    }
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out + (shown.size() < text.size() ? "…\"" : "\"");
}

}  // namespace octavo
