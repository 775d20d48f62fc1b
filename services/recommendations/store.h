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

  // What `from` did is `to`'s now.
  virtual void Merge(const ReaderId& from, const ReaderId& to) = 0;
  virtual void DeleteReader(const ReaderId& reader) = 0;
  // Deletes at most `limit` events of the source; gives the reader of each, so that their histories can be read again.
  virtual std::vector<ReaderId> DeleteSource(const std::string& source, int limit) = 0;

  // Events of [start, end) that name a shelf, by shelf and model.
  virtual std::vector<ShelfCounts> CountShelves(Timestamp start, Timestamp end) = 0;

  // The record with this name, new or again.
  virtual void PutModel(const ModelRecord& model) = 0;
  // The one trained last for this arm.
  virtual std::optional<ModelRecord> LatestModel(Arm arm) = 0;
  virtual void DeleteModel(const std::string& name) = 0;
};

}  // namespace octavo::recommendations
