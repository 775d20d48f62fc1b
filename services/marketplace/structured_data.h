// Structured data: a page's content for search engines (schema.org, as JSON-LD), in a data block
// that no browser runs. It is made only here: a DataBlock holds no character that could end its
// block.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "octavo/catalog/v1/catalog.pb.h"

namespace octavo::marketplace {

// JSON without '<', '>', '&' and apostrophes, which are written as \u003c and so on.
class DataBlock {
 public:
  DataBlock() = default;  // Nothing.

  bool empty() const { return json_.empty(); }
  std::string_view json() const { return json_; }

 private:
  friend class StructuredData;
  explicit DataBlock(std::string json) : json_(std::move(json)) {}

  std::string json_;
};

// One step of the path to a page, from the home page on.
struct Crumb {
  std::string name;
  std::string path;
};

// The availability of a book, as in https://schema.org/ItemAvailability.
enum class OfferAvailability { kUnknown, kInStock, kBackOrder, kOutOfStock };

class StructuredData {
 public:
  // `base`: the beginning of addresses, "https://shop.example"; empty if the shop does not know it.
  explicit StructuredData(std::string base) : base_(std::move(base)) {}

  // The shop itself, with its search.
  DataBlock OfShop() const;
  // The path to a listing.
  DataBlock OfListing(const std::vector<Crumb>& way) const;
  // A book that is a product too: with its price, in the decimals of its currency, if it has one.
  DataBlock OfBook(const catalog::v1::Book& book, OfferAvailability availability, const std::vector<Crumb>& way) const;

 private:
  const std::string base_;
};

// "12.90", "1200" (JPY), "3.500" (KWD): an amount for programs, whatever the reader's language.
std::string DecimalAmount(std::int64_t minor, std::string_view currency_code);

}  // namespace octavo::marketplace
