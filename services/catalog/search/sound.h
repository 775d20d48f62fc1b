// SoundKey: what a name sounds like, so that "Steven" finds "Stephen" and "Dostojewski" "Dostoyevsky". A coarse key in the
// manner of Metaphone (L. Philips, Computer Language 7/12, 1990), for names of any European language as they are written in
// Latin letters: consonants of a kind are one, vowels count at the beginning only.
#pragma once

#include <string>
#include <string_view>

namespace octavo::catalog::search {

// "STFN" for "stephen"; empty where the word has no letter from a to z. `word` as Romanised gives it.
std::string SoundKey(std::string_view word);

}  // namespace octavo::catalog::search
