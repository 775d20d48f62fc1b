#include "services/marketplace/book_card.h"

#include <array>
#include <cstdint>

#include "lib/http/url.h"
#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

// Books differ in size; a shelf of equal ones would look like a table. The size is made from the name, so that a book keeps
// it.
std::string_view SizeClass(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kSizes = {"size-a", "size-b", "size-c", "size-d", "size-b"};
  std::uint32_t sum = 0;
  for (const char c : name) sum = sum * 31 + static_cast<unsigned char>(c);
  return kSizes.at(sum % kSizes.size());
}

}  // namespace

std::string CreditLine(const catalog::v1::Book& book) {
  constexpr int kNamedMax = 3;
  const int count = book.authors_size();
  const int named = count > kNamedMax ? 2 : count;
  std::string line;
  for (int i = 0; i < named; ++i) {
    const bool is_last = i + 1 == count;
    if (i > 0) line += is_last ? " and " : ", ";
    line += book.authors(i).display_name();
  }
  if (named < count) line += " and " + std::to_string(count - named) + " others";
  return line;
}

std::string SeriesLine(const catalog::v1::Book& book) {
  if (!book.has_series() || book.series().title().empty()) return "";
  return book.series().number().empty() ? book.series().title() : book.series().title() + " " + book.series().number();
}

CoverText CoverTextOf(const catalog::v1::Book& book) {
  return {.title = book.title(), .author = CreditLine(book), .series = SeriesLine(book)};
}

void AddShelf(View& view, std::string_view marker, const Shelf& shelf, const CardStyle& style) {
  if (shelf.books.empty()) return;
  View section = view.Include(marker, "shelf.tpl");
  section.Set("ID", shelf.id).Set("TITLE", shelf.title);
  if (!shelf.note.empty()) section.Add("NOTE").Set("NOTE_TEXT", shelf.note);
  if (!shelf.more_link.empty()) section.Add("MORE").Set("MORE_LINK", shelf.more_link).Set("MORE_TEXT", shelf.more_text);
  for (const catalog::v1::Book* book : shelf.books) AddCard(section, *book, shelf.name, style);
}

std::string CardId(std::string_view book, std::string_view shelf) {
  return (shelf.empty() ? "book" : std::string(shelf)) + "-" + http::PercentEncode(LastSegment(book));
}

void AddCard(View& view, const catalog::v1::Book& book, std::string_view shelf, const CardStyle& style) {
  View card = view.Include("CARD", "card.tpl");
  const std::string_view lang = LangAttribute(book.language_code());
  card.Set("LINK", BookLink(book.name(), shelf))
      .Set("COVER", CoverLink(book))
      .Set("SIZE", SizeClass(book.name()))
      .Set("LANG", lang.empty() ? "en" : lang)
      .Set("ID", CardId(book.name(), shelf))
      .Set("BOOK", book.name())
      .Set("TITLE", book.title())
      .Set("AUTHORS", CreditLine(book));
  if (book.has_price() && style.campaigns != nullptr) {
    const Campaigns::Banner* const campaign = style.campaigns->FirstOf(book);
    if (campaign != nullptr) card.Add("TOUCHED").Set("CAMPAIGN", campaign->display_name());
  }
  if (book.has_price()) {
    // The card where the button was pressed, so that the reader comes back to it.
    const std::string from = shelf.empty() ? "" : "?shelf=" + http::PercentEncode(shelf);
    card.Add("PRICED")
        .Set("PRICE", FormatPrice(book.price().minor(), book.price().currency_code(), style.prices))
        .Set("ADD_PATH", "/cart/items" + from);
  }
}

}  // namespace octavo::marketplace
