// Writes to the database named by its argument from several threads, until it is killed. Each committed id is
// reported on standard output, as 8 bytes, after its Write has returned. For the test that kills it.
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "lib/base/random.h"
#include "lib/db/database.h"
#include "lib/db/migrations.h"
#include "lib/db/testdata/migrations.h"

namespace octavo::db {
namespace {

constexpr int kThreads = 8;

// Two rows in two tables, so that half a transaction would show.
void WriteBook(Database& database, std::int64_t id) {
  database.Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO book (id, title) VALUES ($1, 'x')", id);
    transaction.Execute("INSERT INTO copy (id, book_id, shelf) VALUES ($1, $1, 'top')", id);
  });
}

int Run(const char* path) {
  SystemRandom random;
  const auto database = Open({.url = path}, random);
  if (!Migrate(*database, testdata::Migrations()).ok()) return EXIT_FAILURE;
  std::atomic<std::int64_t> last = database->Read(
      [](Transaction& transaction) { return transaction.QueryTheOne("SELECT COALESCE(MAX(id), 0) FROM book").Int(0); });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        const std::int64_t id = ++last;
        WriteBook(*database, id);
        if (write(STDOUT_FILENO, &id, sizeof id) != sizeof id) std::_Exit(EXIT_FAILURE);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace octavo::db

int main(int count, char** arguments) {
  if (count != 2) return EXIT_FAILURE;
  try {
    return octavo::db::Run(arguments[1]);
  } catch (const octavo::Failure& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return EXIT_FAILURE;
  }
}
