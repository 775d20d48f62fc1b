// Event: one thing that a reader did with a book, and the rules it has to keep. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "lib/names/books.h"

namespace octavo::recommendations {

// What stands behind "readers/": 1 to 64 letters, digits, '-', '_' or '.'.
using ReaderId = StrongId<struct ReaderIdTag>;

// Same numbers as octavo.recommendations.v1.EventType, weakest first.
enum class EventType : std::uint8_t {
  kImpression = 1,  // A shelf showed the book. Says nothing of the reader; counted for the shelf's report.
  kView = 2,
  kBasket = 3,
  kPurchase = 4,
  kRating = 5,   // With stars.
  kDismiss = 6,  // "Not this one again."
};

struct Event {
  std::string id;  // Made by the caller, unique; empty: never recognised as a repetition.
  ReaderId reader;
  BookId book;
  EventType type = EventType::kView;
  int rating = 0;  // 1 to 5 stars of a kRating, otherwise 0.
  Timestamp time{};
  std::string shelf;   // That led to it; empty: none.
  std::string source;  // Where it came from: "demo"; empty: the marketplace.
  std::string model;   // That answered the reader at that moment; for the shelf's report.

  bool operator==(const Event&) const = default;
};

inline constexpr std::size_t kReaderBytesMax = 64;
inline constexpr std::size_t kEventIdBytesMax = 128;
inline constexpr std::size_t kShelfBytesMax = 64;
inline constexpr std::size_t kSourceBytesMax = 64;
inline constexpr int kStarsMax = 5;
// Clocks of callers may be wrong by hours (a time zone forgotten), not by more.
inline constexpr std::chrono::hours kFutureMax{24};

// These fail with INVALID_ARGUMENT (INVALID_FIELD) about `field`, naming the value and the rule.
// "readers/12" → "12".
Result<ReaderId> ParseReader(std::string_view name, std::string_view field = "reader");
// A shelf's name: empty, or 1 to 64 letters, digits, '-', '_' or '.'.
Status CheckShelf(std::string_view shelf, std::string_view field = "shelf");
// A source: empty, or 1 to 64 of the same.
Status CheckSource(std::string_view source, std::string_view field = "source");
// Everything that ParseReader and ParseBookName have not checked already.
Status CheckEvent(const Event& event, Timestamp now);

std::string ReaderName(const ReaderId& reader);

}  // namespace octavo::recommendations
