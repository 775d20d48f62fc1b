#include "services/accounts/domain/password.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "lib/base/check.h"
#include "services/accounts/domain/common_passwords.h"

namespace octavo::accounts {
namespace {

// Words that people guess first at this shop or in other languages, beyond the public list. Spaces separate them.
constexpr std::string_view kWordsOfOurs =
    " octavo bookshop willkommen p@ssword thisismypassword iloveyousomuch correcthorsebatterystaple ";

// Rows of keys and the alphabet: passwords often follow them.
constexpr std::string_view kRows[] = {
    "01234567890123456789",       "abcdefghijklmnopqrstuvwxyz",   "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn",   "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",       "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!@#$%^&*()",
    "zaq12wsxcde34rfv",
};
constexpr int kDistinctCharactersMin = 4;

int CountCharacters(std::string_view utf8) {
  return static_cast<int>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// The unit that `text` repeats, of at most half its length; the last repetition may be cut: "abcabcabc",
// "121212121".
std::string_view RepeatedUnit(std::string_view text) {
  for (std::size_t unit = 1; unit <= text.size() / 2; ++unit) {
    if (text.substr(unit) == text.substr(0, text.size() - unit)) return text.substr(0, unit);
  }
  return text;
}

bool IsAlongARow(std::string_view text) {
  std::string backwards(text.rbegin(), text.rend());
  return std::any_of(std::begin(kRows), std::end(kRows), [&](std::string_view row) {
    return row.find(text) != std::string_view::npos || row.find(backwards) != std::string_view::npos;
  });
}

bool IsCommonWord(std::string_view text) {
  if (text.empty()) return false;
  return IsAmongTheMostUsed(text) ||
         (text.find(' ') == std::string_view::npos && kWordsOfOurs.find(" " + std::string(text) + " ") != std::string_view::npos);
}

// `text` without the digits and signs around it: "123password2024!!" gives "password".
std::string_view Core(std::string_view text) {
  while (!text.empty() && !IsLetter(text.back())) text.remove_suffix(1);
  while (!text.empty() && !IsLetter(text.front())) text.remove_prefix(1);
  return text;
}

// Whether a common word is most of the password, with digits and signs around it.
bool IsCommonCore(std::string_view core, std::string_view text) {
  return 2 * core.size() >= text.size() && (IsCommonWord(core) || IsCommonWord(RepeatedUnit(core)));
}

bool IsCommon(std::string_view password, std::string_view email) {
  std::string text(password);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::set<char> distinct(text.begin(), text.end());
  if (static_cast<int>(distinct.size()) < kDistinctCharactersMin) return true;
  const std::string_view unit = RepeatedUnit(text);
  const std::string_view core = Core(text);
  const std::string_view local_part = email.substr(0, email.find('@'));
  return IsAlongARow(text) || IsAlongARow(unit) || IsCommonWord(text) || IsCommonWord(unit) || IsCommonCore(core, text) ||
         text == email || (!local_part.empty() && core == local_part);
}

Error TooLong(std::string_view field) {
  return InvalidField(std::string(field), "has more than " + std::to_string(kPasswordCharactersMax) + " characters");
}

}  // namespace

Secret Normalized(const Secret& password) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(status);
  CHECK(U_SUCCESS(status));  // The rules are a part of ICU.
  const std::string_view text = password.Reveal();
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  std::string normalized;
  icu::StringByteSink<std::string> sink(&normalized);
  nfc->normalizeUTF8(0, piece, sink, nullptr, status);
  return U_SUCCESS(status) ? Secret(std::move(normalized)) : password;
}

Status CheckPassword(std::string_view field, const Secret& as_typed, std::string_view email) {
  if (as_typed.Reveal().size() > kPasswordBytesMax) return TooLong(field);
  const Secret password = Normalized(as_typed);
  const int characters = CountCharacters(password.Reveal());
  if (characters < kPasswordCharactersMin) {
    return InvalidField(std::string(field), "has fewer than " + std::to_string(kPasswordCharactersMin) + " characters");
  }
  if (characters > kPasswordCharactersMax) return TooLong(field);
  if (IsCommon(password.Reveal(), email)) {
    return InvalidField(std::string(field), "is one of the passwords that people guess first");
  }
  return Ok();
}

}  // namespace octavo::accounts
