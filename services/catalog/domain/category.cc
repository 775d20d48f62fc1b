#include "services/catalog/domain/category.h"

#include <algorithm>

namespace octavo::catalog {

const Category* FindCategory(std::string_view slug) {
  const auto* found = std::find_if(kCategories.begin(), kCategories.end(),
                                   [&](const Category& category) { return category.slug == slug; });
  return found == kCategories.end() ? nullptr : found;
}

}  // namespace octavo::catalog
