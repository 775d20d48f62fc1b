// How many durable orders per second the whole checkout takes, from 1 to 512 buyers at once; README.md says how to run it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/testing/faulty_vfs.h"
#include "lib/testing/temp_dir.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;

struct Settings {
  bool postgres = false;
  double seconds = 4;
  std::vector<int> buyers = {1, 8, 64, 512};
  int sync_delay_us = 0;
};

const SystemClock kClock;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(kClock.MonotonicNow() - start).count();
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// 4 KB over and over again into a file that is long enough, each with fdatasync, as SQLite's log does in the long run.
double RawSyncsPerSecond(int delay_us) {
  constexpr int kSyncs = 1000;
  constexpr int kPages = 1000;
  sqlite3_vfs* const system = sqlite3_vfs_find("unix");
  const TempDir folder;
  const int file = open((folder / "raw").c_str(), O_RDWR | O_CREAT, 0600);
  CHECK(file >= 0);
  const std::string page(4096, 'x');
  for (int i = 0; i < kPages; ++i) CHECK(pwrite(file, page.data(), page.size(), i * 4096) == 4096);
  CHECK(fsync(file) == 0);
  const auto start = kClock.MonotonicNow();
  for (int i = 0; i < kSyncs; ++i) {
    CHECK(pwrite(file, page.data(), page.size(), i % kPages * 4096) == 4096);
    CHECK(fdatasync(file) == 0);
    if (delay_us > 0) system->xSleep(system, delay_us);
  }
  const double rate = kSyncs / SecondsSince(start);
  close(file);
  return rate;
}

double Percentile(std::vector<double>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void Measure(Buyer& buyer, const std::vector<std::string>& books, int buyers, const Settings& settings, std::int64_t& next_key) {
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> key = next_key;
  std::vector<std::vector<double>> latencies_ms(static_cast<std::size_t>(buyers));
  std::vector<std::thread> threads;
  const double raw_before = RawSyncsPerSecond(settings.sync_delay_us);
  const double cpu_before = CpuSeconds();
  const auto start = kClock.MonotonicNow();
  for (int i = 0; i < buyers; ++i) {
    threads.emplace_back([&, i] {
      while (!over) {
        const std::int64_t number = ++key;
        const auto began = kClock.MonotonicNow();
        const auto order = buyer.Buy({.key = Key(number),
                                      .book = books[static_cast<std::size_t>(number) % books.size()],
                                      .expected_minor = 1000,
                                      .email = "r" + std::to_string(number) + "@example.org"});
        if (!order.ok()) std::fprintf(stderr, "%s\n", ToString(order.error()).c_str());
        CHECK(order.ok());
        latencies_ms[static_cast<std::size_t>(i)].push_back(SecondsSince(began) * 1000);
      }
    });
  }
  Pause(std::chrono::milliseconds(static_cast<std::int64_t>(settings.seconds * 1000)));
  over = true;
  for (std::thread& thread : threads) thread.join();
  const double elapsed = SecondsSince(start);
  const double cpu = CpuSeconds() - cpu_before;
  const double raw = (raw_before + RawSyncsPerSecond(settings.sync_delay_us)) / 2;
  next_key = key;
  std::vector<double> all;
  for (const auto& one : latencies_ms) all.insert(all.end(), one.begin(), one.end());
  const auto orders = static_cast<double>(all.size());
  fmt::print("{:>7}{:>12.0f}{:>12.0f}{:>9.2f}{:>14.0f}{:>10.1f}{:>10.1f}\n", buyers, orders / elapsed, raw,
             orders / elapsed / raw, cpu / orders * 1e6, Percentile(all, 0.5), Percentile(all, 0.99));
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Durable orders per second through the whole checkout.", "checkout_bench");
  CLI::Option* const postgres =
      app.add_flag("--postgres", settings.postgres, "On PostgreSQL (OCTAVO_TEST_POSTGRES_URL) instead of SQLite.");
  app.add_option("--seconds", settings.seconds, "For each case.")->capture_default_str();
  app.add_option("--buyers", settings.buyers, "At once; several cases one after the other.")->capture_default_str();
  app.add_option("--sync-delay-us", settings.sync_delay_us,
                 "Every sync takes so much longer, the raw ones too: SQLite on a slower disk.")
      ->check(CLI::NonNegativeNumber)
      ->excludes(postgres);
  CLI11_PARSE(app, argc, argv);
  FaultyVfs disk;
  disk.SlowSyncs(settings.sync_delay_us);
  if (settings.sync_delay_us > 0) {
    CHECK(sqlite3_vfs_register(sqlite3_vfs_find(disk.name().c_str()), /*makeDflt=*/1) == SQLITE_OK);
  }
  SellingShop shop(settings.postgres ? TestDatabaseKind::kPostgres : TestDatabaseKind::kSqlite);
  std::vector<std::string> books;
  for (int i = 0; i < 1000; ++i) books.push_back(shop.buyer().AddBook(1000, 10'000));
  fmt::print("{:>7}{:>12}{:>12}{:>9}{:>14}{:>10}{:>10}\n", "buyers", "orders/s", "raw sync/s", "of raw", "us CPU/order", "p50 ms",
             "p99 ms");
  std::int64_t next_key = 0;
  for (const int buyers : settings.buyers) Measure(shop.buyer(), books, buyers, settings, next_key);
  const audit::Ledger ledger = shop.Audit();
  if (!ledger.clean()) fmt::print("{}", ledger.Text());
  return ledger.clean() ? 0 : 1;
}

}  // namespace
}  // namespace octavo::campaigns

int main(int argc, char** argv) { return octavo::campaigns::Main(argc, argv); }
