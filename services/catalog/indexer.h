// Indexer: brings the search index up to the store, on a thread of its own, for as long as it runs: at start from where
// the index stopped (from the beginning if it had to be made anew), then after every change. It reads the same change
// log as every other follower, so that changes made by another process are found too, within kPollInterval. Books stored
// with authors' ids of earlier rules are put right on the way.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "lib/base/change_signal.h"
#include "lib/obs/log.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

class Indexer {
 public:
  static constexpr std::chrono::seconds kPollInterval{1};
  // Changes read at once, and put in at most before they are committed and seen: committing costs some 20 ms.
  static constexpr int kReadMax = 500;
  static constexpr int kCommitAfter = 10'000;

  // All must outlive the indexer; it notifies `signal` of changes that it did not cause.
  Indexer(Store& store, SearchIndex& index, ChangeSignal& signal, obs::Log& log);
  // As Stop().
  ~Indexer();
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  void Start();
  // Ends the thread after the batch at hand; what is not committed is read again at the next start.
  void Stop();

  // Waits until everything up to `position` can be found. False when that takes longer than `patience`.
  bool WaitFor(std::int64_t position, std::chrono::milliseconds patience);

 private:
  void Work();
  // Puts in what is new; false when nothing was.
  bool CatchUp();
  // Puts a book on its authors' shelves where it was stored under ids that AuthorId gave by earlier rules. The index is
  // rebuilt with each version (terms.h), and sees every book then.
  void RenameAuthors(const Book& book);
  bool stopping();

  Store& store_;
  SearchIndex& index_;
  ChangeSignal& signal_;
  obs::Log& log_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable moved_;
  bool woken_ = false;     // Guarded by mutex_.
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
  ChangeSignal::Subscription subscription_;
};

}  // namespace octavo::catalog
