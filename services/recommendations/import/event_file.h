// EventFile: a CSV file of what readers did, as demo/README.md describes readers.csv:
//
//     reader,key,event,rating,days_ago
//     1,stoner,purchase,,357
//
// Read and checked as a whole before anything is sent. About 60 bytes of memory a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/recommendations/domain/event.h"

namespace octavo::recommendations {

struct EventRow {
  std::int64_t line = 0;
  ReaderId reader;
  std::string key;  // The book's, in its source.
  EventType type = EventType::kView;
  int rating = 0;
  int days_ago = 0;

  bool operator==(const EventRow&) const = default;
};

// 5 million rows of about 60 bytes = 300 MB.
inline constexpr std::size_t kEventRowsMax = 5'000'000;
inline constexpr int kDaysAgoMax = 36'500;

// INVALID_ARGUMENT (BAD_FILE), one line "file:line: rule" for each of the first ten problems: cannot be read, missing or
// unknown columns, a bad reader, an unknown event, stars that are not 1 to 5, a bad number of days, no rows, too many.
Result<std::vector<EventRow>> ReadEventFile(const std::filesystem::path& path);
Result<std::vector<EventRow>> ReadEvents(std::istream& in, const std::string& name);

}  // namespace octavo::recommendations
