// AnswerCache: remembers answers that are the same for every reader. An answer older than kFresh is fetched again, by one
// page, while other pages still show the old one. If the service does not answer, old answers are used for up to kStale.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/rpc/client.h"

namespace octavo::marketplace {

// An answer that many pages show at the same time; never null.
template <typename Response>
using Shared = Result<std::shared_ptr<const Response>>;

// Answers of one kind, each under the bytes of its request; or parts of answers, each under its name.
template <typename Response>
class AnswerCache {
 public:
  static constexpr std::chrono::seconds kFresh{5};
  static constexpr std::chrono::minutes kStale{10};

  // Keeps at least the newest half of `entries_max`. `clock` must outlive the cache.
  AnswerCache(const Clock& clock, std::size_t entries_max) : clock_(clock), entries_max_(entries_max) {}

  // `fetch` asks the service: () -> rpc::Pending<Response>.
  template <typename Fetch>
  rpc::Pending<std::shared_ptr<const Response>> Get(const std::string& key, const Fetch& fetch) {
    if (auto known = Known(key)) return rpc::Pending<std::shared_ptr<const Response>>(std::move(known));
    return fetch().Then([this, key](Result<Response> answer) { return Remember(key, std::move(answer)); });
  }

  // The answer to show without asking; null if this caller should ask.
  std::shared_ptr<const Response> Known(const std::string& key) {
    const Time now = clock_.MonotonicNow();
    const std::lock_guard lock(mutex_);
    Entry* const entry = Find(key);
    if (entry == nullptr || now - entry->fetched > kStale) return nullptr;
    if (now - entry->fetched <= kFresh) return entry->response;
    if (now - entry->refreshing_since <= std::chrono::seconds(1)) return entry->response;
    entry->refreshing_since = now;
    return nullptr;
  }

  // The answer to show, after a caller has asked.
  Shared<Response> Remember(const std::string& key, Result<Response> answer) {
    const Time now = clock_.MonotonicNow();
    if (answer.ok()) {
      auto response = std::make_shared<const Response>(*std::move(answer));
      const std::lock_guard lock(mutex_);
      Put(key, Entry{.response = response, .fetched = now, .refreshing_since = {}});
      return response;
    }
    const std::lock_guard lock(mutex_);
    if (answer.error().code == Code::kNotFound) {
      newer_.erase(key);
      older_.erase(key);
    }
    const Entry* const entry = Find(key);
    if (entry == nullptr || now - entry->fetched > kStale) return std::move(answer).error();
    return entry->response;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    std::shared_ptr<const Response> response;
    Time fetched;
    Time refreshing_since;  // When a page began to fetch it again; ignored after a second.
  };
  using Entries = std::unordered_map<std::string, Entry>;

  Entry* Find(const std::string& key) {
    for (Entries* const entries : {&newer_, &older_}) {
      if (const auto entry = entries->find(key); entry != entries->end()) return &entry->second;
    }
    return nullptr;
  }

  void Put(const std::string& key, Entry entry) {
    newer_[key] = std::move(entry);
    if (newer_.size() > entries_max_ / 2) older_ = std::exchange(newer_, {});
  }

  const Clock& clock_;
  const std::size_t entries_max_;
  std::mutex mutex_;
  Entries newer_;  // Guarded by mutex_, as is older_: what was fetched last, and what before that.
  Entries older_;
};

}  // namespace octavo::marketplace
