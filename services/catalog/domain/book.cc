#include "services/catalog/domain/book.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "lib/base/fingerprint.h"
#include "services/catalog/domain/authors.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/text.h"

#include "lib/base/quoted.h"

namespace octavo::catalog {
namespace {

constexpr std::array<std::string_view, kFormatMax + 1> kFormatWords = {"", "hardcover", "paperback", "ebook", "audiobook"};

bool IsAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Collects every broken rule of one draft.
class Checker {
 public:
  Checker(BookContent draft, WrongIsbn wrong_isbn) : wrong_isbn_(wrong_isbn) { checked_.content = std::move(draft); }

  Result<CheckedBook> Check() {
    BookContent& book = checked_.content;
    CheckTexts(book);
    CheckAuthors(book);
    CheckSeries(book);
    CheckIsbn(book);
    CheckLanguage(book);
    CheckNumbers(book);
    CheckSets(book);
    if (!violations_.empty()) return Refusal();
    if (unknown_category_) return *std::move(unknown_category_);
    return std::move(checked_);
  }

 private:
  void Refuse(std::string field, std::string rule) { violations_.push_back({std::move(field), std::move(rule)}); }

  Error Refusal() {
    std::string message;
    for (const FieldViolation& violation : violations_) {
      if (!message.empty()) message += "; ";
      message += violation.field + ": " + violation.description;
    }
    return Error{.code = Code::kInvalidArgument,
                 .reason = "INVALID_FIELD",
                 .message = std::move(message),
                 .violations = std::move(violations_)};
  }

  // A line of text: cleaned, without control characters, not too long.
  void CheckLine(const char* field, std::string& text, std::size_t bytes_max) {
    if (!IsUtf8(text)) return Refuse(field, "is not UTF-8");
    text = CleanLine(text);
    CheckCharacters(field, text, bytes_max);
  }

