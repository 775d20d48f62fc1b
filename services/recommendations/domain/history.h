// Histories: what each reader did, in memory, as far as answers need it.
//
// Of each reader: the last 200 different books with a weight each, and, without a bound, the books they own or do not want,
// because those are never suggested again. A reader of 15 books takes about 500 bytes: 2 million readers to the gigabyte.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/recommendations/domain/event.h"

namespace octavo::recommendations {

// More says little: the last books are what counts, and each costs about 0.2 µs per answer.
inline constexpr std::size_t kSeenMax = 200;

// How much one event says: a look 1, a purchase 5, a bad rating nothing. 0 for what says nothing.
float WeightOf(EventType type, int rating);

// A book of a history. 16 bytes.
struct Seen {
  std::int32_t book = 0;
  float weight = 0;          // The strongest of its events; of its last rating if it was rated.
  std::uint32_t time_s = 0;  // Of its last event, in seconds since 1970: good until 2106.
  EventType strongest = EventType::kView;

  bool operator==(const Seen&) const = default;
};

// One reader's. Not thread-safe.
class History {
 public:
  // Counts the event. Events may come in any order; the history is ordered by their times.
  void Apply(EventType type, int rating, BookId book, Timestamp time);
  // As if this reader had done what the other did, too.
  void Join(const History& other);

  // The last kSeenMax books, oldest first.
  const std::vector<Seen>& seen() const { return seen_; }
  // Bought, rated or dismissed: ascending.
  const std::vector<std::int32_t>& never_again() const { return never_again_; }
  bool empty() const { return seen_.empty() && never_again_.empty(); }
  // Empties it and keeps its memory for the next.
  void Clear() {
    seen_.clear();
    never_again_.clear();
  }

 private:
  void Remember(Seen seen);

  std::vector<Seen> seen_;
  std::vector<std::int32_t> never_again_;
};

// All readers'. Thread-safe: readers are spread over 64 locks, each held for memory only.
class Histories {
 public:
  Histories() = default;
  Histories(const Histories&) = delete;
  Histories& operator=(const Histories&) = delete;

  // Impressions say nothing of the reader and are passed over.
  void Apply(const Event& event);
  // What `from` did is `to`'s now; `from` is empty afterwards.
  void Merge(const ReaderId& from, const ReaderId& to);
  void Forget(const ReaderId& reader);
  // Forgets everybody. Only before anybody is answered.
  void Clear();

  // Copies the reader's history into `out`, reusing its memory; empties it if the reader is not known, and says so.
  bool Copy(std::string_view reader, History& out) const;
  std::size_t size() const;

  // A number that is another one after every change of the reader's history, so that what was made of it can be kept. It
  // also changes with those of the few readers that share its place in a table of 65,536. 0: the reader is not known.
  std::uint32_t VersionOf(std::string_view reader) const { return versions_[PlaceOf(reader)].load(std::memory_order_acquire); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, History, TextHash, std::equal_to<>> readers;  // Guarded by mutex.
  };
  Shard& ShardOf(std::string_view reader) const { return shards_[TextHash{}(reader) % kShards]; }
  static std::size_t PlaceOf(std::string_view reader) { return TextHash{}(reader) % kPlaces; }
  // Behind the change itself: who sees the new number sees the new history.
  void Changed(std::string_view reader) { versions_[PlaceOf(reader)].fetch_add(1, std::memory_order_release); }

  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kPlaces = 1 << 16;  // x 4 bytes = 256 KB.
  mutable std::array<Shard, kShards> shards_;
  std::vector<std::atomic<std::uint32_t>> versions_ = std::vector<std::atomic<std::uint32_t>>(kPlaces);
};

}  // namespace octavo::recommendations
