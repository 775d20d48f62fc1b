// Text as readers type and compare it: folding, words, slugs. Pure functions over UTF-8; ICU does the Unicode work.
// Text that is not UTF-8 gets U+FFFD for its broken bytes; check with IsUtf8 first where that matters. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace octavo::catalog {

bool IsUtf8(std::string_view text);

// White space of any kind at both ends removed, runs of it inside made one space.
std::string CleanLine(std::string_view text);

// The same for texts that readers hold to be the same: lower case, without diacritics and width variants, ligatures and
// special letters spelt out, anything that is typed for an apostrophe as "'". "Les Misérables" and "LES MISERABLES" give
// "les miserables", "Wiedźmin" "wiedzmin", "Straße" "strasse". Unicode's NFKC_Casefold, then the marks of Latin, Greek,
// Cyrillic, Hebrew and Arabic removed; other scripts keep theirs, where they are vowels and not ornaments.
std::string Fold(std::string_view text);

// What Words gives besides the plain words: the index wants every form under which a word may be looked for, a query
// only the one that was typed.
enum class WordForms { kAsTyped, kEveryForm };

// The words of a text, folded, in order. Apostrophes join ("ender's" → "enders"); "C++" and "C#" are words. Han, kana and
// hangul, which have no spaces, give pairs of neighbours, or the letter where there is but one. With kEveryForm also the
// part behind an elided article ("l'etranger" → "letranger", "etranger"), initials run together ("J. R. R." → "j", "r",
// "r", "jrr"), each letter of a script without spaces, and words with umlauts spelt out (at the end: "müller" → "muller",
// "mueller").
std::vector<std::string> Words(std::string_view text, WordForms forms);

// The text with ä, ö, ü, ø and å as ae, oe, ue, oe and aa, as they are written where a keyboard has them not.
std::string SpellOutUmlauts(std::string_view text);

// A word of any script in Latin letters and digits, as ICU romanises it: "tolkin" for "толкин".
std::string Romanised(std::string_view word);

// The last part of a resource name: lower-case ASCII letters, digits and single hyphens, 1 to 80 of them. Other scripts
// are romanised by ICU ("Лев Толстой" → "lev-tolstoj"). Two names with one slug are one author, by definition: "J.K.
// Rowling" and "J. K. Rowling" are. A name without any letter gives "n-" and a hash.
std::string Slug(std::string_view name);

// Whether `text` could have come from Slug.
bool IsSlug(std::string_view text);

// What titles are sorted by: folded, without the leading article of their language (English where unknown), at most
// 60 bytes.
std::string TitleSortKey(std::string_view title, std::string_view language_code);

// The English name of a BCP 47 language: "French" for "fr"; the code itself where ICU knows none.
std::string LanguageName(std::string_view language_code);

// The number of letters of a word, as a reader counts them.
std::size_t CodePointCount(std::string_view text);

}  // namespace octavo::catalog