  void CheckCharacters(const char* field, const std::string& text, std::size_t bytes_max) {
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7F; })) {
      Refuse(field, "holds a control character");
    }
    if (text.size() > bytes_max) {
      Refuse(field, "is " + std::to_string(text.size()) + " bytes long, at most " + std::to_string(bytes_max) + " are allowed");
    }
  }

  void CheckTexts(BookContent& book) {
    CheckLine("title", book.title, kTitleBytesMax);
    if (book.title.empty()) Refuse("title", "is missing");
    CheckLine("subtitle", book.subtitle, kTitleBytesMax);
    CheckLine("publisher", book.publisher, kNameBytesMax);
    if (!IsUtf8(book.description)) return Refuse("description", "is not UTF-8");
    std::erase(book.description, '\r');
    std::replace(book.description.begin(), book.description.end(), '\t', ' ');
    CheckCharacters("description", book.description, kDescriptionBytesMax);
    CheckLine("cover_uri", book.cover_uri, kUriBytesMax);
    if (!book.cover_uri.empty() && !book.cover_uri.starts_with("https://") && !book.cover_uri.starts_with("http://")) {
      Refuse("cover_uri", Quoted(book.cover_uri) + " must begin with https:// or http://");
    }
  }

  void CheckAuthors(BookContent& book) {
    if (book.authors.size() > kAuthorsMax) {
      Refuse("authors",
             std::to_string(book.authors.size()) + " are named, at most " + std::to_string(kAuthorsMax) + " are allowed");
    }
    std::vector<AuthorCredit> once;
    for (AuthorCredit& author : book.authors) {
      CheckLine("authors", author.display_name, kNameBytesMax);
      if (author.display_name.empty()) {
        Refuse("authors", "a name is empty");
        continue;
      }
      author.display_name = NameAsSaid(author.display_name);
      author.slug = AuthorId(author.display_name);
      const bool known =
          std::any_of(once.begin(), once.end(), [&](const AuthorCredit& other) { return other.slug == author.slug; });
      if (!known) once.push_back(std::move(author));
    }
    book.authors = std::move(once);
  }

  void CheckSeries(BookContent& book) {
    if (!book.series) return;
    CheckLine("series.title", book.series->title, kNameBytesMax);
    CheckLine("series.number", book.series->number, 20);
    if (book.series->title.empty() && book.series->number.empty()) {
      book.series.reset();
    } else if (book.series->title.empty()) {
      Refuse("series.title", "is missing, but a number " + Quoted(book.series->number) + " is given");
    } else {
      book.series->slug = Slug(book.series->title);
    }
  }

  void CheckIsbn(BookContent& book) {
    if (CleanLine(book.isbn13).empty()) return book.isbn13.clear();
    Result<Isbn> isbn = ParseIsbn(CleanLine(book.isbn13));
    if (isbn.ok()) {
      book.isbn13 = std::move(isbn->isbn13);
      checked_.isbn_repaired = isbn->repaired;
      if (!isbn->warning.empty()) checked_.warnings.push_back(std::move(isbn->warning));
    } else if (wrong_isbn_ == WrongIsbn::kRefuse) {
      Refuse("isbn13", isbn.error().message);
    } else {
      checked_.isbn_refused = true;
      checked_.warnings.push_back(isbn.error().message + "; the book goes in without");
      book.isbn13.clear();
    }
  }

  // Two or three letters, then groups of two to eight: BCP 47 as far as books need it, in its usual case ("pt-BR").
  void CheckLanguage(BookContent& book) {
    std::string code = CleanLine(book.language_code);
    bool right = code.size() <= 35;
    std::size_t begin = 0;
    for (std::size_t part = 0; right && begin <= code.size() && !code.empty(); ++part) {
      const std::size_t end = std::min(code.find('-', begin), code.size());
      const std::size_t size = end - begin;
      right = part == 0 ? size == 2 || size == 3 : size >= 2 && size <= 8;
      right = right && std::all_of(code.begin() + begin, code.begin() + end, IsAlnum);
      for (std::size_t i = begin; i < end; ++i) {
        const bool upper = part > 0 && (size == 2 || (size == 4 && i == begin));
        const char c = code[i];
        if (upper && c >= 'a' && c <= 'z') code[i] = static_cast<char>(c - 'a' + 'A');
        if (!upper && c >= 'A' && c <= 'Z') code[i] = static_cast<char>(c - 'A' + 'a');
      }
      begin = end + 1;
    }
    if (!right) Refuse("language_code", Quoted(code) + " is not a BCP 47 code like en or pt-BR");
    book.language_code = std::move(code);
  }

  void CheckRange(const char* field, std::int64_t value, std::int64_t min, std::int64_t max) {
    if (value >= min && value <= max) return;
    Refuse(field, std::to_string(value) + " is not between " + std::to_string(min) + " and " + std::to_string(max));
  }

  void CheckNumbers(const BookContent& book) {
    CheckRange("published_year", book.published_year, kYearMin, kYearMax);
    CheckRange("page_count", book.page_count, 0, kPageCountMax);
    if (book.price) CheckRange("price", book.price->minor(), 0, kPriceMinorMax);
    CheckRange("ratings_count", book.ratings_count, 0, kRatingsCountMax);
    if (book.rating_hundredths != 0) CheckRange("average_rating (in hundredths)", book.rating_hundredths, 100, 500);
  }

  void CheckSets(BookContent& book) {
    std::sort(book.formats.begin(), book.formats.end());
    book.formats.erase(std::unique(book.formats.begin(), book.formats.end()), book.formats.end());

    if (book.subjects.size() > kSubjectsMax) {
      Refuse("subjects",
             std::to_string(book.subjects.size()) + " are named, at most " + std::to_string(kSubjectsMax) + " are allowed");
    }
    for (std::string& subject : book.subjects) CheckLine("subjects", subject, kNameBytesMax);
    std::erase(book.subjects, "");

    if (book.categories.empty()) book.categories = {std::string(kGeneralCategory)};
    if (book.categories.size() > kCategoriesMax) {
      Refuse("categories",
             std::to_string(book.categories.size()) + " are named, at most " + std::to_string(kCategoriesMax) + " are allowed");
    }
    std::vector<std::string> once;
    for (std::string& category : book.categories) {
      if (FindCategory(category) == nullptr && !unknown_category_) {
        unknown_category_ =
            Error{Code::kNotFound, "UNKNOWN_CATEGORY", "categories: there is no category " + Quoted(category) + ""};
      }
      if (std::find(once.begin(), once.end(), category) == once.end()) once.push_back(std::move(category));
    }
    book.categories = std::move(once);
  }

  const WrongIsbn wrong_isbn_;
  CheckedBook checked_;
  std::vector<FieldViolation> violations_;
  std::optional<Error> unknown_category_;
};

// Adds values to one fingerprint, each with its length, so that different contents cannot give the same bytes.
class ContentHasher {
 public:
  void Add(std::string_view text) {
    Add(static_cast<std::int64_t>(text.size()));
    hash_ = Fingerprint(text, hash_);
  }
  void Add(std::int64_t number) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
    hash_ = Fingerprint({bytes, sizeof bytes}, hash_);
  }
  std::int64_t value() const { return static_cast<std::int64_t>(hash_); }

 private:
  std::uint64_t hash_ = 0x6f637461766f0001ULL;  // "octavo", version 1 of what is hashed.
};

bool IsSeriesNumberPart(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  return text.find_first_not_of("0123456789.") == std::string_view::npos && text.back() != '.';
}

