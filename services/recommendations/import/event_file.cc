#include "services/recommendations/import/event_file.h"

#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/base/csv.h"

namespace octavo::recommendations {
namespace {

constexpr std::size_t kProblemsMax = 10;
const std::vector<std::string> kColumns = {"reader", "key", "event", "rating", "days_ago"};

std::optional<int> ParseNumber(std::string_view text, int min, int max) {
  int number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < min || number > max) return std::nullopt;
  return number;
}

std::optional<EventType> ParseType(std::string_view word) {
  if (word == "view") return EventType::kView;
  if (word == "basket") return EventType::kBasket;
  if (word == "purchase") return EventType::kPurchase;
  if (word == "rating") return EventType::kRating;
  if (word == "dismiss") return EventType::kDismiss;
  return std::nullopt;
}

Error Bad(std::string message) { return Error{Code::kInvalidArgument, "BAD_FILE", std::move(message)}; }

// One row; an error's message is the rule that it breaks.
Result<EventRow> ParseRow(const std::vector<std::string>& fields, std::size_t line) {
  if (fields.size() != kColumns.size()) {
    return Bad(std::to_string(fields.size()) + " fields, but the header has " + std::to_string(kColumns.size()));
  }
  EventRow row{.line = static_cast<std::int64_t>(line), .key = fields[1]};
  Result<ReaderId> reader = ParseReader("readers/" + fields[0]);
  if (!reader.ok()) return Bad("reader: " + reader.error().violations.at(0).description);
  row.reader = *std::move(reader);
  if (row.key.empty()) return Bad("key: is empty");
  const std::optional<EventType> type = ParseType(fields[2]);
  if (!type) return Bad("event: \"" + fields[2] + "\" is not one of view, basket, purchase, rating, dismiss");
  row.type = *type;
  if (row.type == EventType::kRating) {
    const std::optional<int> rating = ParseNumber(fields[3], 1, kStarsMax);
    if (!rating) return Bad("rating: \"" + fields[3] + "\" is not from 1 to 5");
    row.rating = *rating;
  } else if (!fields[3].empty()) {
    return Bad("rating: \"" + fields[3] + "\" is given, but only a rating has one");
  }
  const std::optional<int> days_ago = ParseNumber(fields[4], 0, kDaysAgoMax);
  if (!days_ago) return Bad("days_ago: \"" + fields[4] + "\" is not from 0 to 36500");
  row.days_ago = *days_ago;
  return row;
}

}  // namespace

Result<std::vector<EventRow>> ReadEvents(std::istream& in, const std::string& name) {
  CsvReader reader(in);
  const auto header = TRY(reader.Next());
  if (!header) return Bad(name + ": is empty");
  if (*header != kColumns) return Bad(name + ":1: the columns must be reader,key,event,rating,days_ago");
  std::vector<EventRow> rows;
  std::string problems;
  std::size_t problem_count = 0;
  while (problem_count < kProblemsMax) {
    auto fields = reader.Next();
    if (!fields.ok()) return Bad(name + ": " + fields.error().message);
    if (!fields->has_value()) break;
    Result<EventRow> row = ParseRow(**fields, reader.line());
    if (row.ok()) {
      if (rows.size() == kEventRowsMax) return Bad(name + ": has more than 5,000,000 rows; split it");
      rows.push_back(*std::move(row));
    } else {
      problems += (problem_count++ == 0 ? "" : "\n") + name + ':' + std::to_string(reader.line()) + ": " + row.error().message;
    }
  }
  if (problem_count > 0) return Bad(problems);
  if (rows.empty()) return Bad(name + ": has no rows");
  return rows;
}

Result<std::vector<EventRow>> ReadEventFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Bad(path.string() + ": cannot be read");
  return ReadEvents(in, path.string());
}

}  // namespace octavo::recommendations
