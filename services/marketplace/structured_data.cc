#include "services/marketplace/structured_data.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/money.h"
#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

using nlohmann::json;

constexpr char kSchema[] = "https://schema.org";

// In JSON these characters stand in strings only, where \u003c is the same as '<'.
std::string ForBlock(const json& data) {
  const std::string plain = data.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
  std::string safe;
  for (const char c : plain) {
    switch (c) {
      case '<': safe += "\\u003c"; break;
      case '>': safe += "\\u003e"; break;
      case '&': safe += "\\u0026"; break;
      case '\'': safe += "\\u0027"; break;
      default: safe += c;
    }
  }
  return safe;
}

json WayOf(const std::string& base, const std::vector<Crumb>& way) {
  json items = json::array();
  for (const Crumb& crumb : way) {
    items.push_back({{"@type", "ListItem"}, {"position", items.size() + 1}, {"name", crumb.name}, {"item", base + crumb.path}});
  }
  return {{"@type", "BreadcrumbList"}, {"itemListElement", std::move(items)}};
}

json Graph(json parts) { return {{"@context", kSchema}, {"@graph", std::move(parts)}}; }

// schema.org allows one format of a book; if there are several, none is given.
std::string FormatOf(const catalog::v1::Book& book) {
  if (book.formats_size() != 1) return "";
  switch (book.formats(0)) {
    case catalog::v1::FORMAT_HARDCOVER: return std::string(kSchema) + "/Hardcover";
    case catalog::v1::FORMAT_PAPERBACK: return std::string(kSchema) + "/Paperback";
    case catalog::v1::FORMAT_EBOOK: return std::string(kSchema) + "/EBook";
    case catalog::v1::FORMAT_AUDIOBOOK: return std::string(kSchema) + "/AudiobookFormat";
    default: return "";
  }
}

std::string WordFor(OfferAvailability availability) {
  switch (availability) {
    case OfferAvailability::kInStock: return std::string(kSchema) + "/InStock";
    case OfferAvailability::kBackOrder: return std::string(kSchema) + "/BackOrder";
    case OfferAvailability::kOutOfStock: return std::string(kSchema) + "/OutOfStock";
    case OfferAvailability::kUnknown: break;
  }
  return "";
}

json OfferOf(const catalog::v1::Book& book, OfferAvailability availability, const std::string& address) {
  json offer = {{"@type", "Offer"},
                {"url", address},
                {"price", DecimalAmount(book.price().minor(), book.price().currency_code())},
                {"priceCurrency", book.price().currency_code()},
                {"itemCondition", std::string(kSchema) + "/NewCondition"}};
  if (const std::string word = WordFor(availability); !word.empty()) offer["availability"] = word;
  return offer;
}

void AddIfKnown(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

json ProductOf(const catalog::v1::Book& book, const std::string& base) {
  json product = {{"@type", {"Product", "Book"}},        {"@id", base + BookLink(book.name())},
                  {"url", base + BookLink(book.name())}, {"name", book.title()},
                  {"image", base + CoverLink(book)},     {"sku", std::string(LastSegment(book.name()))}};
  AddIfKnown(product, "alternativeHeadline", book.subtitle());
  AddIfKnown(product, "description", book.description());
  AddIfKnown(product, "isbn", book.isbn13());
  AddIfKnown(product, "gtin13", book.isbn13());
  AddIfKnown(product, "inLanguage", book.language_code());
  AddIfKnown(product, "bookFormat", FormatOf(book));
  if (book.page_count() > 0) product["numberOfPages"] = book.page_count();
  if (book.published_year() > 999) product["datePublished"] = std::to_string(book.published_year());
  if (!book.publisher().empty()) product["publisher"] = {{"@type", "Organization"}, {"name", book.publisher()}};
  for (const catalog::v1::AuthorCredit& author : book.authors()) {
    product["author"].push_back(
        {{"@type", "Person"}, {"name", author.display_name()}, {"url", base + AuthorLink(author.author())}});
  }
  if (!book.series().series().empty()) {
    product["isPartOf"] = {
        {"@type", "BookSeries"}, {"name", book.series().title()}, {"url", base + SeriesLink(book.series().series())}};
  }
  if (book.ratings_count() > 0 && book.average_rating() > 0) {
    product["aggregateRating"] = {{"@type", "AggregateRating"},
                                  {"ratingValue", book.average_rating()},
                                  {"ratingCount", book.ratings_count()},
                                  {"bestRating", 5},
                                  {"worstRating", 1}};
  }
  return product;
}

}  // namespace

DataBlock StructuredData::OfShop() const {
  const json search = {
      {"@type", "SearchAction"}, {"target", base_ + "/search?q={query}"}, {"query-input", "required name=query"}};
  return DataBlock(
      ForBlock(Graph({{{"@type", "BookStore"}, {"@id", base_ + "/#shop"}, {"name", "Octavo"}, {"url", base_ + "/"}},
                      {{"@type", "WebSite"}, {"name", "Octavo"}, {"url", base_ + "/"}, {"potentialAction", search}}})));
}

DataBlock StructuredData::OfListing(const std::vector<Crumb>& way) const {
  return DataBlock(ForBlock(Graph(json::array({WayOf(base_, way)}))));
}

DataBlock StructuredData::OfBook(const catalog::v1::Book& book, OfferAvailability availability,
                                 const std::vector<Crumb>& way) const {
  json product = ProductOf(book, base_);
  if (book.has_price()) product["offers"] = OfferOf(book, availability, base_ + BookLink(book.name()));
  return DataBlock(ForBlock(Graph(json::array({std::move(product), WayOf(base_, way)}))));
}

std::string DecimalAmount(std::int64_t minor, std::string_view currency_code) {
  const Result<Currency> currency = Currency::Parse(currency_code);
  const auto exponent = static_cast<std::size_t>(currency.ok() ? currency->exponent() : 2);
  std::string digits = std::to_string(minor < 0 ? -minor : minor);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  if (exponent > 0) digits.insert(digits.size() - exponent, ".");
  return (minor < 0 ? "-" : "") + digits;
}

}  // namespace octavo::marketplace
