// Text as readers type and compare it: folding, words, slugs. Pure functions over UTF-8; ICU does the Unicode work. Broken bytes
// become U+FFFD; check with IsUtf8 first where that matters. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace octavo::catalog {

bool IsUtf8(std::string_view text);

// Removes white space of any kind at both ends, and makes each run of it inside one space.
std::string CleanLine(std::string_view text);

// Gives the same result for texts that readers take for the same: lower case, no diacritics or width variants, ligatures and
// special letters spelt out, every kind of apostrophe as "'". "Les Misérables" and "LES MISERABLES" give "les miserables",
// "Wiedźmin" "wiedzmin", "Straße" "strasse". It is Unicode's NFKC_Casefold, then the marks of Latin, Greek, Cyrillic, Hebrew and
// Arabic are removed. Other scripts keep their marks, which are vowels there.
std::string Fold(std::string_view text);

// Which forms of a word Words gives: the index needs every form that readers may search for, a query only the form that was
// typed.
enum class WordForms { kAsTyped, kEveryForm };

// The words of a text, folded, in order. Apostrophes join ("ender's" → "enders"); "C++" and "C#" are words. Han, kana
// and hangul have no spaces; they give pairs of adjacent letters, or the one letter. kEveryForm adds the part after
// an elided article ("l'etranger" → "letranger", "etranger"), joined initials ("J. R. R." → "j", "r", "r", "jrr"),
// each letter of a script without spaces, and, at the end, words with umlauts spelt out ("müller" → "muller",
// "mueller").
std::vector<std::string> Words(std::string_view text, WordForms forms);

// The text with ä, ö, ü, ø and å as ae, oe, ue, oe and aa, as people write them on keyboards that lack them.
std::string SpellOutUmlauts(std::string_view text);

// A word of any script in Latin letters and digits, as ICU romanises it: "tolkin" for "толкин".
std::string Romanised(std::string_view word);

// The last part of a resource name: 1 to 80 lower-case ASCII letters, digits and single hyphens. ICU romanises other scripts
// ("Лев Толстой" → "lev-tolstoj"). Names with the same slug are the same author by definition: "J.K. Rowling" and "J. K.
// Rowling". A name without any letter gives "n-" and a hash.
std::string Slug(std::string_view name);

// Whether `text` could have come from Slug.
bool IsSlug(std::string_view text);

// The key that titles are sorted by: folded, without the leading article of their language (English if unknown), at most 60
// bytes.
std::string TitleSortKey(std::string_view title, std::string_view language_code);

// The English name of a BCP 47 language: "French" for "fr"; the code itself if ICU does not know it.
std::string LanguageName(std::string_view language_code);

// The number of letters of a word, as a reader counts them.
std::size_t CodePointCount(std::string_view text);

}  // namespace octavo::catalog
