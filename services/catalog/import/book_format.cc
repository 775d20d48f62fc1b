#include "services/catalog/import/book_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "lib/base/fingerprint.h"
#include "lib/base/quoted.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/import/amount.h"

namespace octavo::catalog {
namespace {

using Fields = std::vector<std::string>;

Error BadValue(const std::string& column, const std::string& value, const std::string& rule) {
  return Error{Code::kInvalidArgument, "BAD_VALUE", column + ": " + Quoted(value) + " " + rule};
}

// The position of each column. "Title" is "title", because spreadsheets write capitals.
class Columns {
 public:
  explicit Columns(const Fields& header) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      std::string name = CleanLine(header[i]);
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      places_.emplace(std::move(name), i);
    }
  }

  bool Has(const std::string& column) const { return places_.contains(column); }
  const std::map<std::string, std::size_t>& places() const { return places_; }

  // Empty where the file has no such column. A spreadsheet's ="0123", which keeps its zeros there, is 0123.
  std::string Text(const Fields& fields, const std::string& column) const {
    const auto place = places_.find(column);
    if (place == places_.end()) return {};
    const std::string_view text = fields.at(place->second);
    const bool is_formula = text.size() >= 3 && text.starts_with("=\"") && text.ends_with('"');
    return CleanLine(is_formula ? text.substr(2, text.size() - 3) : text);
  }

  // nullopt where it is empty. A spreadsheet's "2008.0" is 2008, "1.234" and "1,234" are 1234.
  Result<std::optional<std::int64_t>> Number(const Fields& fields, const std::string& column) const {
    const std::string text = Text(fields, column);
    if (text.empty()) return std::optional<std::int64_t>{};
    const std::string digits = UngroupedNumber(text);
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem != std::errc() || end != digits.data() + digits.size()) {
      return BadValue(column, text, "is no whole number");
    }
    return std::optional(number);
  }

  // As Number, for values that are stored in an int.
  Result<int> Int(const Fields& fields, const std::string& column) const {
    const std::int64_t number = TRY(Number(fields, column)).value_or(0);
    if (number < INT32_MIN || number > INT32_MAX) return BadValue(column, std::to_string(number), "is too large");
    return static_cast<int>(number);
  }

  // The parts between `separator`s, cleaned, without empty ones.
  std::vector<std::string> List(const Fields& fields, const std::string& column, char separator) const {
    std::vector<std::string> parts;
    const std::string text = Text(fields, column);
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(separator, begin), text.size());
      std::string part = CleanLine(std::string_view(text).substr(begin, end - begin));
      if (!part.empty()) parts.push_back(std::move(part));
      begin = end + 1;
    }
    return parts;
  }

 private:
  std::map<std::string, std::size_t> places_;
};

constexpr auto kOctavoRequired = std::to_array<const char*>({"key", "title", "authors"});
constexpr auto kOctavoOptional = std::to_array<const char*>(
    {"subtitle", "series", "series_number", "isbn", "language", "published_year", "publisher", "page_count", "formats", "price",
     "price_minor", "currency", "description", "subjects", "categories", "average_rating", "ratings_count", "stock"});
// Of its 23 columns, those that are used.
constexpr auto kGoodbooksRequired =
    std::to_array<const char*>({"book_id", "isbn", "isbn13", "authors", "original_publication_year", "title", "language_code",
                                "average_rating", "ratings_count"});

// Hundredths of stars; 0: none.
Result<int> Rating(const Columns& columns, const Fields& fields) {
  std::string text = columns.Text(fields, "average_rating");
  if (text.empty()) return 0;
  std::replace(text.begin(), text.end(), ',', '.');
  double rating = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), rating);
  if (problem != std::errc() || end != text.data() + text.size() || !(rating >= 0 && rating <= 5)) {
    return BadValue("average_rating", text, "is no number from 1 to 5");
  }
  return static_cast<int>(std::lround(rating * 100));
}

class OctavoMapper final : public RowMapper {
 public:
  explicit OctavoMapper(Columns columns) : columns_(std::move(columns)) {}

  BookFormat format() const override { return BookFormat::kOctavo; }

