// Terms: the words and marks by which Xapian knows a book, and the slots of values that it sorts and filters by. What the
// index writes here, queries look for; both sides therefore live in this one place.
#pragma once

#include <xapian.h>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/catalog/domain/book.h"

namespace octavo::catalog::search {

// Raise with every change of what a document holds: older indexes are then rebuilt.
inline constexpr const char* kIndexVersion = "4";

// Prefixes of terms. Plain words have none, stems "Z" and their language (Stemmer). In a field's words no capital follows, so
// that "S" and "ST" are never mixed up.
inline constexpr std::string_view kTitleWord = "S";
inline constexpr std::string_view kAuthorWord = "A";
inline constexpr std::string_view kSeriesWord = "R";
inline constexpr std::string_view kSubjectWord = "T";
// Of any name: of the first three.
inline constexpr std::string_view kNameWord = "N";
// Neighbours in a name run together: "mobydick", "leguin", "lordoftherings".
inline constexpr std::string_view kJoinedWord = "J";
// What a word of an author's name and of a title sounds like (sound.h).
inline constexpr std::string_view kAuthorSound = "P";
inline constexpr std::string_view kTitleSound = "U";
// The initials of a title or a series of three words or more: "lotr".
inline constexpr std::string_view kAcronym = "Q";
// The whole of a name, in the form of ExactName. Any of the names below; then those of a title, of the title up to its
// colon, of a series, of the series of a first volume, of series and number, of an author, an author's last name, a subject.
inline constexpr std::string_view kExactAny = "XE:";
inline constexpr std::string_view kExactTitle = "XT:";
inline constexpr std::string_view kExactMainTitle = "XM:";
inline constexpr std::string_view kExactSeries = "XR:";
inline constexpr std::string_view kExactFirstOfSeries = "XB:";
inline constexpr std::string_view kExactVolume = "XV:";
inline constexpr std::string_view kExactAuthor = "XN:";
inline constexpr std::string_view kExactLastName = "XU:";
inline constexpr std::string_view kExactSubject = "XS:";
// The number of a book in its series, where it is one volume alone.
inline constexpr std::string_view kVolume = "XW:";
inline constexpr std::string_view kIsbn = "XI:";
inline constexpr std::string_view kCategory = "XC:";
inline constexpr std::string_view kMainCategory = "XG:";
inline constexpr std::string_view kLanguage = "XL:";
inline constexpr std::string_view kFormat = "XF:";
inline constexpr std::string_view kAuthor = "XA:";
// "XP:4": at least 10,000 ratings. Suggestions look among the best known first, so that one letter does not touch every
// book there is.
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

// Stand for unknown years and prices in their slots: they sort last, and no range reaches them.
inline constexpr double kNoYear = -1e9;
inline constexpr double kNoPrice = 1e15;

Xapian::Document MakeDocument(const Book& book);
// The words of a document that the spelling dictionary counts.
std::vector<std::string> SpellingWords(const Xapian::Document& document);

// A term cut to what Xapian can hold (245 bytes).
std::string Term(std::string_view prefix, std::string_view word);
// The form in which names are compared whole, however their words are joined or split: "endersgame" for "Ender's Game".
std::string ExactName(std::string_view name);
// The same of words that are split already.
std::string RunTogether(std::span<const std::string> words);

// The stemmer for a language code, English where the language is unknown or has none.
const char* StemmerFor(std::string_view language_code);

// The stems of one language. They are terms of that language alone: what is one word's stem in French may be quite another
// word of English, as "hobb" for "hobbit".
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

// What facets count of a book, packed into one slot so that counting reads one value.
struct FacetEntry {
  std::string_view categories;  // A byte each: the place in kCategories.
  std::string_view language;
  std::string_view formats;               // A byte each: the number.
  std::string_view decade;                // "1990".
  std::vector<std::string_view> authors;  // Slugs.
};
void ReadFacets(const std::string& packed, FacetEntry& entry);

}  // namespace octavo::catalog::search
