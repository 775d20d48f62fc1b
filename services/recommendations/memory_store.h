// MemoryStore: an honest fake of the Store, for tests of what stands on one. Forgets everything when it goes.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "services/recommendations/store.h"

namespace octavo::recommendations {

class MemoryStore : public Store {
 public:
  std::vector<std::int64_t> Append(std::span<const Event> events) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::int64_t> positions;
    for (const Event& event : events) positions.push_back(AppendOne(event));
    return positions;
  }

  std::int64_t OrderPosition() override {
    const std::lock_guard lock(mutex_);
    return order_position_;
  }

  AppliedOrder ApplyOrder(const OrderChange& change) override {
    const std::lock_guard lock(mutex_);
    AppliedOrder applied;
    if (change.position <= order_position_) return applied;
    order_position_ = change.position;
    for (Event purchase : change.purchases) {
      if (const Event* const lead = LeadTo(purchase)) {
        purchase.shelf = lead->shelf;
        purchase.model = lead->model;
      }
      if (AppendOne(purchase) != 0) applied.purchases.push_back(std::move(purchase));
    }
    Delete([&](const StoredEvent& stored) {
      if (std::find(change.taken_back.begin(), change.taken_back.end(), stored.event.id) == change.taken_back.end()) {
        return false;
      }
      applied.robbed.push_back(stored.event.reader);
      return true;
    });
    return applied;
  }

  void FollowOrdersAnew() override {
    const std::lock_guard lock(mutex_);
    order_position_ = 0;
  }

  std::int64_t LastPosition() override {
    const std::lock_guard lock(mutex_);
    return last_position_;
  }

  std::vector<StoredEvent> EventsAfter(std::int64_t position, int limit, Impressions impressions) override {
    return Select(limit, [&](const StoredEvent& stored) {
      return stored.position > position && (impressions == Impressions::kWith || stored.event.type != EventType::kImpression);
    });
  }

  std::vector<StoredEvent> EventsOf(const ReaderId& reader, std::int64_t position, int limit) override {
    return Select(limit, [&](const StoredEvent& stored) {
      return stored.position > position && stored.event.reader == reader && stored.event.type != EventType::kImpression;
    });
  }

  void Merge(const ReaderId& from, const ReaderId& to) override {
    const std::lock_guard lock(mutex_);
    for (StoredEvent& stored : events_) {
      if (stored.event.reader == from) stored.event.reader = to;
    }
  }

  void DeleteReader(const ReaderId& reader) override {
    const std::lock_guard lock(mutex_);
    Delete([&](const StoredEvent& stored) { return stored.event.reader == reader; });
  }

  std::vector<ReaderId> DeleteSource(const std::string& source, int limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<ReaderId> readers;
    Delete([&](const StoredEvent& stored) {
      if (stored.event.source != source || static_cast<int>(readers.size()) == limit) return false;
      readers.push_back(stored.event.reader);
      return true;
    });
    return readers;
  }

  std::vector<ShelfCounts> CountShelves(Timestamp start, Timestamp end) override {
    const std::lock_guard lock(mutex_);
    std::map<std::pair<std::string, std::string>, ShelfCounts> counts;
    for (const auto& [position, event] : events_) {
      if (event.shelf.empty() || event.time < start || event.time >= end) continue;
      ShelfCounts& count = counts[{event.shelf, event.model}];
      count.shelf = event.shelf;
      count.model = event.model;
      count.impressions += event.type == EventType::kImpression;
      count.clicks += event.type == EventType::kView;
      count.purchases += event.type == EventType::kPurchase;
    }
    std::vector<ShelfCounts> rows;
    for (auto& [key, count] : counts) rows.push_back(std::move(count));
    return rows;
  }

  std::vector<ShelfReaders> CountShelfReaders(Timestamp start, Timestamp end) override {
    const std::lock_guard lock(mutex_);
    std::map<std::pair<std::string, Arm>, std::array<std::set<ReaderId>, 3>> readers;
    for (const auto& [position, event] : events_) {
      if (event.shelf.empty() || event.time < start || event.time >= end || !event.model.starts_with("models/")) continue;
      const auto model = models_.find(event.model.substr(7));
      if (model == models_.end()) continue;
      auto& [shown, clicking, buying] = readers[{event.shelf, model->second.arm}];
      if (event.type == EventType::kImpression) shown.insert(event.reader);
      if (event.type == EventType::kView) clicking.insert(event.reader);
      if (event.type == EventType::kPurchase) buying.insert(event.reader);
    }
    std::vector<ShelfReaders> rows;
    for (const auto& [key, sets] : readers) {
      const auto count = [&sets](int i) { return static_cast<std::int64_t>(sets[static_cast<std::size_t>(i)].size()); };
      rows.push_back({.shelf = key.first, .arm = key.second, .shown = count(0), .clicking = count(1), .buying = count(2)});
    }
    return rows;
  }

  void PutModel(const ModelRecord& model) override {
    const std::lock_guard lock(mutex_);
    models_[model.name] = model;
  }

  std::optional<ModelRecord> LatestModel(Arm arm) override {
    const std::lock_guard lock(mutex_);
    std::optional<ModelRecord> latest;
    for (const auto& [name, model] : models_) {
      if (model.arm == arm && !retired_.contains(name) && (!latest || model.train_time >= latest->train_time)) latest = model;
    }
    return latest;
  }

  void RetireModel(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    retired_.insert(name);
  }

  std::optional<Timestamp> FirstTrained(Arm arm) override {
    const std::lock_guard lock(mutex_);
    std::optional<Timestamp> first;
    for (const auto& [name, model] : models_) {
      if (model.arm == arm) first = std::min(first.value_or(model.train_time), model.train_time);
    }
    return first;
  }

 private:
  std::int64_t AppendOne(const Event& event) {
    if (!event.id.empty() && !ids_.insert(event.id).second) return 0;
    events_.push_back({++last_position_, event});
    return last_position_;
  }

  const Event* LeadTo(const Event& purchase) const {
    const Event* lead = nullptr;
    for (const auto& [position, event] : events_) {
      const bool is_lead = event.type == EventType::kView || event.type == EventType::kBasket;
      if (!is_lead || event.shelf.empty() || event.reader != purchase.reader || event.book != purchase.book) continue;
      if (event.time > purchase.time || event.time < purchase.time - kLeadMax) continue;
      if (lead == nullptr || event.time >= lead->time) lead = &event;
    }
    return lead;
  }

  template <typename Wanted>
  std::vector<StoredEvent> Select(int limit, const Wanted& wanted) {
    const std::lock_guard lock(mutex_);
    std::vector<StoredEvent> selected;
    for (const StoredEvent& stored : events_) {
      if (static_cast<int>(selected.size()) == limit) break;
      if (wanted(stored)) selected.push_back(stored);
    }
    return selected;
  }

  template <typename Unwanted>
  void Delete(const Unwanted& unwanted) {
    std::erase_if(events_, [&](const StoredEvent& stored) {
      if (!unwanted(stored)) return false;
      ids_.erase(stored.event.id);
      return true;
    });
  }

  std::mutex mutex_;
  std::vector<StoredEvent> events_;  // Guarded by mutex_, as all below; by position.
  std::set<std::string> ids_;
  std::int64_t last_position_ = 0;
  std::int64_t order_position_ = 0;
  std::map<std::string, ModelRecord> models_;
  std::set<std::string> retired_;
};

}  // namespace octavo::recommendations
