// Query: from what a reader typed to what Xapian runs.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "services/catalog/search/search_index.h"
#include "services/catalog/search/terms.h"

namespace octavo::catalog::search {

// Turns typed words into queries against one opened index. Short-lived; one thread.
class QueryBuilder {
 public:
  explicit QueryBuilder(const Xapian::Database& database);

  // Books that have all `words`; or any of them. Words that say little ("the") are wanted only where there are no others.
  Xapian::Query All(const std::vector<std::string>& words) const;
  Xapian::Query Any(const std::vector<std::string>& words) const;
  // As All or Any, with books first whose whole title, else series, author or main title is `text`, and well-known ones
  // before others.
  Xapian::Query Ranked(const Xapian::Query& matching, const std::string& text) const;

  // `words` with each that no book has replaced by the nearest that some book has, where one is near enough: one typing
  // error in words from 5 letters, two from 9 (Damerau-Levenshtein). Of a query of many unknown words the first few only.
  std::vector<std::string> Corrected(const std::vector<std::string>& words) const;

 private:
  // The best known word of the index one typing error away; empty where there is none.
  std::string OneErrorAway(const std::string& word) const;
  double Popularity(const std::string& word) const;
  bool IsKnown(const std::string& word) const;
  std::vector<std::string> StemTerms(const std::string& word) const;
  Xapian::Query Word(const std::string& word) const;

  const Xapian::Database& database_;
  std::vector<Stemmer> stemmers_;  // Of every language in the index.
};

// What the filter leaves; a query that matches all where it is empty.
Xapian::Query FilterQuery(const SearchFilter& filter);

// Books whose `field` has all the words, the last of them perhaps unfinished.
Xapian::Query PrefixQuery(const Xapian::Database& database, std::string_view field,
                          const std::vector<std::string>& words);

}  // namespace octavo::catalog::search
