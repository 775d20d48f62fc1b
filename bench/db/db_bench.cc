// How many durable writes per second SQLite takes from 1 to 512 threads, beside what the disk can do alone in the same run.
//
//     cmake --preset release && cmake --build --preset release --target db_bench
//     build/release/bin/db_bench            # Files go to the temporary folder: TMPDIR names another disk.
//
// The disk alone: 4 KB written over and over again into a file that is long enough, each with fdatasync, as SQLite's
// log does in the long run. It is measured right before and after each case, because neighbours disturb; the counter
// `of_raw` is the case's rate over the mean of both.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/db/database.h"

namespace octavo::db {
namespace {

// A new folder, removed with what is in it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "octavo-bench-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(SystemClock().MonotonicNow() - start).count();
}

double RawSyncsPerSecond(const Folder& folder) {
  constexpr int kSyncs = 1000;
  constexpr int kPages = 1000;  // Of 4 KB: where a checkpoint lets the log start over.
  const int file = open((folder / "raw").c_str(), O_RDWR | O_CREAT, 0600);
  CHECK(file >= 0);
  const std::string page(4096, 'x');
  for (int i = 0; i < kPages; ++i) CHECK(pwrite(file, page.data(), page.size(), i * 4096) == 4096);
  CHECK(fsync(file) == 0);
  const auto start = SystemClock().MonotonicNow();
  for (int i = 0; i < kSyncs; ++i) {
    CHECK(pwrite(file, page.data(), page.size(), i % kPages * 4096) == 4096);
    CHECK(fdatasync(file) == 0);
  }
  const double rate = kSyncs / SecondsSince(start);
  close(file);
  return rate;
}

// An order in miniature: a row, three lines, three copies off the shelf.
void PlaceOrder(Transaction& transaction, std::int64_t order) {
  transaction.Execute("INSERT INTO orders (id, total_minor) VALUES ($1, $2)", order, 2999);
  for (int line = 0; line < 3; ++line) {
    const std::int64_t book = 1 + (order * 31 + line * 97) % 1000;
    transaction.Execute("INSERT INTO line (order_id, number, book_id) VALUES ($1, $2, $3)", order, line, book);
    transaction.Execute("UPDATE stock SET copies = copies - 1 WHERE book_id = $1 AND copies > 0", book);
  }
}

std::unique_ptr<Database> OpenShop(const std::string& path, Random& random) {
  auto database = Open({.url = path}, random);
  database->Write([](Transaction& transaction) {
    transaction.Script(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, total_minor INTEGER NOT NULL) STRICT;"
        "CREATE TABLE line (order_id INTEGER NOT NULL REFERENCES orders (id), number INTEGER NOT NULL,"
        " book_id INTEGER NOT NULL, PRIMARY KEY (order_id, number)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE stock (book_id INTEGER PRIMARY KEY, copies INTEGER NOT NULL) STRICT;");
    for (int book = 1; book <= 1000; ++book) {
      transaction.Execute("INSERT INTO stock (book_id, copies) VALUES ($1, 1000000)", book);
    }
  });
  return database;
}

// Every iteration: that many threads place kOrders orders together, each waiting until its own is durable.
void Orders(benchmark::State& state) {
  constexpr std::int64_t kOrders = 20000;
  const auto thread_count = static_cast<int>(state.range(0));
  const Folder folder;
  SeededRandom random(1);
  const auto database = OpenShop(folder / "shop.db", random);
  std::atomic<std::int64_t> next = 0;
  std::int64_t last = 0;
  const Stats before = database->stats();
  const double raw_before = RawSyncsPerSecond(folder);
  const auto start = SystemClock().MonotonicNow();
  for (auto _ : state) {
    last += thread_count == 1 ? kOrders / 4 : kOrders;
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; ++i) {
      threads.emplace_back([&] {
        for (std::int64_t order; (order = ++next) <= last;) {
          database->Write([&](Transaction& transaction) { PlaceOrder(transaction, order); });
        }
        --next;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const double seconds = SecondsSince(start);
  const Stats after = database->stats();
  const auto writes = static_cast<double>(after.writes - before.writes);
  const double raw = (raw_before + RawSyncsPerSecond(folder)) / 2;
  state.counters["raw_syncs/s"] = raw;
  state.counters["orders/s"] = writes / seconds;
  state.counters["of_raw"] = writes / seconds / raw;
  state.counters["per_commit"] = writes / static_cast<double>(after.commits - before.commits);
}
BENCHMARK(Orders)->Arg(1)->Arg(8)->Arg(64)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(2);

// One row by its key, from that many threads.
void Reads(benchmark::State& state) {
  static std::unique_ptr<Folder> folder;
  static std::unique_ptr<Database> database;
  static SeededRandom random(1);
  if (state.thread_index() == 0) {
    folder = std::make_unique<Folder>();
    database = OpenShop(*folder / "shop.db", random);
  }
  std::int64_t book = state.thread_index();
  for (auto _ : state) {
    book = 1 + (book * 31 + 7) % 1000;
    benchmark::DoNotOptimize(database->Read([&](Transaction& transaction) {
      return transaction.QueryTheOne("SELECT copies FROM stock WHERE book_id = $1", book).Int(0);
    }));
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    database.reset();
    folder.reset();
  }
}
BENCHMARK(Reads)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace octavo::db

BENCHMARK_MAIN();
