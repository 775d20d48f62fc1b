#include "services/accounts/domain/password.h"

#include <algorithm>
#include <set>
#include <string>

namespace octavo::accounts {
namespace {

// Words that most passwords of the public lists of stolen ones are made of, with a number or a sign behind
// them. Each stands between spaces.
constexpr std::string_view kCommonWords =
    " password passwort passw0rd p@ssword p@ssw0rd motdepasse contrasena qwerty qwertz azerty letmein welcome"
    " willkommen iloveyou sunshine princess football baseball monkey dragon superman batman starwars whatever"
    " trustno administrator admin changeme secret hello master shadow michael jennifer jordan liverpool"
    " chocolate butterfly pokemon computer internet samsung bookshop octavo mypassword thisismypassword"
    " iloveyousomuch correcthorsebatterystaple ";

// Rows of keys and of the alphabet, along which fingers run.
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

bool IsLetter(char c) {
  return c >= 'a' && c <= 'z';
}

// Whether `text` repeats one unit of up to half its length, the last time perhaps in part: "abcabcabc",
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
  return text.find(' ') == std::string_view::npos &&
         kCommonWords.find(" " + std::string(text) + " ") != std::string_view::npos;
}

// Without the digits and signs around it: "123password2024!!" is "password".
std::string_view Core(std::string_view text) {
  while (!text.empty() && !IsLetter(text.back())) text.remove_suffix(1);
  while (!text.empty() && !IsLetter(text.front())) text.remove_prefix(1);
  return text;
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
  return IsAlongARow(text) || IsAlongARow(unit) || IsCommonWord(text) || IsCommonWord(unit) ||
         IsCommonWord(core) || IsCommonWord(RepeatedUnit(core)) || text == email ||
         (!local_part.empty() && core == local_part);
}

}  // namespace

Status CheckPassword(std::string_view field, const Secret& password, std::string_view email) {
  const int characters = CountCharacters(password.Reveal());
  if (characters < kPasswordCharactersMin) {
    return InvalidField(std::string(field),
                        "has fewer than " + std::to_string(kPasswordCharactersMin) + " characters");
  }
  if (characters > kPasswordCharactersMax || password.Reveal().size() > kPasswordBytesMax) {
    return InvalidField(std::string(field),
                        "has more than " + std::to_string(kPasswordCharactersMax) + " characters");
  }
  if (IsCommon(password.Reveal(), email)) {
    return InvalidField(std::string(field), "is among those that are guessed first");
  }
  return Ok();
}

}  // namespace octavo::accounts
