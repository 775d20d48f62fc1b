#include "services/marketplace/testing/fake_shop.h"

#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/csv.h"

namespace octavo::marketplace {
namespace {

using catalog::v1::Book;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text + separator) {
    if (c != separator) {
      if (!(part.empty() && c == ' ')) part.push_back(c);
    } else if (!part.empty()) {
      parts.push_back(std::exchange(part, {}));
    }
  }
  return parts;
}

}  // namespace

FakeShop::FakeShop() { server.Start(); }

FakeShop::~FakeShop() { server.Stop(); }

Channels FakeShop::channels() {
  const auto channel = server.channel();
  return {.catalog = channel,
          .recommendations = channel,
          .inventory = channel,
          .cart = channel,
          .transactions = channel,
          .promotions = channel,
          .accounts = channel};
}

void FakeShop::Load(std::istream& csv) {
  CsvReader reader(csv);
  CHECK(reader.Next().ok());  // The names of the columns.
  while (true) {
    const auto row = reader.Next().value();
    if (!row) return;
    const std::vector<std::string>& field = *row;
    Book book;
    book.set_title(field[1]);
    book.set_subtitle(field[2]);
    for (const std::string& author : Split(field[3], ';')) book.add_authors()->set_display_name(author);
    if (!field[4].empty()) book.mutable_series()->set_title(field[4]);
    if (!field[4].empty()) book.mutable_series()->set_number(field[5]);
    book.set_isbn13(field[6]);
    book.set_language_code(field[7]);
    book.set_published_year(field[8].empty() ? 0 : std::stoi(field[8]));
    book.set_publisher(field[9]);
    book.set_page_count(field[10].empty() ? 0 : std::stoi(field[10]));
    for (const std::string& format : Split(field[11], ';')) {
      catalog::v1::Format value = catalog::v1::FORMAT_UNSPECIFIED;
      std::string upper = format;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (catalog::v1::Format_Parse("FORMAT_" + upper, &value)) book.add_formats(value);
    }
    book.mutable_price()->set_minor(std::stoll(field[12]));
    book.mutable_price()->set_currency_code(field[13]);
    book.set_description(field[14]);
    for (const std::string& subject : Split(field[15], ';')) book.add_subjects(subject);
    for (const std::string& category : Split(field[16], ';')) book.add_categories("categories/" + category);
    book.set_average_rating(field[17].empty() ? 0 : std::stod(field[17]));
    book.set_ratings_count(std::stoll(field[18]));
    inventory::v1::Stock stock;
    stock.set_available(std::stoll(field[19]));
    if (stock.available() == 0) stock.mutable_policy()->set_backorder(inventory::v1::BACKORDER_ALLOWED);
    stock.mutable_policy()->set_backorder_days(4);
    stock.mutable_policy()->set_backorder_max(100);
    inventory.Set(catalog.Add(std::move(book)).name(), stock);
  }
}

}  // namespace octavo::marketplace