  Result<MappedRow> Map(const Fields& fields) const override {
    MappedRow row{.key = columns_.Text(fields, "key")};
    BookContent& draft = row.draft;
    draft.title = columns_.Text(fields, "title");
    draft.subtitle = columns_.Text(fields, "subtitle");
    for (std::string& name : columns_.List(fields, "authors", ';')) {
      draft.authors.push_back({.display_name = std::move(name)});
    }
    draft.series = SeriesMembership{.title = columns_.Text(fields, "series"), .number = columns_.Text(fields, "series_number")};
    draft.isbn13 = columns_.Text(fields, "isbn");
    draft.language_code = columns_.Text(fields, "language");
    draft.published_year = TRY(columns_.Int(fields, "published_year"));
    draft.publisher = columns_.Text(fields, "publisher");
    draft.page_count = TRY(columns_.Int(fields, "page_count"));
    draft.formats = TRY(Formats(fields));
    draft.price = TRY(Price(fields));
    draft.description = columns_.Text(fields, "description");
    draft.subjects = columns_.List(fields, "subjects", ';');
    draft.categories = columns_.List(fields, "categories", ';');
    draft.rating_hundredths = TRY(Rating(columns_, fields));
    draft.ratings_count = TRY(columns_.Number(fields, "ratings_count")).value_or(0);
    row.stock = TRY(columns_.Number(fields, "stock"));
    if (row.stock && (*row.stock < 0 || *row.stock > 10'000)) {
      return BadValue("stock", std::to_string(*row.stock), "is not between 0 and 10000");
    }
    return row;
  }

 private:
  Result<std::vector<Format>> Formats(const Fields& fields) const {
    std::vector<Format> formats;
    for (const std::string& word : columns_.List(fields, "formats", ';')) {
      const std::optional<Format> format = ParseFormat(word);
      if (!format) return BadValue("formats", word, "is not one of hardcover, paperback, ebook, audiobook");
      formats.push_back(*format);
    }
    return formats;
  }

  Result<std::optional<Money>> Price(const Fields& fields) const {
    const std::string amount = columns_.Text(fields, "price");
    const std::string minor_text = columns_.Text(fields, "price_minor");
    if (!amount.empty() && !minor_text.empty()) {
      return BadValue("price", amount, "stands beside a price_minor '" + minor_text + "'; one of them is enough");
    }
    const Result<std::optional<std::int64_t>> minor = columns_.Number(fields, "price_minor");
    if (!minor.ok() || minor_text.find_first_of(".,") != std::string::npos) {
      return BadValue("price_minor", minor_text,
                      "is no whole number of cents; an amount as 12.90 stands in a column named price");
    }
    if (!*minor && amount.empty()) return std::optional<Money>{};
    const std::string code = columns_.Text(fields, "currency");
    const Result<Currency> currency = code.empty() ? Result<Currency>(Currency::Eur()) : Currency::Parse(code);
    if (!currency.ok()) return BadValue("currency", code, "is no currency that the shop knows");
    if (*minor) return std::optional(Money(**minor, *currency));
    const Result<Money> price = ParseAmount(amount, *currency);
    if (!price.ok()) return BadValue("price", amount, price.error().message);
    if (!code.empty() && price->currency() != *currency) {
      return BadValue("price", amount, "is not in " + code + ", as the column currency says");
    }
    return std::optional(*price);
  }

  const Columns columns_;
};

// ISO 639-2 as the file has it, bibliographic codes included, to BCP 47.
std::string LanguageCode(const std::string& code) {
  static const std::map<std::string_view, std::string_view> kCodes = {
      {"ara", "ar"}, {"dan", "da"}, {"eng", "en"}, {"fre", "fr"}, {"ger", "de"}, {"ind", "id"},
      {"ita", "it"}, {"jpn", "ja"}, {"nor", "no"}, {"per", "fa"}, {"pol", "pl"}, {"por", "pt"},
      {"rum", "ro"}, {"rus", "ru"}, {"spa", "es"}, {"swe", "sv"}, {"tur", "tr"}, {"vie", "vi"}};
  const auto found = kCodes.find(code);
  return found == kCodes.end() ? code : std::string(found->second);
}

class GoodbooksMapper final : public RowMapper {
 public:
  GoodbooksMapper(Columns columns, MissingPrices missing_prices)
      : columns_(std::move(columns)), missing_prices_(missing_prices) {}

  BookFormat format() const override { return BookFormat::kGoodbooks; }

  Result<MappedRow> Map(const Fields& fields) const override {
    MappedRow row{.key = columns_.Text(fields, "book_id")};
    BookContent& draft = row.draft;
    TitleWithSeries title = SplitSeries(columns_.Text(fields, "title"));
    draft.title = std::move(title.title);
    if (!title.series_title.empty()) {
      draft.series = SeriesMembership{.title = std::move(title.series_title), .number = std::move(title.series_number)};
    }
    for (std::string& name : columns_.List(fields, "authors", ',')) {
      draft.authors.push_back({.display_name = std::move(name)});
    }
    draft.isbn13 = columns_.Text(fields, "isbn");
    draft.language_code = LanguageCode(columns_.Text(fields, "language_code"));
    draft.published_year = TRY(columns_.Int(fields, "original_publication_year"));
    draft.rating_hundredths = TRY(Rating(columns_, fields));
    draft.ratings_count = TRY(columns_.Number(fields, "ratings_count")).value_or(0);
    if (missing_prices_ == MissingPrices::kMakeUp) draft.price = GoodbooksPrice(row.key);
    row.warning = CrossCheck(fields);
    return row;
  }

