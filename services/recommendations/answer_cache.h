// AnswerCache: answers given lately, so that a page shown again costs a look-up instead of a walk through the model.
//
// An answer is good for as long as nothing it was made of has changed: the display, the reader's history, the day. It is
// kept with the numbers of all three and given out only while they are the same, so there is nothing to invalidate.
// A table of fixed size in rows of four places; a new answer takes the place of one of its row. Thread-safe: 256 locks,
// held for a copy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "services/recommendations/suggestion.h"

namespace octavo::recommendations {

class AnswerCache {
 public:
  // Longer answers are rare and large.
  static constexpr std::size_t kSuggestionsMax = 24;

  // The question …
  struct Question {
    std::string_view reader;      // Empty for the new ones, who share answers by `variant`.
    const void* section;          // Of the display.
    std::uint32_t variant = 0;
    std::uint16_t max_results = 0;
    std::uint16_t author_max = 0;
    std::uint16_t series_max = 0;
    bool with_because = false;

    bool operator==(const Question&) const = default;
  };
  // … and what its answer hangs on.
  struct State {
    std::uint64_t display = 0;
    std::int64_t day = 0;
    std::uint32_t history = 0;

    bool operator==(const State&) const = default;
  };

  // 8,192 rows of four answers of 10 suggestions and their reader = 13 MB. A power of two.
  explicit AnswerCache(std::size_t rows = 1 << 13) : rows_(rows) {}

  // Copies the answer into `out`; false when there is none, or it is out of date.
  bool Find(const Question& question, const State& state, std::vector<Suggestion>& out) const {
    const std::size_t at = RowOf(question);
    const std::lock_guard lock(MutexOf(at));
    for (const Place& place : rows_[at].places) {
      if (place.state != state || !place.Asks(question)) continue;
      out.assign(place.suggestions.begin(), place.suggestions.end());
      return true;
    }
    return false;
  }

  void Put(const Question& question, const State& state, const std::vector<Suggestion>& suggestions) {
    if (suggestions.size() > kSuggestionsMax) return;
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
    place->suggestions = suggestions;
  }

 private:
  struct Place {
    State state;  // display 0 is no display: an empty place.
    std::string reader;
    Question question;  // Its reader is above.
    std::vector<Suggestion> suggestions;

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
