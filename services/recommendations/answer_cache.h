// AnswerCache: answers given lately, so that a page shown again costs a look-up instead of a walk through the model.
//
// An answer is good for as long as nothing it was made of has changed: the snapshot, the reader's history, the day. It is
// kept with the numbers of all three and given out only while they are the same, so there is nothing to invalidate.
// A table of fixed size in rows of four places; a new answer takes the place of one of its row. Thread-safe: 256 locks,
// held for a comparison and the copy of a pointer.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "services/recommendations/suggestion.h"

namespace octavo::recommendations {

// An answer as it is kept: shared by the cache and those who send it, whichever lets go last.
struct Answer {
  std::vector<Suggestion> suggestions;
  // What the asker made of them when the answer was new, to send it again as it is; only the asker knows its type.
  std::shared_ptr<const void> prepared;
};

class AnswerCache {
 public:
  // Longer answers are rare and large.
  static constexpr std::size_t kSuggestionsMax = 24;

  // The question …
  struct Question {
    std::string_view reader;        // Empty for the new ones, who share answers by `variant`.
    const void* section;            // Of the snapshot.
    const void* prepare = nullptr;  // Who made what is prepared.
    std::uint32_t variant = 0;
    std::uint16_t max_results = 0;
    std::uint16_t author_max = 0;
    std::uint16_t series_max = 0;
    bool with_because = false;

    bool operator==(const Question&) const = default;
  };
  // … and what its answer hangs on.
  struct State {
    std::uint64_t snapshot = 0;
    std::int64_t day = 0;
    std::uint32_t history = 0;

    bool operator==(const State&) const = default;
  };

  // 8,192 rows of four answers of 10 suggestions, their reader and what is prepared = 30 MB.
  static constexpr std::size_t kRows = 1 << 13;

  // A power of two.
  explicit AnswerCache(std::size_t rows = kRows) : rows_(rows) { CHECK(std::has_single_bit(rows)); }

  // Null when there is none, or it is out of date.
  std::shared_ptr<const Answer> Find(const Question& question, const State& state) const {
    const std::size_t at = RowOf(question);
    const std::lock_guard lock(MutexOf(at));
    for (const Place& place : rows_[at].places) {
      if (place.state == state && place.Asks(question)) return place.answer;
    }
    return nullptr;
  }

  void Put(const Question& question, const State& state, std::shared_ptr<const Answer> answer) {
    if (answer->suggestions.size() > kSuggestionsMax) return;
    const std::size_t at = RowOf(question);
    const std::lock_guard lock(MutexOf(at));
    Row& row = rows_[at];
    // The same question's older answer, or else the place whose turn it is.
    Place* place = nullptr;
    for (Place& other : row.places) {
      if (other.Asks(question)) place = &other;
    }
    if (place == nullptr) place = &row.places[row.turn++ % row.places.size()];
    place->state = state;
    place->reader = question.reader;
    place->question = question;
    place->question.reader = {};
    place->answer = std::move(answer);
  }

 private:
  struct Place {
    State state;  // snapshot 0 is no snapshot: an empty place.
    std::string reader;
    Question question;  // Its reader is above.
    std::shared_ptr<const Answer> answer;

    bool Asks(Question other) const {
      if (reader != other.reader) return false;
      other.reader = {};
      return question == other;
    }
  };
  struct Row {
    std::array<Place, 4> places;
    std::uint8_t turn = 0;
  };

  std::size_t RowOf(const Question& question) const {
    std::size_t hash = std::hash<std::string_view>{}(question.reader) ^ std::hash<const void*>{}(question.section);
    hash = (hash ^ question.variant ^ std::size_t{question.max_results} << 16) * 0x9E3779B97F4A7C15;
    return (hash >> 32) & (rows_.size() - 1);
  }
  std::mutex& MutexOf(std::size_t row) const { return mutexes_[row % mutexes_.size()]; }

  mutable std::array<std::mutex, 256> mutexes_;  // Each guards the rows with its remainder.
  std::vector<Row> rows_;
};

}  // namespace octavo::recommendations
