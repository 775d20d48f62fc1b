// BookNumbers: no number of a book is given twice, also where the catalogue was brought back from an older copy. Then stocks,
// orders, carts and campaigns still name books that are lost, and would mean others by the same numbers. So whoever has these is
// asked on start for the highest number named, and no number is given before all have answered. Numbers beyond the last one that
// the catalogue has given are passed over, and said (older_copy_found). Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "lib/base/result.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

class BookNumbers {
 public:
  // The highest number, of those up to `most`, of a book that a neighbour names; 0: none.
  using Ask = std::function<Result<std::int64_t>(std::int64_t most)>;

  // A number so far beyond the last one is a mistake of typing, not a lost book: it is left alone.
  static constexpr std::int64_t kLostMax = 1'000'000;
  // How long a new book waits for the neighbours of a shop that is just starting.
  static constexpr std::chrono::milliseconds kWaitMax{5000};

  // All must outlive it.
  BookNumbers(Store& store, obs::Log& log, obs::Metrics& metrics, std::chrono::milliseconds wait_max = kWaitMax);

  // Asks those of the neighbours (by name) that have not answered yet. Once all have, it does nothing. On one thread.
  void AskAll(const std::map<std::string, Ask>& neighbours);
  // Waits until numbers may be given. UNAVAILABLE (BOOK_NUMBERS_UNKNOWN): a neighbour has not answered.
  Status Wait();

 private:
  void PassOver(const std::string& neighbour, std::int64_t number);

  Store& store_;
  obs::Log& log_;
  obs::Gauge& older_copy_;
  const std::chrono::milliseconds wait_max_;
  std::map<std::string, std::int64_t> answers_;  // Of AskAll alone.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool known_ = false;                 // Guarded by mutex_, as the next line.
  std::string missing_ = "its peers";  // Who has not answered.
};

}  // namespace octavo::catalog
