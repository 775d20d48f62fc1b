// StatementCache<Statement>: the prepared statements of one connection by their text. A new statement replaces the least recently
// used one. For one thread at a time.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lib/base/check.h"

namespace octavo::db {

template <typename Statement>
class StatementCache {
 public:
  explicit StatementCache(std::size_t statements_max) : statements_max_(statements_max) { CHECK(statements_max > 0); }

  // The statement with that text, or null. Valid until the next MakeRoom.
  Statement* Find(std::string_view text) {
    const auto found = by_text_.find(text);
    if (found == by_text_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Removes the least recently used statement if there is no room for another.
  std::optional<Statement> MakeRoom() {
    if (entries_.size() < statements_max_) return std::nullopt;
    by_text_.erase(entries_.back().first);
    std::optional<Statement> oldest(std::move(entries_.back().second));
    entries_.pop_back();
    return oldest;
  }

  // `text` must not be in the cache, and there must be room.
  Statement& Insert(std::string_view text, Statement statement) {
    CHECK_SHARED(entries_.size() < statements_max_);
    entries_.emplace_front(std::string(text), std::move(statement));
    // The keys are views of the entries' texts: list nodes never move.
    CHECK_SHARED(by_text_.emplace(entries_.front().first, entries_.begin()).second);
    return entries_.front().second;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<std::string, Statement>>;  // Most recently used first.

  const std::size_t statements_max_;
  Entries entries_;
  std::unordered_map<std::string_view, typename Entries::iterator> by_text_;
};

}  // namespace octavo::db
