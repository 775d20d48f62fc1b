// Searcher: one search on one reader. It tries one way after another, from exact to approximate, and the first that finds a book
// gives the answer:
//
//   1. an ISBN, or the beginning of one;
//   2. the name of a category;
//   3. all words as typed;
//   4. the last word unfinished, unknown words replaced by the nearest known ones;
//   5. words near all of them, or of the same sound;
//   6. books of which a whole name stands among the words (SearchResult::matched_any).
#pragma once

#include <xapian.h>

#include "services/catalog/search/search_index.h"

namespace octavo::catalog::search {

// Throws Xapian::Error.
SearchResult Search(const Xapian::Database& database, const SearchQuery& query);

}  // namespace octavo::catalog::search
