#include "services/marketplace/structured_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/marketplace/testing/pages_fixture.h"

namespace octavo::marketplace {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(DecimalAmountTest, IsOfTheCurrencysOwnDecimals) {
  EXPECT_EQ(DecimalAmount(1290, "EUR"), "12.90");
  EXPECT_EQ(DecimalAmount(5, "EUR"), "0.05");
  EXPECT_EQ(DecimalAmount(0, "EUR"), "0.00");
  EXPECT_EQ(DecimalAmount(123'456'789, "EUR"), "1234567.89");
  EXPECT_EQ(DecimalAmount(1200, "JPY"), "1200");
  EXPECT_EQ(DecimalAmount(3500, "KWD"), "3.500");
  EXPECT_EQ(DecimalAmount(7, "KWD"), "0.007");
}

// The block of a page, read as a search engine reads it.
json DataOf(const std::string& page) {
  const std::string begin = "<script type=\"application/ld+json\">";
  const std::size_t at = page.find(begin);
  EXPECT_NE(at, std::string::npos);
  if (at == std::string::npos) return {};
  const std::size_t start = at + begin.size();
  return json::parse(page.substr(start, page.find("</script>", start) - start));
}

class StructuredPagesTest : public PagesFixture {
 protected:
  StructuredPagesTest() { headers_.Set("Host", "localhost:8080"); }
};

TEST_F(StructuredPagesTest, ABookSaysWhatItIsAndWhatItCosts) {
  SetStock("books/1", 3);
  catalog::v1::Book& book = shop_.catalog.BookToChange(1);
  book.set_isbn13("9780141439587");
  book.set_average_rating(4.5);

  const json data = DataOf(Get("/books/1").body);

  const json& product = data["@graph"][0];
  EXPECT_EQ(data["@context"], "https://schema.org");
  EXPECT_EQ(product["@type"], json({"Product", "Book"}));
  EXPECT_EQ(product["name"], "Volume 1");
  EXPECT_EQ(product["url"], "http://localhost:8080/books/1");
  EXPECT_EQ(product["isbn"], "9780141439587");
  EXPECT_EQ(product["author"][0]["name"], "Author 1");
  EXPECT_EQ(product["bookFormat"], "https://schema.org/Paperback");
  EXPECT_EQ(product["aggregateRating"]["ratingValue"], 4.5);
  EXPECT_EQ(product["offers"]["price"], "12.90");
  EXPECT_EQ(product["offers"]["priceCurrency"], "EUR");
  EXPECT_EQ(product["offers"]["availability"], "https://schema.org/InStock");
  const json& way = data["@graph"][1]["itemListElement"];
  ASSERT_EQ(way.size(), 3u);
  EXPECT_EQ(way[1]["item"], "http://localhost:8080/categories/history");
  EXPECT_EQ(way[2]["position"], 3);
}

TEST_F(StructuredPagesTest, WhatIsNotKnownIsNotSaid) {
  shop_.catalog.BookToChange(1).clear_price();
  EXPECT_FALSE(DataOf(Get("/books/1").body)["@graph"][0].contains("offers"));
  shop_.inventory.condition = Condition::kDown;
  EXPECT_FALSE(DataOf(Get("/books/2").body)["@graph"][0]["offers"].contains("availability"));
}

TEST_F(StructuredPagesTest, ASoldOutBookIsOutOfStock) {
  SetStock("books/1", 0);
  EXPECT_EQ(DataOf(Get("/books/1").body)["@graph"][0]["offers"]["availability"], "https://schema.org/OutOfStock");
}

TEST_F(StructuredPagesTest, NoTextEndsItsBlock) {
  const std::string hostile = "</script><script>alert(1)</script><!-- & \\ \" \xE2\x80\xA8";
  shop_.catalog.BookToChange(1).set_title(hostile);
  shop_.catalog.BookToChange(1).set_description(hostile);

  const std::string page = Get("/books/1").body;

  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_EQ(DataOf(page)["@graph"][0]["name"], hostile);
}

TEST_F(StructuredPagesTest, ListingsAndTheFrontSayWhereTheyAre) {
  EXPECT_EQ(DataOf(Get("/categories/fiction").body)["@graph"][0]["itemListElement"][1]["name"], "Fiction");
  EXPECT_EQ(DataOf(Get("/").body)["@graph"][0]["@type"], "BookStore");
}

TEST_F(StructuredPagesTest, EveryPageHasADescription) {
  SignIn();
  for (const char* path : {"/", "/books", "/books/1", "/categories/fiction", "/authors/author-1", "/search?q=volume", "/cart",
                           "/orders", "/account", "/account/password", "/books/999"}) {
    const std::string page = Get(path).body;
    const std::string begin = "<meta name=\"description\" content=\"";
    const std::size_t at = page.find(begin);
    ASSERT_NE(at, std::string::npos) << path;
    EXPECT_GT(page.find('"', at + begin.size()) - at - begin.size(), 20u) << path;
  }
}

TEST_F(StructuredPagesTest, WhoSharesABookSharesItsTitleAndCover) {
  const std::string page = Get("/books/1").body;

  EXPECT_THAT(page, HasSubstr("<meta property=\"og:type\" content=\"book\">"));
  EXPECT_THAT(page, HasSubstr("<meta property=\"og:title\" content=\"Volume 1 by Author 1\">"));
  EXPECT_THAT(page, HasSubstr("<meta property=\"og:url\" content=\"http://localhost:8080/books/1\">"));
  EXPECT_THAT(page, HasSubstr("<meta property=\"og:image\" content=\"http://localhost:8080/covers/1.svg?v="));
  EXPECT_THAT(Get("/cart").body, Not(HasSubstr("og:")));
}

// --- The sitemap

TEST_F(StructuredPagesTest, TheSitemapNamesEveryBookWithTheDayOfItsLastChange) {
  shop_.catalog.BookToChange(2).mutable_update_time()->set_seconds(1'795'996'800);  // 2026-11-30T00:00Z.

  EXPECT_THAT(Get("/robots.txt").body, HasSubstr("\nSitemap: http://localhost:8080/sitemap.xml\n"));
  const std::string index = Get("/sitemap.xml").body;
  EXPECT_THAT(index, HasSubstr("<loc>http://localhost:8080/sitemaps/shelves.xml</loc>"));
  EXPECT_THAT(index, HasSubstr("<loc>http://localhost:8080/sitemaps/books-1.xml</loc>"));
  EXPECT_THAT(index, Not(HasSubstr("books-2.xml")));
  EXPECT_THAT(Get("/sitemaps/shelves.xml").body, HasSubstr("<loc>http://localhost:8080/categories/fiction</loc>"));
  const std::string books = Get("/sitemaps/books-1.xml").body;
  EXPECT_THAT(books, HasSubstr("<loc>http://localhost:8080/books/2</loc><lastmod>2026-11-30</lastmod>"));
  EXPECT_THAT(books, HasSubstr("<loc>http://localhost:8080/books/40</loc></url>"));
  EXPECT_EQ(Get("/sitemaps/books-2.xml").status, 404);
  EXPECT_EQ(Get("/sitemaps/books-0.xml").status, 404);
  EXPECT_EQ(Get("/sitemaps/books-999999999999999999.xml").status, 404);
}

TEST_F(StructuredPagesTest, ALongSitemapIsSplit) {
  for (int i = 41; i <= 5001; ++i) shop_.catalog.Add(MakeBook("More", "Author 1", "fiction"));

  EXPECT_THAT(Get("/sitemap.xml").body, HasSubstr("books-2.xml"));
  const std::string first = Get("/sitemaps/books-1.xml").body;
  EXPECT_THAT(first, HasSubstr("/books/5000<"));
  EXPECT_THAT(first, Not(HasSubstr("/books/5001<")));
  EXPECT_THAT(Get("/sitemaps/books-2.xml").body, HasSubstr("/books/5001<"));
}

TEST_F(StructuredPagesTest, ASitemapIsNeverHalf) {
  shop_.catalog.condition = Condition::kDown;
  for (const char* path : {"/sitemap.xml", "/sitemaps/shelves.xml", "/sitemaps/books-1.xml"}) EXPECT_EQ(Get(path).status, 503);
  headers_.Set("Host", "evil.example");
  EXPECT_EQ(Get("/sitemap.xml").status, 404);
  EXPECT_THAT(Get("/robots.txt").body, Not(HasSubstr("evil")));
}

}  // namespace
}  // namespace octavo::marketplace
