// MemoryStore: a Store in memory, for tests of code that uses a store. It passes the same contract test as SqlStore; every call
// is one step under one lock.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "services/cart/store.h"

namespace octavo::cart {

class MemoryStore final : public Store {
 public:
  Cart Find(const CartId& id) override {
    const std::lock_guard lock(mutex_);
    return FindLocked(id);
  }

  Result<std::optional<Cart>> FindDone(const Change& change) override {
    const std::lock_guard lock(mutex_);
    if (!TRY(IsDone(change))) return std::optional<Cart>();
    return std::optional(FindLocked(change.cart));
  }

  Result<Cart> Write(const Change& change, const Apply& apply, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    if (TRY(IsDone(change))) return FindLocked(change.cart);
    Cart cart = FindLocked(change.cart);
    if (change.expected_version && *change.expected_version != cart.version) return EtagMismatch(cart);
    TRY(apply(cart));
    MarkDone(change, now);
    return Put(std::move(cart), now);
  }

  Result<Cart> MergeFrom(const CartId& from, const Change& change, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    if (TRY(IsDone(change))) return FindLocked(change.cart);
    Cart source = FindLocked(from);
    Cart target = FindLocked(change.cart);
    Merge(source, target);
    MarkDone(change, now);
    Put(std::move(source), now);
    return Put(std::move(target), now);
  }

  Cart ClearOrdered(const Ordered& ordered, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    return ClearLocked(ordered, now);
  }

  void Delete(const CartId& id) override {
    const std::lock_guard lock(mutex_);
    carts_.erase(id);
    std::erase_if(done_, [&](const auto& entry) { return entry.first.first == id; });
    std::erase_if(cleared_, [&](const auto& entry) { return entry.first == id; });
  }

  void RecordSeen(const CartId& id, const std::map<BookId, Seen>& seen) override {
    const std::lock_guard lock(mutex_);
    const auto cart = carts_.find(id);
    if (cart == carts_.end()) return;
    for (Line& line : cart->second.lines) {
      if (const auto shown = seen.find(line.book); shown != seen.end()) line.seen = shown->second;
    }
  }

  std::int64_t FollowedPosition() override {
    const std::lock_guard lock(mutex_);
    return followed_;
  }

  void FollowTo(std::int64_t position, const std::vector<Ordered>& ordered, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    if (position <= followed_) return;
    for (const Ordered& order : ordered) ClearLocked(order, now);
    followed_ = position;
  }

  void FollowAnew() override {
    const std::lock_guard lock(mutex_);
    followed_ = 0;
  }

  BookId LastBook(BookId most) override {
    const std::lock_guard lock(mutex_);
    BookId last{0};
    for (const auto& [id, cart] : carts_) {
      for (const Line& line : cart.lines) last = line.book <= most ? std::max(last, line.book) : last;
    }
    return last;
  }

  CartFacts ReadFacts() override {
    const std::lock_guard lock(mutex_);
    CartFacts facts{.followed_position = followed_};
    for (const auto& [id, cart] : carts_) {
      ++facts.carts;
      facts.lines += static_cast<std::int64_t>(cart.lines.size());
      for (const Line& line : cart.lines) facts.copies += line.quantity;
    }
    return facts;
  }

 private:
  struct Done {
    std::int64_t fingerprint = 0;
    Timestamp created;
  };

  // All of these need the lock.
  Cart FindLocked(const CartId& id) const {
    const auto found = carts_.find(id);
    return found == carts_.end() ? Cart{.id = id} : found->second;
  }
  Result<bool> IsDone(const Change& change) const {
    const auto found = done_.find({change.cart, change.request_id});
    if (found == done_.end()) return false;
    if (found->second.fingerprint != change.fingerprint) return RequestIdReused(change.request_id);
    return true;
  }
  void MarkDone(const Change& change, Timestamp now) {
    std::erase_if(
        done_, [&](const auto& entry) { return entry.first.first == change.cart && entry.second.created < now - kRequestsKept; });
    done_[{change.cart, change.request_id}] = {change.fingerprint, now};
  }
  Cart Put(Cart cart, Timestamp now) {
    const Cart before = FindLocked(cart.id);
    if (cart.lines == before.lines && cart.codes == before.codes) return before;
    cart.version = before.version + 1;
    cart.updated = now;
    carts_[cart.id] = cart;
    return cart;
  }
  Cart ClearLocked(const Ordered& ordered, Timestamp now) {
    if (!cleared_.insert({ordered.cart, ordered.order}).second) return FindLocked(ordered.cart);
    Cart cart = FindLocked(ordered.cart);
    cart::ClearOrdered(cart, ordered.copies);
    return Put(std::move(cart), now);
  }

  std::mutex mutex_;
  // All guarded by mutex_.
  std::map<CartId, Cart> carts_;
  std::map<std::pair<CartId, std::string>, Done> done_;
  std::set<std::pair<CartId, std::string>> cleared_;
  std::int64_t followed_ = 0;
};

}  // namespace octavo::cart
