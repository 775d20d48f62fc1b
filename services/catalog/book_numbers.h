// BookNumbers: gives each new book a number that no book had before, even after the store was restored from an older copy. After
// that, stocks, orders, carts and campaigns still name lost books by their numbers. So at start the services that keep these are
// asked for the highest number that they know, and no number is given before all have answered. Numbers beyond the catalogue's
// own last one are skipped, and the log says so (older_copy_found). Thread-safe.
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
  // Gives the highest book number, up to `most`, that a service knows; 0: none.
  using Ask = std::function<Result<std::int64_t>(std::int64_t most)>;

  // A number further beyond the last one is taken for a typing error, not for a lost book, and is not skipped.
  static constexpr std::int64_t kLostMax = 1'000'000;
  // How long a new book waits for services of a shop that is just starting.
  static constexpr std::chrono::milliseconds kWaitMax{5000};

  // All must outlive this object.
  BookNumbers(Store& store, obs::Log& log, obs::Metrics& metrics, std::chrono::milliseconds wait_max = kWaitMax);

  // Asks those services (by name) that have not answered yet. Does nothing once all have. Call it on one thread.
  void AskAll(const std::map<std::string, Ask>& peers);
  // Waits until numbers may be given. UNAVAILABLE (BOOK_NUMBERS_UNKNOWN): a service has not answered.
  Status Wait();

 private:
  void PassOver(const std::string& peer, std::int64_t number);

  Store& store_;
  obs::Log& log_;
  obs::Gauge& older_copy_;
  const std::chrono::milliseconds wait_max_;
  std::map<std::string, std::int64_t> answers_;  // Used by AskAll only.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool known_ = false;                 // Guarded by mutex_, as the next line.
  std::string missing_ = "its peers";  // The services that have not answered.
};

}  // namespace octavo::catalog
