#include "services/catalog/search/sound.h"

#include <algorithm>
#include <array>

namespace octavo::catalog::search {
namespace {

struct Sound {
  std::string_view letters;
  std::string_view sound;
};

// Of sounds that begin alike, the longest comes first. Letters that are not listed are silent, except at the beginning.
constexpr auto kSounds = std::to_array<Sound>({
    {"sch", "S"}, {"sh", "S"},  {"sz", "S"},   {"s", "S"},    {"zh", "S"}, {"z", "S"},  {"tsch", "TS"}, {"tch", "TS"},
    {"th", "T"},  {"t", "T"},   {"chr", "KR"}, {"chs", "KS"}, {"ch", "K"}, {"ck", "K"}, {"ce", "S"},    {"ci", "S"},
    {"cy", "S"},  {"cz", "TS"}, {"c", "K"},    {"kh", "K"},   {"k", "K"},  {"q", "K"},  {"x", "KS"},    {"ph", "F"},
    {"pf", "F"},  {"p", "P"},   {"f", "F"},    {"v", "F"},    {"w", "F"},  {"b", "B"},  {"dge", "G"},   {"d", "D"},
    {"gh", "G"},  {"g", "G"},   {"l", "L"},    {"m", "M"},    {"n", "N"},  {"r", "R"},
});

// Letters that nobody hears at the beginning of a word.
constexpr auto kSilentBeginnings = std::to_array<std::string_view>({"kn", "gn", "pn", "ps", "wr"});

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::string SoundKey(std::string_view word) {
  std::string key;
  const auto add = [&key](std::string_view sounds) {
    for (const char sound : sounds) {
      if (key.empty() || key.back() != sound) key += sound;
    }
  };
  if (std::any_of(kSilentBeginnings.begin(), kSilentBeginnings.end(),
                  [&](std::string_view silent) { return word.starts_with(silent); })) {
    word.remove_prefix(1);
  }
  while (!word.empty()) {
    const auto* sound =
        std::find_if(kSounds.begin(), kSounds.end(), [&](const Sound& each) { return word.starts_with(each.letters); });
    if (sound != kSounds.end()) {
      add(sound->sound);
      // A letter that only decides the sound of the one before it is read again: "ce" is an "s" and an "e".
      word.remove_prefix(sound->letters.size() == 2 && sound->sound == "S" && sound->letters[0] == 'c' ? 1
                                                                                                       : sound->letters.size());
      continue;
    }
    if (key.empty() && IsLetter(word.front())) key = word.front() == 'h' || word.front() == 'j' ? "H" : "A";
    word.remove_prefix(1);
  }
  return key;
}

}  // namespace octavo::catalog::search
