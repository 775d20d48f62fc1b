// BookFormat: from the columns of a CSV file to drafts of books. Two formats are known: our own (README.md) and
// goodbooks-10k's books.csv (https://github.com/zygmuntz/goodbooks-10k). Pure; the file is read in book_file.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/catalog/domain/book.h"

namespace octavo::catalog {

enum class BookFormat { kOctavo, kGoodbooks };

std::string BookFormatName(BookFormat format);  // "octavo", "goodbooks".
std::optional<BookFormat> ParseBookFormat(const std::string& name);

// What one row says.
struct MappedRow {
  std::string key;
  BookContent draft;
  std::optional<std::int64_t> stock;  // nullopt where the format has none.
  std::string warning;                // Empty: nothing looks wrong. The row goes in all the same.
};

// What becomes of books whose format has no prices: they come without, or with one that is made up.
enum class MissingPrices { kLeaveOut, kMakeUp };

class RowMapper {
 public:
  // A mapper for a file with these columns: of `format` or, where it is not given, of the one whose columns they are.
  // INVALID_ARGUMENT (UNKNOWN_COLUMNS), naming what is missing or not known.
  static Result<std::unique_ptr<RowMapper>> ForHeader(const std::vector<std::string>& header, std::optional<BookFormat> format,
                                                      MissingPrices missing_prices);
  // How many of these columns some format knows: of several ways to part a header, the one with the most is right.
  static int KnownColumns(const std::vector<std::string>& header);
  virtual ~RowMapper() = default;

  virtual BookFormat format() const = 0;
  // `fields` has as many as the header. INVALID_ARGUMENT (BAD_VALUE), naming column, value and rule, for what is no number
  // and the like; the rules of books are checked by the service.
  virtual Result<MappedRow> Map(const std::vector<std::string>& fields) const = 0;
};

// The price that is made up for a book of goodbooks-10k, which has none: 6.99 to 24.99 EUR in steps of 0.50, the same every
// time for the same book_id (from its Fingerprint).
Money GoodbooksPrice(const std::string& book_id);

}  // namespace octavo::catalog
