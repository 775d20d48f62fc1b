// How fast the catalogue is at a given size: importing, indexing, then getting, listing, searching and suggesting, below
// gRPC. Prints a table of p50 and p99 in milliseconds.
//
//     cmake --preset release && cmake --build --preset release --target catalog_bench
//     build/release/bin/catalog_bench BOOKS [FOLDER]
//
// A folder that is named is kept, and used again without importing.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "bench/catalog/generated_books.h"
#include "lib/db/database.h"
#include "lib/db/migrations.h"
#include "lib/testing/temp_dir.h"
#include "services/catalog/migrations.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/sql_store.h"

namespace octavo::catalog {
namespace {

const SystemClock kClock;

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(kClock.MonotonicNow() - begin).count();
}

// Peak resident memory in MB, as the kernel says.
double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  double kilobytes = 0;
  status >> kilobytes;
  return kilobytes / 1024;
}

void Import(Store& store, GeneratedBooks& books, std::int64_t count) {
  const auto begin = kClock.MonotonicNow();
  octavo::catalog::Import import = store.OpenImport(ImportId{"bench"}, "bench", false, kClock.Now()).value();
  std::vector<CheckedRow> rows;
  for (std::int64_t i = 1; i <= count; ++i) {
    rows.push_back(CheckRow({.line = i, .key = std::to_string(i), .draft = books.Next()}));
    if (rows.size() < kGroupRowsMax && i < count) continue;
    import = store.ImportGroup(import, rows, kClock.Now()).value();
    rows.clear();
  }
  const double seconds = SecondsSince(begin);
  std::printf("%-34s %10.1f s %12.0f books/s\n", "store", seconds, static_cast<double>(count) / seconds);
}

void Index(Store& store, SearchIndex& index) {
  const auto begin = kClock.MonotonicNow();
  std::int64_t position = index.position();
  std::int64_t count = 0;
  while (true) {
    const ChangePage page = store.ReadChanges(position, 500).value();
    for (const ChangeRecord& change : page.changes) {
      index.Put(change.book.value());
      position = change.position;
      if (++count % 10'000 == 0) index.Commit(position);
    }
    if (page.changes.empty()) break;
  }
  if (count == 0) return;
  index.Commit(position);
  const double seconds = SecondsSince(begin);
  std::printf("%-34s %10.1f s %12.0f books/s\n", "index", seconds, static_cast<double>(count) / seconds);
}

void Measure(const char* name, int rounds, const std::function<void()>& run) {
  run();  // The first reads what the others find in memory.
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = kClock.MonotonicNow();
    run();
    times.push_back(SecondsSince(begin) * 1e3);
  }
  std::sort(times.begin(), times.end());
  std::printf("%-34s %10.2f %10.2f\n", name, times[times.size() / 2], times[times.size() * 99 / 100]);
  std::fflush(stdout);
}

ListQuery PageOf(const Shelf& shelf, ListOrder order) { return {.shelf = shelf, .order = order, .after = CursorAtBegin(order)}; }

void MeasureStore(Store& store, std::int64_t count, Random& random) {
  const Shelf fiction{ShelfKind::kCategory, "fiction"};
  Measure("get a book", 2000,
          [&] { CHECK(store.FindBook(BookId{1 + static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(count)))})); });
  for (const auto& [name, order] :
       {std::pair{"list fiction by popularity", ListOrder::kPopularity}, std::pair{"list fiction by title", ListOrder::kTitle},
        std::pair{"list fiction, newest", ListOrder::kNewest}}) {
    Measure(name, 500, [&, order = order] { CHECK(store.ListBooks(PageOf(fiction, order))->more); });
  }
  ListQuery deep = PageOf({ShelfKind::kAll, ""}, ListOrder::kTitle);
  deep.after.text = "m";
  Measure("list all by title, from the middle", 500, [&] { CHECK(store.ListBooks(deep).ok()); });
}

void MeasureSearch(const SearchIndex& index, GeneratedBooks& books, Random& random) {
  const auto search = [&](const std::string& text, SearchQuery::Facets facets) {
    (void)index.Search({.text = text, .facets = facets});
  };
  constexpr auto kNone = SearchQuery::Facets::kNone;
  Measure("search one word", 300, [&] { search(books.Word(), kNone); });
  Measure("search two words", 300, [&] { search(books.Word() + " " + books.Word(), kNone); });
  Measure("search one word with facets", 300, [&] { search(books.Word(), SearchQuery::Facets::kCounted); });
  Measure("search the most frequent word, facets", 30, [&] { search("bababa", SearchQuery::Facets::kCounted); });
  Measure("search an author", 300, [&] { search(books.AuthorName(random.Below(1000)), kNone); });
  Measure("search with a typing error", 300, [&] {
    std::string word = books.Word();
    std::swap(word[1], word[2]);
    search(word, kNone);
  });
  Measure("list a category with facets", 30,
          [&] { (void)index.Search({.filter = {.categories = {"fiction"}}, .facets = SearchQuery::Facets::kCounted}); });
  Measure("suggest for one letter", 300, [&] { (void)index.Suggest(books.Word().substr(0, 1), 8); });
  Measure("suggest for three letters", 300, [&] { (void)index.Suggest(books.Word().substr(0, 3), 8); });
}

int Run(std::int64_t count, const std::filesystem::path& folder) {
  SystemRandom random;
  const auto database = db::Open({.url = (folder / "catalog.sqlite").string()}, random);
  if (const Status migrated = db::Migrate(*database, Migrations()); !migrated.ok()) {
    std::fprintf(stderr, "catalog_bench: %s\n", migrated.error().message.c_str());
    return 1;
  }
  SqlStore store(*database);
  const auto index = SearchIndex::Open(folder / "search", "bench").value();
  GeneratedBooks books(count);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("%lld books\n", static_cast<long long>(count));
  if (store.LastPosition() == 0) Import(store, books, count);
  Index(store, *index);
  std::printf("%-34s %10s %10s\n", "", "p50 ms", "p99 ms");
  MeasureStore(store, count, random);
  MeasureSearch(*index, books, random);
  std::printf("peak memory %.0f MB\n", PeakMegabytes());
  return 0;
}

}  // namespace
}  // namespace octavo::catalog

int main(int argc, char** argv) {
  std::int64_t count = 0;
  const std::string text = argc > 1 ? argv[1] : "";
  std::from_chars(text.data(), text.data() + text.size(), count);
  if (count < 1 || argc > 3) {
    std::fprintf(stderr, "Usage: catalog_bench BOOKS [FOLDER]\n");
    return 2;
  }
  if (argc == 3) {
    std::filesystem::create_directories(argv[2]);
    return octavo::catalog::Run(count, argv[2]);
  }
  const octavo::TempDir folder;
  return octavo::catalog::Run(count, folder.path());
}