 private:
  // The column isbn13 has been through a spreadsheet. Its digits are lost, but it can still contradict the other column.
  std::string CrossCheck(const Fields& fields) const {
    const std::string isbn = columns_.Text(fields, "isbn");
    const std::string rounded = columns_.Text(fields, "isbn13");
    const Result<Isbn> parsed = ParseIsbn(isbn);
    if (rounded.empty() || !parsed.ok() || MatchesRounded(parsed->isbn13, rounded)) return {};
    return "isbn13: '" + rounded + "' contradicts isbn '" + isbn + "', which is kept";
  }

  const Columns columns_;
  const MissingPrices missing_prices_;
};

// What the header lacks of `required`; for our own format also the columns that are unknown.
std::string Complaint(const Columns& columns, BookFormat format) {
  std::string missing;
  const auto require = [&](const auto& required) {
    for (const char* column : required) {
      if (!columns.Has(column)) missing += (missing.empty() ? "" : ", ") + std::string(column);
    }
  };
  format == BookFormat::kOctavo ? require(kOctavoRequired) : require(kGoodbooksRequired);
  if (!missing.empty()) {
    std::string there;
    for (const auto& [column, place] : columns.places()) {
      there += (there.empty() ? "" : ", ") + std::string(CutText(column, 40));
    }
    return "columns are missing: " + missing + "; there are: " + std::string(CutText(there, 200));
  }
  if (format == BookFormat::kGoodbooks) return {};
  std::string unknown;
  for (const auto& [column, place] : columns.places()) {
    const auto is = [&name = column](const char* known) { return name == known; };
    if (std::any_of(kOctavoRequired.begin(), kOctavoRequired.end(), is)) continue;
    if (std::any_of(kOctavoOptional.begin(), kOctavoOptional.end(), is)) continue;
    unknown += (unknown.empty() ? "" : ", ") + std::string(CutText(column, 40));
  }
  if (unknown.empty()) return "";
  std::string known;
  for (const char* column : kOctavoRequired) known += (known.empty() ? "" : ", ") + std::string(column);
  for (const char* column : kOctavoOptional) known += ", " + std::string(column);
  return "columns are not known: " + unknown + "; rename or delete them. Known are " + known;
}

}  // namespace

std::string BookFormatName(BookFormat format) { return format == BookFormat::kOctavo ? "octavo" : "goodbooks"; }

std::optional<BookFormat> ParseBookFormat(const std::string& name) {
  for (const BookFormat format : {BookFormat::kOctavo, BookFormat::kGoodbooks}) {
    if (BookFormatName(format) == name) return format;
  }
  return std::nullopt;
}

int RowMapper::KnownColumns(const Fields& header) {
  const Columns columns(header);
  int known = 0;
  const auto count = [&](const auto& names) {
    for (const char* name : names) known += columns.Has(name) ? 1 : 0;
  };
  count(kOctavoRequired);
  count(kOctavoOptional);
  count(kGoodbooksRequired);
  return known;
}

Result<std::unique_ptr<RowMapper>> RowMapper::ForHeader(const Fields& header, std::optional<BookFormat> format,
                                                        MissingPrices missing_prices) {
  Columns columns(header);
  // Only goodbooks has the column book_id. Without it the file counts as our own format, and is checked by that.
  const BookFormat wanted =
      format.value_or(columns.Has("book_id") && columns.Has("isbn13") ? BookFormat::kGoodbooks : BookFormat::kOctavo);
  const std::string complaint = columns.places().size() == header.size() ? Complaint(columns, wanted) : "a column is named twice";
  if (!complaint.empty()) {
    return Error{Code::kInvalidArgument, "UNKNOWN_COLUMNS",
                 "is no book file of the format " + BookFormatName(wanted) + ": " + complaint};
  }
  if (wanted == BookFormat::kOctavo) return std::unique_ptr<RowMapper>(std::make_unique<OctavoMapper>(std::move(columns)));
  return std::unique_ptr<RowMapper>(std::make_unique<GoodbooksMapper>(std::move(columns), missing_prices));
}

Money GoodbooksPrice(const std::string& book_id) {
  const auto steps = static_cast<std::int64_t>(Fingerprint("goodbooks price " + book_id) % 37);
  return Money(699 + steps * 50, Currency::Eur());
}

}  // namespace octavo::catalog
