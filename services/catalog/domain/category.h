// The shop's categories, in its order: those of the published contract first, with their numbers there.
#pragma once

#include <array>
#include <functional>
#include <string_view>

namespace octavo::catalog {

struct Category {
  std::string_view slug;          // "self-help"; resource name "categories/self-help".
  std::string_view display_name;  // "Self-help"
  int classic_number = -1;        // FICTION = 0, ROMANCE = 1, SELF_HELP = 2; -1: not in the published contract.
};

inline constexpr std::array<Category, 19> kCategories = {{
    {"fiction", "Fiction", 0},
    {"romance", "Romance", 1},
    {"self-help", "Self-help", 2},
    {"classics", "Classics"},
    {"science-fiction", "Science fiction"},
    {"fantasy", "Fantasy"},
    {"mystery", "Mystery"},
    {"thriller", "Thriller"},
    {"horror", "Horror"},
    {"historical-fiction", "Historical fiction"},
    {"young-adult", "Young adult"},
    {"children", "Children"},
    {"biography", "Biography"},
    {"history", "History"},
    {"science", "Science"},
    {"philosophy", "Philosophy"},
    {"business", "Business"},
    {"poetry", "Poetry"},
    {"general", "General"},
}};

// The category of a book that names none.
inline constexpr std::string_view kGeneralCategory = "general";

// Null if there is no category with that slug.
const Category* FindCategory(std::string_view slug);

// The category that readers mean by these words, which are folded and separated by single spaces: "sci fi", "krimi", "love
// stories", "young adult". Null if they mean none.
const Category* CategoryCalled(std::string_view words);
// Calls `visit` with each word of every name by which CategoryCalled finds a category.
void ForEachCategoryWord(const std::function<void(std::string_view)>& visit);

}  // namespace octavo::catalog
