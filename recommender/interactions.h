// Interactions: who read what, as loaded from a CSV file or added one by one. Ids are any strings outside,
// dense numbers inside. Immutable once built; reading from many threads at once is safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "recommender/ids.h"

namespace octavo::recommender {

// The largest weight that is accepted. Ratings, counts and minutes stay far below it.
inline constexpr float kWeightMax = 1e6F;

// A reader with more books is a crawler, a library or a test: 10,000 books at one per day take 27 years. Training takes books²
// steps for each reader, so a few of these would take longer than a million others. They are ignored in training.
inline constexpr std::size_t kReaderBooksMax = 10000;

// What happened to the rows. Always: rows == interactions + duplicates + zero_weights.
struct LoadReport {
  std::uint64_t rows = 0;          // Data rows read, without the header.
  std::uint64_t interactions = 0;  // Pairs of a reader and a book that remain.
  std::uint64_t duplicates = 0;    // Rows merged into an earlier row of the same pair.
  std::uint64_t zero_weights = 0;  // Rows of weight 0: no interaction, left out.
  std::uint64_t untaught = 0;      // Readers of more than kReaderBooksMax books: they get answers, but training ignores them.

  bool operator==(const LoadReport&) const = default;
};

class Interactions {
 public:
  const IdTable& users() const { return users_; }
  const IdTable& items() const { return items_; }
  std::size_t size() const { return item_.size(); }
  // Whether rows carried different weights, and whether they carried times.
  bool weighted() const { return weighted_; }
  bool timed() const { return !time_.empty(); }
  const LoadReport& report() const { return report_; }

  // The books of one reader, by ascending book number, each once, with weights and (if timed) times beside
  // them.
  std::span<const ItemIndex> ItemsOf(UserIndex user) const { return Slice(item_, user); }
  std::span<const float> WeightsOf(UserIndex user) const { return Slice(weight_, user); }
  std::span<const std::int64_t> TimesOf(UserIndex user) const {
    return timed() ? Slice(time_, user) : std::span<const std::int64_t>();
  }

 private:
  friend class InteractionsBuilder;
  template <typename T>
  std::span<const T> Slice(const std::vector<T>& all, UserIndex user) const {
    return std::span(all).subspan(offsets_[user], offsets_[user + 1] - offsets_[user]);
  }

  IdTable users_;
  IdTable items_;
  std::vector<std::uint64_t> offsets_ = {0};  // Per reader, into the three below.
  std::vector<ItemIndex> item_;
  std::vector<float> weight_;
  std::vector<std::int64_t> time_;
  bool weighted_ = false;
  LoadReport report_;
};

// Gathers interactions in any order. Of a repeated pair the largest weight and the latest time remain.
class InteractionsBuilder {
 public:
  // Continues the numbering of `users` and `items`, so that two data sets share one.
  InteractionsBuilder() = default;
  InteractionsBuilder(IdTable users, IdTable items) : users_(std::move(users)), items_(std::move(items)) {}

  // Fails with INVALID_ARGUMENT (BAD_WEIGHT) unless 0 <= weight <= kWeightMax, and (BAD_ID) on an empty id.
  Status Add(std::string_view user, std::string_view item, float weight = 1);
  Status Add(std::string_view user, std::string_view item, float weight, std::int64_t time);
  // The same for a reader and a book that the tables already number.
  void Add(UserIndex user, ItemIndex item, float weight, std::optional<std::int64_t> time);
  std::size_t rows() const { return report_.rows; }

  // Returns what was added; times are kept only if every row had one. The builder is empty afterwards.
  Interactions Build();

 private:
  struct Row {
    UserIndex user;
    ItemIndex item;
    float weight;
    std::int64_t time;
  };

  IdTable users_;
  IdTable items_;
  std::vector<Row> rows_;
  bool untimed_ = false;
  LoadReport report_;
};

// Reads a CSV file (RFC 4180) with a header that names at least `user_id` and `item_id`, and optionally
// `weight` and `timestamp` (a number, any unit), in any order; other columns are ignored. The file is
// memory-mapped. Fails with NOT_FOUND (NO_FILE), or INVALID_ARGUMENT with a message "file:line: rule":
// EMPTY_FILE (no header or no rows), MISSING_COLUMN, BAD_CSV, BAD_WEIGHT, BAD_TIMESTAMP, BAD_ID.
Result<Interactions> LoadCsv(const std::filesystem::path& path);
// The same, continuing the numbering of `users` and `items`: for a test set beside its training set.
Result<Interactions> LoadCsv(const std::filesystem::path& path, IdTable users, IdTable items);
// The same from memory; `name` stands for the file in messages.
Result<Interactions> ParseCsv(std::string_view text, std::string_view name, IdTable users = {}, IdTable items = {});

}  // namespace octavo::recommender