// The number of "1", "0.5", "1-3", "1–3", "0.1 - 0.4" in normal form; empty if the text is no such number.
std::string SeriesNumber(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("\u2013")) {
      plain += '-';
      at += 3;
    } else {
      if (text[at] != ' ') plain += text[at];
      ++at;
    }
  }
  const std::size_t dash = plain.find('-');
  const std::string_view view = plain;
  if (!IsSeriesNumberPart(view.substr(0, dash))) return {};
  if (dash != std::string::npos && !IsSeriesNumberPart(view.substr(dash + 1))) return {};
  return plain;
}

// The position of the bracket that the last character closes; npos if there is none.
std::size_t OpeningBracket(std::string_view text) {
  if (!text.ends_with(')')) return std::string_view::npos;
  int depth = 0;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] == ')') ++depth;
    if (text[at] == '(' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<Format> ParseFormat(std::string_view word) {
  for (int i = 1; i <= kFormatMax; ++i) {
    if (kFormatWords[i] == word) return static_cast<Format>(i);
  }
  return std::nullopt;
}

std::string_view FormatWord(Format format) { return kFormatWords[static_cast<std::size_t>(format)]; }

Result<CheckedBook> CheckBook(BookContent draft, WrongIsbn wrong_isbn) { return Checker(std::move(draft), wrong_isbn).Check(); }

std::int64_t ContentFingerprint(const BookContent& book) {
  ContentHasher hasher;
  hasher.Add(book.title);
  hasher.Add(book.subtitle);
  hasher.Add(static_cast<std::int64_t>(book.authors.size()));
  for (const AuthorCredit& author : book.authors) hasher.Add(author.display_name);
  hasher.Add(book.series ? book.series->title : "");
  hasher.Add(book.series ? book.series->number : "");
  hasher.Add(book.isbn13);
  hasher.Add(book.language_code);
  hasher.Add(std::int64_t{book.published_year});
  hasher.Add(book.publisher);
  hasher.Add(std::int64_t{book.page_count});
  hasher.Add(static_cast<std::int64_t>(book.formats.size()));
  for (const Format format : book.formats) hasher.Add(static_cast<std::int64_t>(format));
  hasher.Add(book.price ? book.price->minor() : -1);
  hasher.Add(book.price ? book.price->currency().code() : "");
  hasher.Add(book.description);
  hasher.Add(static_cast<std::int64_t>(book.subjects.size()));
  for (const std::string& subject : book.subjects) hasher.Add(subject);
  hasher.Add(static_cast<std::int64_t>(book.categories.size()));
  for (const std::string& category : book.categories) hasher.Add(category);
  hasher.Add(book.cover_uri);
  hasher.Add(std::int64_t{book.rating_hundredths});
  hasher.Add(book.ratings_count);
  return hasher.value();
}

std::int64_t SeriesNumberSortKey(std::string_view number) {
  std::int64_t whole = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), whole);
  if (problem != std::errc() || whole < 0 || whole > 1'000'000) return std::numeric_limits<std::int32_t>::max();
  std::int64_t thousandths = 0;
  const char* at = end;
  if (at != number.data() + number.size() && *at == '.') {
    ++at;
    for (int scale = 100; scale > 0 && at != number.data() + number.size() && *at >= '0' && *at <= '9'; scale /= 10) {
      thousandths += scale * (*at++ - '0');
    }
  }
  return whole * 1000 + thousandths;
}

TitleWithSeries SplitSeries(std::string_view title) {
  const std::string clean = CleanLine(title);
  const TitleWithSeries as_is{.title = clean};
  const std::size_t open = OpeningBracket(clean);
  if (open == std::string_view::npos || open == 0) return as_is;
  const std::string_view inside = std::string_view(clean).substr(open + 1, clean.size() - open - 2);
  const std::size_t hash = inside.find('#');
  if (hash == std::string_view::npos) return as_is;

  std::string name = CleanLine(inside.substr(0, hash));
  while (name.ends_with(',') || name.ends_with(' ')) name.pop_back();
  // Only another series, a second number or a part of the volume may follow the number.
  const std::string_view behind = inside.substr(hash + 1);
  const std::size_t end = behind.find_first_of(";,:+/");
  std::string number = SeriesNumber(behind.substr(0, end));
  std::string plain_title = CleanLine(std::string_view(clean).substr(0, open));
  if (name.empty() || number.empty() || plain_title.empty()) return as_is;

  if (const std::size_t part = behind.find("Part "); part != std::string_view::npos) {
    const std::string part_name = CleanLine(behind.substr(part));
    if (plain_title.find(part_name) == std::string::npos) plain_title += " (" + part_name + ")";
  }
  return {.title = std::move(plain_title), .series_title = std::move(name), .series_number = std::move(number)};
}

bool IsSource(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

}  // namespace octavo::catalog
