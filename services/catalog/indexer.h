// Indexer: brings the search index up to the store, in the background, for as long as it runs: at start from where the index
// stopped (from the beginning if it had to be made anew), then after every change. It reads the same change log as every other
// follower, so that changes made by another process are found too. Books stored with authors' ids of earlier rules are put
// right on the way.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "lib/background/repeater.h"
#include "lib/base/change_signal.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

class Indexer {
 public:
  // Without a signal: after a failure, which is tried again.
  static constexpr std::chrono::seconds kInterval{1};
  // Changes read at once, and put in at most before they are committed and seen: committing costs some 20 ms.
  static constexpr int kReadMax = 500;
  static constexpr int kCommitAfter = 10'000;

  // All must outlive the indexer. `signal` tells of changes.
  Indexer(Store& store, SearchIndex& index, ChangeSignal& signal, obs::Log& log, obs::Metrics& metrics);
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  void Start();
  // Ends the thread after the batch at hand; what is not committed is read again at the next start.
  void Stop();

  // Waits until everything up to `position` can be found. False when that takes longer than `patience`.
  bool WaitFor(std::int64_t position, std::chrono::milliseconds patience);

 private:
  // Puts in what is new.
  void CatchUp(const std::stop_token& stop);
  // Puts a book on its authors' shelves where it was stored under ids that AuthorId gave by earlier rules. The index is
  // rebuilt with each version (terms.h), and sees every book then.
  void RenameAuthors(const Book& book);

  Store& store_;
  SearchIndex& index_;
  ChangeSignal& signal_;
  obs::Log& log_;

  obs::Metrics& metrics_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::optional<background::Repeater> repeater_;  // From Start to Stop, as the next.
  ChangeSignal::Subscription subscription_;
};

}  // namespace octavo::catalog
