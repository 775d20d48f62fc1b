#include "services/recommendations/domain/history.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace octavo::recommendations {
namespace {

void InsertSorted(std::vector<std::int32_t>& sorted, std::int32_t value) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), value);
  if (at == sorted.end() || *at != value) sorted.insert(at, value);
}

std::uint32_t Seconds(Timestamp time) {
  const std::int64_t seconds = ToMicros(time) / 1'000'000;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

}  // namespace

float WeightOf(EventType type, int rating) {
  switch (type) {
    case EventType::kImpression: return 0;
    case EventType::kView: return 1;
    case EventType::kBasket: return 3;
    case EventType::kPurchase: return 5;
    // Three stars is "it was all right"; one or two say that more of the same is not wanted.
    case EventType::kRating: return rating >= 5 ? 6 : rating == 4 ? 5 : rating == 3 ? 2 : 0;
    case EventType::kDismiss: return 0;
  }
  return 0;
}

void History::Apply(EventType type, int rating, BookId book, Timestamp time) {
  if (type == EventType::kImpression) return;
  const auto number = static_cast<std::int32_t>(book.value());  // kBookIdMax is one; histories are many.
  if (type >= EventType::kPurchase) InsertSorted(never_again_, number);
  Remember({.book = number, .weight = WeightOf(type, rating), .time_s = Seconds(time), .strongest = type});
}

void History::Join(const History& other) {
  for (const Seen& seen : other.seen_) Remember(seen);
  std::vector<std::int32_t> both;
  both.reserve(never_again_.size() + other.never_again_.size());
  std::set_union(never_again_.begin(), never_again_.end(), other.never_again_.begin(), other.never_again_.end(),
                 std::back_inserter(both));
  never_again_ = std::move(both);
}

// Puts the book behind all that are not younger, in one entry with what was known of it.
void History::Remember(Seen seen) {
  const auto known = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& other) { return other.book == seen.book; });
  if (known != seen_.end()) {
    // A rating or a dismissal is the reader's own word and stands against what the clicks say.
    const bool known_decides = known->strongest >= EventType::kRating;
    const bool new_decides = seen.strongest >= EventType::kRating;
    const bool newer = seen.time_s >= known->time_s;
    if (known_decides != new_decides ? known_decides : (new_decides ? !newer : known->weight > seen.weight)) {
      seen.weight = known->weight;
    }
    seen.strongest = std::max(seen.strongest, known->strongest);
    seen.time_s = std::max(seen.time_s, known->time_s);
    seen_.erase(known);
  }
  const auto older = [&](const Seen& other) { return other.time_s <= seen.time_s; };
  const auto last_older = std::find_if(seen_.rbegin(), seen_.rend(), older);
  seen_.insert(last_older.base(), seen);
  if (seen_.size() > kSeenMax) seen_.erase(seen_.begin());
}

void Histories::Apply(const Event& event) {
  if (event.type == EventType::kImpression) return;
  Shard& shard = ShardOf(event.reader.value());
  const std::lock_guard lock(shard.mutex);
  shard.readers[event.reader.value()].Apply(event.type, event.rating, event.book, event.time);
  Changed(event.reader.value());
}

void Histories::Merge(const ReaderId& from, const ReaderId& to) {
  if (from == to) return;
  History moved;
  {
    Shard& shard = ShardOf(from.value());
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.readers.find(from.value());
    if (found == shard.readers.end()) return;
    moved = std::move(found->second);
    shard.readers.erase(found);
    Changed(from.value());
  }
  Shard& shard = ShardOf(to.value());
  const std::lock_guard lock(shard.mutex);
  shard.readers[to.value()].Join(moved);
  Changed(to.value());
}

void Histories::Clear() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.readers.clear();
  }
}

void Histories::Forget(const ReaderId& reader) {
  Shard& shard = ShardOf(reader.value());
  const std::lock_guard lock(shard.mutex);
  shard.readers.erase(reader.value());
  Changed(reader.value());
}

bool Histories::Copy(std::string_view reader, History& out) const {
  const Shard& shard = ShardOf(reader);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.readers.find(reader);
  if (found == shard.readers.end()) {
    out.Clear();
    return false;
  }
  out = found->second;
  return true;
}

std::size_t Histories::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.readers.size();
  }
  return size;
}

}  // namespace octavo::recommendations
