// SearchQuality: what readers type, what they should find first, and how often the search index finds it there.
//
// queries.csv has a row for each query: the shop whose books are searched, the kind of the query, the query as typed, what
// is right, and the category that the answer should name (empty: not looked at). Of what is right any part will do, parted
// by " | ": key:… (of a book in its file), title:…, author:…, series:…, category:… (slugs), subject:…, or none (no book).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "services/catalog/search/search_index.h"

namespace octavo::catalog {

struct JudgedQuery {
  std::string shop;  // "demo" or "goodbooks".
  std::string kind;
  std::string text;
  std::vector<std::string> right;
  std::string link;  // The slug of a category.
};

// Throws std::runtime_error, naming the file and what is wrong.
std::vector<JudgedQuery> ReadQueries(const std::filesystem::path& path);

// The books of a file that `octavo import` reads, in an index made of them.
class SearchedShop {
 public:
  SearchedShop(const std::filesystem::path& books, const std::filesystem::path& index_folder);

  // Where the first right answer stands, from 1; 0: not among the first 24.
  int Rank(const JudgedQuery& query) const;
  // Whether the answer names the category of the query; true where it should not name any in particular.
  bool NamesCategory(const JudgedQuery& query) const;
  // What came first, for people: "The Hobbit", "nothing".
  std::string First(const JudgedQuery& query) const;

 private:
  SearchResult Answer(const JudgedQuery& query) const;
  static bool IsRight(const Book& book, const std::string& right);

  std::unique_ptr<SearchIndex> index_;
  std::map<BookId, Book> books_;
};

struct SearchScore {
  int count = 0;
  int at_1 = 0;  // Queries whose first answer is right.
  int at_3 = 0;  // … one of the first three.
  double reciprocal_ranks = 0;

  void Add(int rank);
  double success_at_1() const { return at_1 / static_cast<double>(count); }
  double success_at_3() const { return at_3 / static_cast<double>(count); }
  // Mean reciprocal rank (E. Voorhees, TREC-8, 1999).
  double mrr() const { return reciprocal_ranks / count; }
};

}  // namespace octavo::catalog
