// Indexer: keeps the search index up to date with the store, in the background. It starts where the index stopped (at
// the beginning if the index is new), and then follows every change. It reads the same change log as all followers, so
// it also finds changes by other processes. On the way it corrects books that were stored with author ids of earlier
// rules.
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
  // How long to wait without a signal; a failure is tried again after that.
  static constexpr std::chrono::seconds kInterval{1};
  // How many changes are read and committed together. A commit costs some 20 ms.
  static constexpr int kReadMax = 500;
  static constexpr int kCommitAfter = 10'000;

  // All must outlive the indexer. `signal` wakes it after a change.
  Indexer(Store& store, SearchIndex& index, ChangeSignal& signal, obs::Log& log, obs::Metrics& metrics);
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  void Start();
  // Ends the thread after the current batch; what is not committed is read again at the next start.
  void Stop();

  // Waits until everything up to `position` can be found. False if that takes longer than `wait_max`.
  bool WaitFor(std::int64_t position, std::chrono::milliseconds wait_max);

 private:
  // Indexes what is new.
  void CatchUp(const std::stop_token& stop);
  // Corrects the authors of a book whose author ids come from earlier rules of AuthorId. Each new version rebuilds the index
  // (terms.h), and then sees every book.
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
