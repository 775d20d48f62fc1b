#include "services/catalog/domain/authors.h"

#include <gmock/gmock.h>

#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

TEST(NameAsSaidTest, TurnsWhatStandsInLists) {
  const struct {
    const char* name;
    const char* said;
  } kCases[] = {
      {"Tolkien, J.R.R.", "J.R.R. Tolkien"},
      {"García Márquez, Gabriel", "Gabriel García Márquez"},
      {"Le Guin,Ursula  K.", "Ursula K. Le Guin"},
      {"King, Martin Luther, Jr.", "Martin Luther King, Jr."},
      {"Martin Luther King, Jr.", "Martin Luther King, Jr."},
      {"Kurt Vonnegut, Jr", "Kurt Vonnegut, Jr"},
      {"J.R.R. Tolkien", "J.R.R. Tolkien"},
      {"Homer", "Homer"},
      {"Tolkien,", "Tolkien,"},
      {"One, Two, Three, Four", "One, Two, Three, Four"},
      {"", ""},
  };
  for (const auto& [name, said] : kCases) EXPECT_EQ(NameAsSaid(name), said) << name;
}

TEST(AuthorIdTest, IsOneForAllSpellings) {
  const struct {
    const char* id;
    std::vector<const char*> names;
  } kCases[] = {
      {"j-r-r-tolkien",
       {"J.R.R. Tolkien", "J. R. R. Tolkien", "Tolkien, J.R.R.", "JRR Tolkien", "Tolkien, J. R. R.", "John Ronald Reuel Tolkien",
        "J R R Tolkien"}},
      {"fyodor-dostoevsky",
       {"Fyodor Dostoevsky", "Fyodor Dostoyevsky", "Dostoyevsky, Fyodor", "Фёдор Достоевский", "Федор Достоевский",
        "Достоевский, Фёдор", "Достоевский", "Fjodor M. Dostojewskij", "Fédor Dostoïevski"}},
      {"leo-tolstoy", {"Leo Tolstoy", "Tolstoi, Lew", "Лев Толстой", "Lev Tolstoj"}},
      {"j-k-rowling", {"J.K. Rowling", "JK Rowling", "Rowling, J.K.", "Joanne K. Rowling"}},
      {"ursula-k-le-guin", {"Ursula K. Le Guin", "Ursula LeGuin", "Le Guin, Ursula K."}},
      {"haruki-murakami", {"Haruki Murakami", "村上春樹", "Murakami, Haruki"}},
      {"bo-li", {"Li, Bo"}},
      {"stephen-king", {"Stephen King", "STEPHEN KING", "King, Stephen"}},
  };
  for (const auto& [id, names] : kCases) {
    for (const char* name : names) EXPECT_EQ(AuthorId(name), id) << name;
  }
  EXPECT_NE(AuthorId("John Green"), AuthorId("Jane Green"));
}

TEST(AuthorIdTest, LeadsFromTheSlugOfAnotherName) {
  EXPECT_EQ(AuthorIdOfSlug("fyodor-dostoyevsky"), "fyodor-dostoevsky");
  EXPECT_EQ(AuthorIdOfSlug("somebody-else"), "somebody-else");
}

TEST(OtherNamesTest, AreNobodyElses) {
  EXPECT_THAT(OtherNames("fyodor-dostoevsky"), testing::Contains("Фёдор Достоевский"));
  EXPECT_THAT(OtherNames("somebody-else"), testing::IsEmpty());
  for (const std::string& name : OtherNames("j-r-r-tolkien")) EXPECT_EQ(AuthorId(name), "j-r-r-tolkien") << name;
}

}  // namespace
}  // namespace octavo::catalog
