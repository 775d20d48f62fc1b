// Book: what the catalogue stores about a book, and the rules that it must keep. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/base/result.h"
#include "lib/names/books.h"

namespace octavo::catalog {

// Same numbers as octavo.catalog.v1.Format.
enum class Format { kHardcover = 1, kPaperback = 2, kEbook = 3, kAudiobook = 4 };
inline constexpr int kFormatMax = 4;

// "hardcover" and so on; nullopt for any other word.
std::optional<Format> ParseFormat(std::string_view word);
std::string_view FormatWord(Format format);

struct AuthorCredit {
  std::string slug;  // "ursula-k-le-guin": the author's id, made from display_name, see authors.h.
  std::string display_name;

  bool operator==(const AuthorCredit&) const = default;
};

struct SeriesMembership {
  std::string slug;  // Made from title.
  std::string title;
  std::string number;  // "1", "0.5", "1-3"; empty where unknown.

  bool operator==(const SeriesMembership&) const = default;
};

// What a book is, without its id and times. It has passed CheckBook, unless it is called a draft.
struct BookContent {
  std::string title;
  std::string subtitle;
  std::vector<AuthorCredit> authors;  // In the order of the title page.
  std::optional<SeriesMembership> series;
  std::string isbn13;         // Empty where the book has none. In a draft: an ISBN in any form.
  std::string language_code;  // BCP 47; empty where unknown.
  int published_year = 0;     // Negative before the common era; 0 where unknown.
  std::string publisher;
  int page_count = 0;           // 0 where unknown.
  std::vector<Format> formats;  // Ascending, each once.
  std::optional<Money> price;
  std::string description;
  std::vector<std::string> subjects;
  std::vector<std::string> categories;  // Slugs; the first is the main one; never empty once checked.
  std::string cover_uri;
  int rating_hundredths = 0;  // 100 to 500; 0 if nobody rated it.
  std::int64_t ratings_count = 0;

  bool operator==(const BookContent&) const = default;
};

struct Book {
  BookId id;
  BookContent content;
  std::string source;  // Empty: entered by hand. Unique together with key.
  std::string key;
  std::int64_t position = 0;  // Of its last change in the change log; the etag is made from it.
  Timestamp created{};
  Timestamp updated{};

  bool operator==(const Book&) const = default;
};

// Limits of CheckBook; lengths are in bytes of UTF-8. Among real books the longest title has 260 bytes, and the most authors are
// 51.
inline constexpr std::size_t kTitleBytesMax = 1000;
inline constexpr std::size_t kNameBytesMax = 300;  // Of an author, series, publisher, subject.
inline constexpr std::size_t kAuthorsMax = 100;
inline constexpr std::size_t kSubjectsMax = 50;
inline constexpr std::size_t kCategoriesMax = 10;
inline constexpr std::size_t kDescriptionBytesMax = 20'000;
inline constexpr std::size_t kUriBytesMax = 1000;
inline constexpr int kYearMin = -3000;
inline constexpr int kYearMax = 2100;
inline constexpr int kPageCountMax = 50'000;
inline constexpr std::int64_t kPriceMinorMax = 100'000'000;
inline constexpr std::int64_t kRatingsCountMax = 10'000'000'000;

// What to do with a wrong ISBN: refuse the book, or take it without the number (for imports: the rest of the row is still
// useful).
enum class WrongIsbn { kRefuse, kLeaveOut };

struct CheckedBook {
  BookContent content;
  bool isbn_repaired = false;
  bool isbn_refused = false;
  std::vector<std::string> warnings;  // One for each guessed repair and each number left out.
};

// Checks a draft and brings it into its normal form: cleaned white space, slugs, the ISBN as 13 digits, the language code
// in BCP 47's case, category "general" if it names none. Fails with INVALID_ARGUMENT (INVALID_FIELD) and one violation for
// each value that breaks a rule, naming value and rule. A category that the shop does not have is NOT_FOUND
// (UNKNOWN_CATEGORY).
Result<CheckedBook> CheckBook(BookContent draft, WrongIsbn wrong_isbn);

// A fingerprint of the content: equal content gives equal fingerprints, also in later versions of this program. Changing how it
// is made costs one import that rewrites every book.
std::int64_t ContentFingerprint(const BookContent& content);

// The position in a series times a thousand, for sorting: "2.5" gives 2500, "1-3" 1000, "" the largest number.
std::int64_t SeriesNumberSortKey(std::string_view number);

// A title that includes its series, as some catalogues write it: "The Hobbit (Middle-earth, #0.5)".
struct TitleWithSeries {
  std::string title;
  std::string series_title;  // Empty where the title names none.
  std::string series_number;
};

// Takes "(Name, #n)" off the end of a title; of several series ("Discworld, #3; Witches #1") the first. The number of a part
// ("#3: Part 2 of 2") stays in the title, so that the parts differ. Other titles are left as they are.
TitleWithSeries SplitSeries(std::string_view title);

// Lower-case letters, digits and hyphens, 1 to 40: "goodbooks-10k".
bool IsSource(std::string_view text);

}  // namespace octavo::catalog
