// BookFormat: makes drafts of books from the columns of a CSV file. Two formats are known: our own (README.md) and
// goodbooks-10k's books.csv (https://github.com/zygmuntz/goodbooks-10k). Pure; book_file.h reads the file.
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

// The content of one row.
struct MappedRow {
  std::string key;
  BookContent draft;
  std::optional<std::int64_t> stock;  // nullopt where the format has none.
  std::string warning;                // Empty: nothing looks wrong. A row with a warning is imported all the same.
};

// What to do if a format has no prices: import books without a price, or make one up.
enum class MissingPrices { kLeaveOut, kMakeUp };

class RowMapper {
 public:
  // A mapper for a file with these columns: of `format`, or, if it is not given, of the format that has these columns.
  // INVALID_ARGUMENT (UNKNOWN_COLUMNS), naming what is missing or unknown.
  static Result<std::unique_ptr<RowMapper>> ForHeader(const std::vector<std::string>& header, std::optional<BookFormat> format,
                                                      MissingPrices missing_prices);
  // How many of these columns any format knows: the right separator is the one with the most.
  static int KnownColumns(const std::vector<std::string>& header);
  virtual ~RowMapper() = default;

  virtual BookFormat format() const = 0;
  // `fields` has as many entries as the header. INVALID_ARGUMENT (BAD_VALUE), naming column, value and rule, for a wrong number
  // and the like; the service checks the rules of books.
  virtual Result<MappedRow> Map(const std::vector<std::string>& fields) const = 0;
};

// The price that is made up for a book of goodbooks-10k, which has none: 6.99 to 24.99 EUR in steps of 0.50, the same every
// time for the same book_id (from its Fingerprint).
Money GoodbooksPrice(const std::string& book_id);

}  // namespace octavo::catalog
