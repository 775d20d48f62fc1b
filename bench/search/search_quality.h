// SearchQuality: queries that readers type, the books that should come first, and how often the search index puts them first.
//
// queries.csv has a row for each query: the shop whose books are searched, the kind of the query, the query as typed, the right
// answers, and the category that the answer should name (empty: not checked). Right answers are separated by " | ", and any of
// them will do: key:… (of a book in its file), title:…, author:…, series:…, category:… (slugs), subject:…, or none (no book).
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

// The books of a file that `octavo import` reads, in an index made from them.
class IndexedBooks {
 public:
  IndexedBooks(const std::filesystem::path& books, const std::filesystem::path& index_folder);

  // The position of the first right answer, from 1; 0: not among the first 24.
  int Rank(const JudgedQuery& query) const;
  // Whether the answer names the category of the query; true if it need not name one.
  bool NamesCategory(const JudgedQuery& query) const;
  // The first answer, for people: "The Hobbit", "nothing".
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
