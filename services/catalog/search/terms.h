// Terms: the words and marks by which Xapian finds a book, and the slots with the values that it sorts and filters by. The index
// writes them and queries search for them, so both use this one file.
#pragma once

#include <xapian.h>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/catalog/domain/book.h"

namespace octavo::catalog::search {

// Raise it whenever the content of a document changes: older indexes are then rebuilt.
inline constexpr const char* kIndexVersion = "4";

// Prefixes of terms. Plain words have none; stems have "Z" and their language (Stemmer). The words of a field begin with no
// capital, so "S" and "ST" cannot be mixed up.
inline constexpr std::string_view kTitleWord = "S";
inline constexpr std::string_view kAuthorWord = "A";
inline constexpr std::string_view kSeriesWord = "R";
inline constexpr std::string_view kSubjectWord = "T";
// A word of any name: of the first three.
inline constexpr std::string_view kNameWord = "N";
// Adjacent words of a name, joined: "mobydick", "leguin", "lordoftherings".
inline constexpr std::string_view kJoinedWord = "J";
// The sound of a word of an author's name, and of a title (sound.h).
inline constexpr std::string_view kAuthorSound = "P";
inline constexpr std::string_view kTitleSound = "U";
// The initials of a title or a series of three words or more: "lotr".
inline constexpr std::string_view kAcronym = "Q";
// A whole name, in the form of ExactName. First any of the names below; then a title, a title up to its colon, a series, the
// series of a first volume, series and number, an author, an author's last name, a subject.
inline constexpr std::string_view kExactAny = "XE:";
inline constexpr std::string_view kExactTitle = "XT:";
inline constexpr std::string_view kExactMainTitle = "XM:";
inline constexpr std::string_view kExactSeries = "XR:";
inline constexpr std::string_view kExactFirstOfSeries = "XB:";
inline constexpr std::string_view kExactVolume = "XV:";
inline constexpr std::string_view kExactAuthor = "XN:";
inline constexpr std::string_view kExactLastName = "XU:";
inline constexpr std::string_view kExactSubject = "XS:";
// The number of a book in its series, if the book is a single volume.
inline constexpr std::string_view kVolume = "XW:";
inline constexpr std::string_view kIsbn = "XI:";
inline constexpr std::string_view kCategory = "XC:";
inline constexpr std::string_view kMainCategory = "XG:";
inline constexpr std::string_view kLanguage = "XL:";
inline constexpr std::string_view kFormat = "XF:";
inline constexpr std::string_view kAuthor = "XA:";
// "XP:4": at least 10,000 ratings. Suggestions look among the best known first, so that one letter does not touch every
// book.
inline constexpr std::string_view kPopularityTier = "XP:";
inline constexpr int kPopularityTierMax = 6;

enum Slot : Xapian::valueno {
  kPopularitySlot = 0,  // A weight: see Popularity in terms.cc.
  kTitleSlot = 1,
  kPublishedSlot = 2,
  kPriceSlot = 3,
  kFacetSlot = 4,
  kSeriesNumberSlot = 5,
};

// Stand for an unknown year or price in its slot: they sort last, and no range includes them.
inline constexpr double kNoYear = -1e9;
inline constexpr double kNoPrice = 1e15;

Xapian::Document MakeDocument(const Book& book);
// The words of a document that the spelling dictionary counts.
std::vector<std::string> SpellingWords(const Xapian::Document& document);

// A term, cut to what Xapian can hold (245 bytes).
std::string Term(std::string_view prefix, std::string_view word);
// The form in which whole names are compared, however their words are joined or split: "endersgame" for "Ender's Game".
std::string ExactName(std::string_view name);
// The same for words that are split already.
std::string RunTogether(std::span<const std::string> words);

// The stemmer for a language code, English where the language is unknown or has none.
const char* StemmerFor(std::string_view language_code);

// Makes stems of one language. They are terms of that language alone, because the stem of a French word may be another word in
// English, as "hobb" for "hobbit".
class Stemmer {
 public:
  // "Zen:", of "english".
  static constexpr std::size_t kPrefixSize = 4;

  // `name` as StemmerFor gives it.
  explicit Stemmer(const std::string& name);

  // "Zen:bleed" for "bleeding"; empty where the language has no stems.
  std::string TermOf(const std::string& word) const;

 private:
  const std::string prefix_;
  const Xapian::Stem stem_;
};

// What is shown of a book without asking the store: title, series, authors.
struct BookCard {
  std::string title;
  std::string series_slug, series_title;
  std::vector<AuthorCredit> authors;
};
BookCard ReadCard(const std::string& document_data);

// The values of a book that facets count, packed into one slot so that counting reads one value.
struct FacetEntry {
  std::string_view categories;  // One byte each: the index in kCategories.
  std::string_view language;
  std::string_view formats;               // A byte each: the number.
  std::string_view decade;                // "1990".
  std::vector<std::string_view> authors;  // Slugs.
};
void ReadFacets(const std::string& packed, FacetEntry& entry);

}  // namespace octavo::catalog::search
