// Codes and e-mail addresses as people type them, brought to the one form under which they are the same. Pure functions
// over UTF-8 (broken bytes become U+FFFD); ICU does the Unicode work. Each gives its own results back unchanged.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace octavo::promotions {

// NFKC, upper case (without regard to language), white space at both ends removed: " spring２６ " is "SPRING26".
std::string NormaliseCode(std::string_view typed);

// NFKC with case folded, white space at both ends removed: " Ann@Example.ORG" is "ann@example.org". The part before the
// @ is folded too: the mail standard lets it matter, no provider does, and a limit per customer must not be met anew
// by typing a capital. Dots, +tags and the two forms of an international domain (bücher.example and
// xn--bcher-kva.example) are left alone: what they mean differs by provider.
std::string NormaliseEmail(std::string_view typed);

}  // namespace octavo::promotions
