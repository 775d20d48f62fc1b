// Normal forms of codes and e-mail addresses as people type them. Pure functions over UTF-8 (broken
// bytes become U+FFFD); ICU does the Unicode work. Normalising a result again does not change it.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace octavo::promotions {

// NFKC, upper case (whatever the language), without white space at both ends: " spring２６ " gives "SPRING26".
std::string NormaliseCode(std::string_view typed);

// NFKC, case-folded, without white space at both ends: " Ann@Example.ORG" gives "ann@example.org". The part before the @ is
// folded too: the mail standard distinguishes its case but no provider does, and typing a capital must not start a limit per
// customer anew. Dots, +tags and the two forms of an international domain (bücher.example and xn--bcher-kva.example) stay,
// because their meaning differs by provider.
std::string NormaliseEmail(std::string_view typed);

}  // namespace octavo::promotions
