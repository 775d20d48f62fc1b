// How well the search finds what readers mean: success@1, success@3 and the mean reciprocal rank over queries.csv, for each
// kind of query. README.md has the figures.
//
//     build/release/bin/search_bench [--misses] [GOODBOOKS]
//
// GOODBOOKS is the books.csv of goodbooks-10k, which is no part of this tree. Without it the demo catalogue alone is searched.
// --misses lists the queries whose first answer is wrong.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <string>

#include "bench/search/search_quality.h"
#include "lib/testing/temp_dir.h"

namespace octavo::catalog {
namespace {

void Print(const std::string& name, const SearchScore& score) {
  std::printf("%-34s %5d %10.3f %10.3f %10.3f\n", name.c_str(), score.count, score.success_at_1(), score.success_at_3(),
              score.mrr());
}

void Measure(const std::string& shop, const std::filesystem::path& books, const std::vector<JudgedQuery>& queries,
             bool show_misses) {
  const TempDir folder;
  const IndexedBooks searched(books, folder / "index");
  std::map<std::string, SearchScore> by_kind;
  SearchScore all;
  int links = 0;
  int links_wanted = 0;
  for (const JudgedQuery& query : queries) {
    if (query.shop != shop) continue;
    const int rank = searched.Rank(query);
    by_kind[query.kind].Add(rank);
    all.Add(rank);
    if (!query.link.empty()) ++links_wanted;
    if (!query.link.empty() && searched.NamesCategory(query)) ++links;
    if (show_misses && rank != 1) {
      std::printf("  %s: '%s' has its first right answer at %d, before it %s\n", query.kind.c_str(), query.text.c_str(), rank,
                  searched.First(query).c_str());
    }
  }
  std::printf("%-34s %5s %10s %10s %10s\n", shop.c_str(), "", "success@1", "success@3", "MRR");
  for (const auto& [kind, score] : by_kind) Print("  " + kind, score);
  Print("  all", all);
  if (links_wanted > 0) std::printf("  the category on top: %d of %d\n", links, links_wanted);
}

int Run(bool show_misses, const char* goodbooks) {
  const std::filesystem::path tree = OCTAVO_SOURCE_DIR;
  const std::vector<JudgedQuery> queries = ReadQueries(tree / "bench/search/queries.csv");
  Measure("demo", tree / "demo/books.csv", queries, show_misses);
  if (goodbooks != nullptr) Measure("goodbooks", goodbooks, queries, show_misses);
  return 0;
}

}  // namespace
}  // namespace octavo::catalog

int main(int argc, char** argv) {
  int at = 1;
  const bool show_misses = at < argc && std::string(argv[at]) == "--misses";
  if (show_misses) ++at;
  try {
    return octavo::catalog::Run(show_misses, at < argc ? argv[at] : nullptr);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "search_bench: %s\n", failure.what());
    return 1;
  }
}
