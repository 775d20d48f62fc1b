// Suggester: guesses what a reader is typing.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "services/catalog/search/search_index.h"

namespace octavo::catalog::search {

// As SearchIndex::Suggest. Throws Xapian::Error.
std::vector<Suggestion> Suggest(const Xapian::Database& database, const std::string& prefix, int count_max);

}  // namespace octavo::catalog::search
