// Store: what the service remembers, in the shop's words: the log of events and the models trained from it. Two
// implementations pass one contract test (store_contract_test.cc): SqlStore over lib/db, and MemoryStore.
//
// Thread-safe. All may throw octavo::Failure when the database is gone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "services/recommendations/domain/chance.h"
#include "services/recommendations/domain/event.h"
#include "services/recommendations/domain/report.h"

namespace octavo::recommendations {

struct StoredEvent {
  std::int64_t position = 0;  // 1, 2, 3 … in order of arrival, across all readers. Never given again.
  Event event;

  bool operator==(const StoredEvent&) const = default;
};

// What events of orders change: what was bought, then what was taken back.
struct OrderChange {
  std::int64_t position = 0;            // Of the last event, in the log of transactions.
  std::vector<Event> purchases;         // Each with an id.
  std::vector<std::string> taken_back;  // Ids of purchases that count no more.
};

struct AppliedOrder {
  std::vector<Event> purchases;  // Those that were new, each with the shelf and the model that led to it.
  std::vector<ReaderId> robbed;  // Who lost a purchase.
};

// Impressions are most of the log and say nothing of a reader.
enum class Impressions { kWith, kWithout };

struct ModelRecord {
  std::string name;  // "0193…", a UUID; its file is called so.
  Arm arm = Arm::kLive;
  Timestamp train_time{};
  std::int64_t last_position = 0;  // Of the last event that it learned from.
  std::int64_t readers = 0;
  std::int64_t books = 0;
  std::int64_t interactions = 0;
  double train_seconds = 0;
  std::int64_t bytes = 0;
  std::map<std::string, double> quality;  // By metric: "recall@20".
  std::string settings;                   // For people.

  bool operator==(const ModelRecord&) const = default;
};

class Store {
 public:
  virtual ~Store() = default;

  // Appends those events whose id is not known yet, all or none, durably. Gives each event's position, 0 for a repetition
  // (of a stored event, or of one earlier in `events`).
  virtual std::vector<std::int64_t> Append(std::span<const Event> events) = 0;
  // Of the last event ever appended, forgotten or not; 0 when there was none.
  virtual std::int64_t LastPosition() = 0;
  // Events behind `position` in order, at most `limit`.
  virtual std::vector<StoredEvent> EventsAfter(std::int64_t position, int limit, Impressions impressions) = 0;
  // One reader's events behind `position` in order, at most `limit`, without impressions.
  virtual std::vector<StoredEvent> EventsOf(const ReaderId& reader, std::int64_t position, int limit) = 0;

  // Up to which position the events of orders were applied; 0 at first.
  virtual std::int64_t OrderPosition() = 0;
  // Appends the purchases that are not known, deletes what is taken back, and remembers the position, all in one
  // transaction. Each new purchase gets shelf and model of the reader's last view of the book that came from a shelf,
  // within kLeadMax. A change at or below the remembered position is known and does nothing.
  virtual AppliedOrder ApplyOrder(const OrderChange& change) = 0;
  // The events of orders begin anew: purchases that are known stay.
  virtual void FollowOrdersAnew() = 0;

  // What `from` did is `to`'s now.
  virtual void Merge(const ReaderId& from, const ReaderId& to) = 0;
  virtual void DeleteReader(const ReaderId& reader) = 0;
  // Deletes at most `limit` events of the source; gives the reader of each, so that their histories can be read again.
  virtual std::vector<ReaderId> DeleteSource(const std::string& source, int limit) = 0;

  // Events of [start, end) that name a shelf, by shelf and model.
  virtual std::vector<ShelfCounts> CountShelves(Timestamp start, Timestamp end) = 0;
  // Events of [start, end) that name a shelf and a model, by shelf and the model's arm.
  virtual std::vector<ShelfReaders> CountShelfReaders(Timestamp start, Timestamp end) = 0;

  // The record with this name, new or again.
  virtual void PutModel(const ModelRecord& model) = 0;
  // The one trained last for this arm, of those that are not retired.
  virtual std::optional<ModelRecord> LatestModel(Arm arm) = 0;
  // The model answers no more; reports still know its arm.
  virtual void RetireModel(const std::string& name) = 0;
  // When the first model of this arm was trained, retired or not.
  virtual std::optional<Timestamp> FirstTrained(Arm arm) = 0;
};

}  // namespace octavo::recommendations
