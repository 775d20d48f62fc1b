// How a book appears on a page: its credits in words, its cover's text, its card on a shelf.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "octavo/catalog/v1/catalog.pb.h"
#include "services/marketplace/campaigns.h"
#include "services/marketplace/cover.h"
#include "services/marketplace/locale.h"
#include "services/marketplace/templates.h"

namespace octavo::marketplace {

// "Terry Pratchett and Neil Gaiman"; "A, B and 3 others" above three.
std::string CreditLine(const catalog::v1::Book& book);
// "Earthsea 1"; empty if the book belongs to no series.
std::string SeriesLine(const catalog::v1::Book& book);
CoverText CoverTextOf(const catalog::v1::Book& book);

// A row of books with a heading.
struct Shelf {
  std::string id;  // Of the HTML section, "for-you"; unique on the page.
  std::string title;
  std::string note;       // A sentence under the title; may be empty.
  std::string more_link;  // May be empty.
  std::string more_text;
  std::string name;                             // For events and links, "home.for-you"; may be empty.
  std::vector<const catalog::v1::Book*> books;  // Not owned; an empty shelf is not shown.
};

// How cards are shown to this reader.
struct CardStyle {
  PriceStyle prices;
  const Campaigns* campaigns;  // Null: cards show no campaigns.
};

// Puts the shelf where {{>MARKER}} stands.
void AddShelf(View& view, std::string_view marker, const Shelf& shelf, const CardStyle& style);

// The id of a book's card on a page: "home.new-12". A book may stand on several shelves of a page.
std::string CardId(std::string_view book, std::string_view shelf);

// Puts one card where {{>CARD}} stands.
void AddCard(View& view, const catalog::v1::Book& book, std::string_view shelf, const CardStyle& style);

}  // namespace octavo::marketplace
