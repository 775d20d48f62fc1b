// How many durable reservations per second the inventory's store takes from 1 to 512 callers at once, each of three books.
//
//     cmake --preset release && cmake --build --preset release --target inventory_bench
//     build/release/bin/inventory_bench
//
// On SQLite, in a new file below the temporary folder (TMPDIR names another disk); with --database_url=postgresql://… on
// PostgreSQL, in a database whose inventory tables are dropped and made anew. The second number of a case
// is how many books there are: with three, every caller wants the same. Counters: reservations per second, and how many
// of them shared a commit.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/inventory/migrations.h"
#include "services/inventory/sql_store.h"

namespace octavo::inventory {
namespace {

// From the command line; empty: SQLite.
std::string database_url;

// A new, migrated database.
class Place {
 public:
  Place() {
    // Callers that lose a conflict on PostgreSQL repeat until they win: their repeats are part of the figure.
    db::Options options{.url = database_url, .wait_max = std::chrono::seconds(60), .attempts_max = 1000};
    if (database_url.empty()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "octavo-bench-XXXXXX").string();
      CHECK(mkdtemp(pattern.data()) != nullptr);
      folder_ = pattern;
      options.url = pattern + "/inventory.db";
    }
    database_ = db::Open(options, random_);
    if (!database_url.empty()) {
      database_->Write([](db::Transaction& transaction) {
        transaction.Script(
            "DROP TABLE IF EXISTS reservation_lines, reservations, movements, requests, stocks, "
            "schema_migrations");
      });
    }
    CHECK(db::Migrate(*database_, Migrations()).ok());
  }
  ~Place() {
    database_.reset();
    if (folder_) std::filesystem::remove_all(*folder_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  db::Database& database() { return *database_; }

 private:
  SeededRandom random_{1};
  std::optional<std::filesystem::path> folder_;
  std::unique_ptr<db::Database> database_;
};

void FillShelves(Store& store, std::int64_t books, Timestamp now) {
  for (std::int64_t book = 1; book <= books; ++book) {
    const std::string request = "delivery-" + std::to_string(book);
    CHECK(store.Receive({.request = RequestId{request}, .copies = {{BookId{book}, kOnHandMax}}}, now).ok());
  }
}

// Every iteration: that many callers together make kReservations reservations, each waiting until its own is durable.
void Reserve(benchmark::State& state) {
  const auto callers = static_cast<int>(state.range(0));
  const std::int64_t books = state.range(1);
  const std::int64_t reservations = callers == 1 ? 2'000 : 10'000;
  Place place;
  SqlStore store(place.database());
  const SystemClock clock;
  FillShelves(store, books, clock.Now());
  const db::Stats before = place.database().stats();
  std::atomic<std::int64_t> next = 0;
  std::int64_t last = 0;
  for (auto _ : state) {
    last += reservations;
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&] {
        for (std::int64_t order; (order = ++next) <= last;) {
          ReserveOrder reserve{.request = RequestId{"order-" + std::to_string(order)}, .demand = {}};
          for (int line = 0; line < 3; ++line) reserve.demand[BookId{1 + (order * 31 + line * 97) % books}] += 1;
          CHECK(store.Reserve(reserve, clock.Now()).ok());
        }
        --next;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const db::Stats after = place.database().stats();
  state.SetItemsProcessed(last);
  state.counters["per_commit"] =
      static_cast<double>(after.writes - before.writes) / static_cast<double>(after.commits - before.commits);
  state.counters["repeats"] = static_cast<double>(after.repeats - before.repeats);
}

BENCHMARK(Reserve)
    ->ArgNames({"callers", "books"})
    ->ArgsProduct({{1, 8, 64, 512}, {1000}})
    ->Args({64, 3})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MinTime(2);

}  // namespace
}  // namespace octavo::inventory

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  constexpr std::string_view kUrl = "--database_url=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kUrl)) {
      std::fprintf(stderr, "unknown argument %s\n", argv[i]);
      return 2;
    }
    octavo::inventory::database_url = argument.substr(kUrl.size());
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
