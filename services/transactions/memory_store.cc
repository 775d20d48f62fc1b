#include "services/transactions/memory_store.h"

#include <algorithm>

#include "services/transactions/domain/returns.h"

namespace octavo::transactions {

std::optional<Intent> MemoryStore::Begin(const Intent& intent) {
  const std::lock_guard lock(mutex_);
  const auto [at, inserted] = intents_.try_emplace(intent.key, intent);
  return inserted ? std::nullopt : std::optional(at->second);
}

std::optional<Intent> MemoryStore::FindIntent(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = intents_.find(key);
  return found == intents_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Intent> MemoryStore::TakeLease(const std::string& key, Timestamp now, Timestamp until) {
  const std::lock_guard lock(mutex_);
  const auto found = intents_.find(key);
  if (found == intents_.end() || !Unfinished(found->second) || found->second.lease_until > now) return std::nullopt;
  found->second.lease_until = until;
  return found->second;
}

bool MemoryStore::MoveLease(const std::string& key, Timestamp held, Timestamp until) {
  const std::lock_guard lock(mutex_);
  const auto found = intents_.find(key);
  if (found == intents_.end() || !Unfinished(found->second) || found->second.lease_until != held) return false;
  found->second.lease_until = until;
  return true;
}

void MemoryStore::DropAllLeases() {
  const std::lock_guard lock(mutex_);
  for (auto& [key, intent] : intents_) {
    if (Unfinished(intent)) intent.lease_until = Timestamp();
  }
}

bool MemoryStore::BeginUndo(const std::string& key, const Error& error) {
  const std::lock_guard lock(mutex_);
  const auto found = intents_.find(key);
  if (found == intents_.end()) return false;
  if (found->second.state == Intent::State::kRunning) {
    found->second.state = Intent::State::kUndoing;
    found->second.error = error;
  }
  return found->second.state == Intent::State::kUndoing;
}

void MemoryStore::Fail(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = intents_.find(key);
  if (found == intents_.end() || found->second.state != Intent::State::kUndoing) return;
  found->second.state = Intent::State::kFailed;
  found->second.payment_token.clear();
  ErasePerson(found->second.draft);
}

Result<Order> MemoryStore::Place(const std::string& key, const Order& order) {
  const std::lock_guard lock(mutex_);
  Intent& intent = intents_.at(key);
  if (intent.state == Intent::State::kPlaced) return orders_.at(intent.draft.id);
  if (intent.state != Intent::State::kRunning) return BeingUndone();
  intent.state = Intent::State::kPlaced;
  intent.payment_token.clear();
  const Order placed = Numbered(order, ++last_number_);
  orders_[placed.id] = placed;
  Append(EventType::kPlaced, placed.place_time, placed, "", {});
  return placed;
}

std::vector<Intent> MemoryStore::DueIntents(Timestamp now, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Intent> due;
  for (const auto& [key, intent] : intents_) {
    if (Unfinished(intent) && intent.lease_until <= now) due.push_back(intent);
  }
  std::stable_sort(due.begin(), due.end(), [](const Intent& a, const Intent& b) { return a.create_time < b.create_time; });
  if (due.size() > static_cast<std::size_t>(limit)) due.resize(static_cast<std::size_t>(limit));
  return due;
}

std::int64_t MemoryStore::ForgetIntents(Timestamp before, int limit) {
  const std::lock_guard lock(mutex_);
  std::int64_t forgotten = 0;
  for (auto at = intents_.begin(); at != intents_.end() && forgotten < limit;) {
    if (!Unfinished(at->second) && at->second.create_time < before) {
      at = intents_.erase(at);
      ++forgotten;
    } else {
      ++at;
    }
  }
  return forgotten;
}

std::optional<Order> MemoryStore::FindOrder(const OrderId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(id);
  return found == orders_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryStore::AddAccess(const OrderId& id, const std::string& token_hash, Timestamp) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string>& hashes = access_[id];
  hashes.push_back(token_hash);
  if (hashes.size() > kAccessTokensMax) hashes.erase(hashes.begin());
}

bool MemoryStore::HasAccess(const OrderId& id, const std::string& token_hash) {
  const std::lock_guard lock(mutex_);
  const auto found = access_.find(id);
  return found != access_.end() && std::find(found->second.begin(), found->second.end(), token_hash) != found->second.end();
}

std::vector<Order> MemoryStore::ListOrders(const OrderFilter& filter, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Order> orders;
  for (const auto& [id, order] : orders_) {
    if (!filter.customer.empty() && order.buyer.customer != filter.customer) continue;
    if (filter.with_open_returns && OpenReturnCount(order) == 0) continue;
    if (filter.state && order.state != *filter.state) continue;
    if (filter.before_number != 0 && order.number >= filter.before_number) continue;
    orders.push_back(order);
  }
  std::sort(orders.begin(), orders.end(), [](const Order& a, const Order& b) { return a.number > b.number; });
  if (orders.size() > static_cast<std::size_t>(limit)) orders.resize(static_cast<std::size_t>(limit));
  return orders;
}

std::int64_t MemoryStore::CountOrders(const std::string& customer, const std::string& email) {
  const std::lock_guard lock(mutex_);
  return std::count_if(orders_.begin(), orders_.end(), [&](const auto& entry) {
    const Order& order = entry.second;
    return order.state != OrderState::kCancelled && IsFrom(order.buyer, customer, email);
  });
}

std::int64_t MemoryStore::UnpaidCopies(const std::string& customer, const std::string& email) {
  const std::lock_guard lock(mutex_);
  std::int64_t copies = 0;
  for (const auto& [id, order] : orders_) {
    if (IsFrom(order.buyer, customer, email)) copies += transactions::UnpaidCopies(order);
  }
  return copies;
}

std::vector<OrderId> MemoryStore::RunOutOrders(Timestamp now, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<OrderId> run_out;
  for (const auto& [id, order] : orders_) {
    const Timestamp end = RunOutTime(order);
    if (end != Timestamp() && end <= now && run_out.size() < static_cast<std::size_t>(limit)) run_out.push_back(id);
  }
  return run_out;
}

Result<Order> MemoryStore::Decided(const OrderId& id, const std::string& key, const std::string& fingerprint, Timestamp now,
                                   const Decide& decide) {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(id);
  if (found == orders_.end()) return UnknownOrder(id);
  if (const auto known = decision_keys_.find(key); !key.empty() && known != decision_keys_.end()) {
    if (known->second == fingerprint) return found->second;
    return KeyReused();
  }
  std::optional<Change> change = TRY(decide(found->second));
  if (!key.empty()) decision_keys_[key] = fingerprint;
  if (!change) return found->second;
  Happen(*change, now);
  found->second = change->order;
  Append(change->event, now, change->order, change->note, change->items);
  for (const Effect& effect : change->effects) {
    effects_[++last_effect_] = {.order = id, .effect = effect};
  }
  return change->order;
}

std::vector<PendingEffect> MemoryStore::DueEffects(Timestamp now, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<PendingEffect> due;
  for (const auto& [id, stored] : effects_) {
    if (stored.next > now || due.size() == static_cast<std::size_t>(limit)) continue;
    due.push_back({.id = id,
                   .order = orders_.at(stored.order),
                   .effect = stored.effect,
                   .attempts = stored.attempts,
                   .refusals = stored.refusals});
  }
  return due;
}

void MemoryStore::FinishEffect(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  if (auto done = effects_.extract(id)) done_effects_.insert(std::move(done));
}

std::vector<PendingEffect> MemoryStore::LastDoneEffects(int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<PendingEffect> done;
  for (auto last = done_effects_.rbegin(); last != done_effects_.rend(); ++last) {
    if (done.size() == static_cast<std::size_t>(limit)) break;
    done.push_back({.id = last->first, .order = orders_.at(last->second.order), .effect = last->second.effect});
  }
  return done;
}

void MemoryStore::RetryEffect(std::int64_t id, Attempt attempt, Timestamp next) {
  const std::lock_guard lock(mutex_);
  const auto found = effects_.find(id);
  if (found == effects_.end()) return;
  ++found->second.attempts;
  found->second.refusals += attempt == Attempt::kRefused ? 1 : 0;
  found->second.next = next;
}

void MemoryStore::GiveUpEffect(const PendingEffect& pending, const std::string& note, Timestamp now) {
  const std::lock_guard lock(mutex_);
  if (effects_.erase(pending.id) == 0) return;
  Order& order = orders_.at(pending.order.id);
  Change change = LeaveToStaff(order, note);
  Happen(change, now);
  order = change.order;
  Append(change.event, now, order, change.note, {});
}

std::vector<OrderEvent> MemoryStore::Events(std::int64_t position, const std::optional<OrderId>& order, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<OrderEvent> events;
  for (const OrderEvent& event : events_) {
    if (event.position <= position || events.size() == static_cast<std::size_t>(limit)) continue;
    if (!order || event.order.id == *order) events.push_back(event);
  }
  return events;
}

std::int64_t MemoryStore::LastPosition() {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(events_.size());
}

std::int64_t MemoryStore::SkipNumbers(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  std::int64_t newest = 0;
  for (const auto& [id, order] : orders_) newest = std::max(newest, order.number);
  const std::int64_t skipped = NumbersToSkip(position, static_cast<std::int64_t>(events_.size()), newest, last_number_);
  last_number_ += skipped;
  return skipped;
}

BookId MemoryStore::LastBook(BookId most) {
  const std::lock_guard lock(mutex_);
  BookId last{0};
  for (const auto& [id, order] : orders_) {
    for (const OrderLine& line : order.lines) last = line.book <= most ? std::max(last, line.book) : last;
  }
  return last;
}

std::int64_t MemoryStore::ClaimGuestOrders(const std::string& customer, const std::string& email, Timestamp now) {
  const std::lock_guard lock(mutex_);
  std::int64_t claimed = 0;
  for (auto& [id, order] : orders_) {
    if (!order.buyer.customer.empty() || order.buyer.email != email) continue;
    order.buyer.customer = customer;
    order.update_time = now;
    ++claimed;
  }
  return claimed;
}

Store::Erasure MemoryStore::EraseBuyer(const std::string& customer, const std::string& email, Timestamp now) {
  const std::lock_guard lock(mutex_);
  Erasure erasure;
  if (!customer.empty()) erased_.insert(customer);
  for (const auto& [key, intent] : intents_)
    erasure.waiting += Unfinished(intent) && IsOf(intent.draft.buyer, customer, email) ? 1 : 0;
  for (auto& [id, order] : orders_) {
    if (!IsOf(order.buyer, customer, email)) continue;
    if (!Erase(order, now)) {
      ++erasure.waiting;
      continue;
    }
    ++erasure.erased;
    access_.erase(id);
    for (OrderEvent& event : events_) {
      if (event.order.id == id) ErasePerson(event.order);
    }
    for (auto& [key, intent] : intents_) {
      if (intent.draft.id == id) ErasePerson(intent.draft);
    }
    Append(EventType::kErased, now, order, "", {});
  }
  return erasure;
}

std::vector<std::string> MemoryStore::ErasedCustomers(const std::string& after, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> customers;
  for (auto next = erased_.upper_bound(after); next != erased_.end(); ++next) {
    if (static_cast<int>(customers.size()) == limit) break;
    customers.push_back(*next);
  }
  return customers;
}

std::string MemoryStore::LastCustomer() {
  const std::lock_guard lock(mutex_);
  std::string last;
  for (const auto& [id, order] : orders_) last = std::max(last, order.buyer.customer);
  return last;
}

void MemoryStore::Append(EventType type, Timestamp now, const Order& order, const std::string& note,
                         const std::vector<Item>& items) {
  events_.push_back({.position = static_cast<std::int64_t>(events_.size()) + 1,
                     .type = type,
                     .time = now,
                     .order = order,
                     .note = note,
                     .items = items});
}

}  // namespace octavo::transactions
