// SoundKey: a key for the sound of a name, so that "Steven" finds "Stephen" and "Dostojewski" "Dostoyevsky". A coarse key like
// Metaphone (L. Philips, Computer Language 7/12, 1990), for European names in Latin letters: similar consonants are the same,
// vowels count only at the beginning.
#pragma once

#include <string>
#include <string_view>

namespace octavo::catalog::search {

// "STFN" for "stephen"; empty where the word has no letter from a to z. `word` as Romanised gives it.
std::string SoundKey(std::string_view word);

}  // namespace octavo::catalog::search
