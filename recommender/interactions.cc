#include "recommender/interactions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/quoted.h"
#include "recommender/file_map.h"

namespace octavo::recommender {
namespace {

// Splits RFC 4180 text into rows without copying; only a field with doubled quotes is unescaped into a
// buffer.
class RowReader {
 public:
  explicit RowReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  // The next row that is not empty, into `fields` (valid until the next call). False at the end, or with
  // bad() set.
  bool Next(std::vector<std::string_view>& fields);
  std::size_t line() const { return line_; }
  const char* bad() const { return bad_; }

 private:
  bool Quoted(std::vector<std::string_view>& fields);
  void EndLine();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t next_line_ = 1;
  std::size_t line_ = 0;
  const char* bad_ = nullptr;
  std::vector<std::string> unescaped_;
};

void RowReader::EndLine() {
  if (at_ < text_.size() && text_[at_] == '\r') ++at_;
  if (at_ < text_.size() && text_[at_] == '\n') ++at_;
  ++next_line_;
}

bool RowReader::Quoted(std::vector<std::string_view>& fields) {
  const std::size_t start = ++at_;
  bool doubled = false;
  while (true) {
    at_ = text_.find('"', at_);
    if (at_ == std::string_view::npos) {
      bad_ = "a quoted field is never closed";
      return false;
    }
    if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
    doubled = true;
    at_ += 2;
  }
  std::string_view field = text_.substr(start, at_++ - start);
  next_line_ += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
  if (doubled) {
    std::string plain;
    for (std::size_t i = 0; i < field.size(); ++i) {
      plain += field[i];
      if (field[i] == '"') ++i;
    }
    unescaped_.push_back(std::move(plain));
    field = unescaped_.back();
  }
  fields.push_back(field);
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
    bad_ = "text behind the closing quote of a field";
    return false;
  }
  return true;
}

bool RowReader::Next(std::vector<std::string_view>& fields) {
  fields.clear();
  unescaped_.clear();
  unescaped_.reserve(64);  // Views into short strings must not move; rows with more quoted fields are refused.
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) EndLine();
  if (at_ >= text_.size()) return false;
  line_ = next_line_;
  while (true) {
    if (at_ < text_.size() && text_[at_] == '"') {
      if (unescaped_.size() == unescaped_.capacity()) {
        bad_ = "more than 64 fields with doubled quotes";
        return false;
      }
      if (!Quoted(fields)) return false;
    } else {
      const std::size_t start = at_;
      while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
      fields.push_back(text_.substr(start, at_ - start));
    }
    if (at_ >= text_.size() || text_[at_] != ',') break;
    ++at_;
  }
  EndLine();
  return true;
}

struct Columns {
  std::size_t user = SIZE_MAX;
  std::size_t item = SIZE_MAX;
  std::size_t weight = SIZE_MAX;
  std::size_t time = SIZE_MAX;
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Columns FindColumns(const std::vector<std::string_view>& header) {
  Columns columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string_view name = Trim(header[i]);
    if (name == "user_id") columns.user = i;
    if (name == "item_id") columns.item = i;
    if (name == "weight") columns.weight = i;
    if (name == "timestamp") columns.time = i;
  }
  return columns;
}

// Any finite number; nullopt for anything else.
std::optional<double> ParseNumber(std::string_view text) {
  text = Trim(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

Error Bad(std::string reason, std::string_view name, std::size_t line, const std::string& rule) {
  return Error{Code::kInvalidArgument, std::move(reason), std::string(name) + ":" + std::to_string(line) + ": " + rule};
}

}  // namespace

Status InteractionsBuilder::Add(std::string_view user, std::string_view item, float weight) {
  untimed_ = true;
  return Add(user, item, weight, 0);
}

Status InteractionsBuilder::Add(std::string_view user, std::string_view item, float weight, std::int64_t time) {
  if (user.empty() || item.empty()) {
    return Error{Code::kInvalidArgument, "BAD_ID", user.empty() ? "user_id is empty" : "item_id is empty"};
  }
  if (!(weight >= 0) || weight > kWeightMax) {
    return Error{Code::kInvalidArgument, "BAD_WEIGHT", "weight " + std::to_string(weight) + " is outside 0 to 1000000"};
  }
  ++report_.rows;
  if (weight == 0) {
    ++report_.zero_weights;
    return Ok();
  }
  rows_.push_back({users_.Intern(user), items_.Intern(item), weight, time});
  return Ok();
}

void InteractionsBuilder::Add(UserIndex user, ItemIndex item, float weight, std::optional<std::int64_t> time) {
  CHECK(user < users_.size() && item < items_.size() && weight > 0);
  ++report_.rows;
  untimed_ |= !time.has_value();
  rows_.push_back({user, item, weight, time.value_or(0)});
}

Interactions InteractionsBuilder::Build() {
  // Of equal pairs the latest comes last, so that the last one's time is the one to keep.
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
    return std::tie(a.user, a.item, a.time, a.weight) < std::tie(b.user, b.item, b.time, b.weight);
  });
  Interactions built;
  built.users_ = std::exchange(users_, {});
  built.items_ = std::exchange(items_, {});
  built.offsets_.assign(built.users_.size() + 1, 0);
  const bool timed = !untimed_ && !rows_.empty();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    if (i > 0 && rows_[i - 1].user == row.user && rows_[i - 1].item == row.item) {
      ++report_.duplicates;
      built.weight_.back() = std::max(built.weight_.back(), row.weight);
      if (timed) built.time_.back() = row.time;
      continue;
    }
    ++built.offsets_[row.user + 1];
    built.item_.push_back(row.item);
    built.weight_.push_back(row.weight);
    if (timed) built.time_.push_back(row.time);
  }
  report_.untaught = static_cast<std::uint64_t>(
      std::count_if(built.offsets_.begin(), built.offsets_.end(), [](std::uint64_t books) { return books > kReaderBooksMax; }));
  for (std::size_t u = 0; u < built.users_.size(); ++u) built.offsets_[u + 1] += built.offsets_[u];
  built.weighted_ = !built.weight_.empty() && std::any_of(built.weight_.begin(), built.weight_.end(),
                                                          [&](float weight) { return weight != built.weight_.front(); });
  report_.interactions = built.item_.size();
  built.report_ = std::exchange(report_, {});
  rows_ = {};
  untimed_ = false;
  return built;
}

Result<Interactions> ParseCsv(std::string_view text, std::string_view name, IdTable users, IdTable items) {
  RowReader reader(text);
  std::vector<std::string_view> fields;
  if (!reader.Next(fields)) {
    if (reader.bad() != nullptr) return Bad("BAD_CSV", name, reader.line(), reader.bad());
    return Bad("EMPTY_FILE", name, 1, "the file is empty; expected a header with user_id and item_id");
  }
  const Columns columns = FindColumns(fields);
  if (columns.user == SIZE_MAX || columns.item == SIZE_MAX) {
    return Bad("MISSING_COLUMN", name, reader.line(),
               std::string("the header lacks the column ") + (columns.user == SIZE_MAX ? "user_id" : "item_id"));
  }
  const std::size_t width = fields.size();
  InteractionsBuilder builder(std::move(users), std::move(items));
  while (reader.Next(fields)) {
    if (fields.size() != width) {
      return Bad("BAD_CSV", name, reader.line(),
                 std::to_string(fields.size()) + " fields where the header has " + std::to_string(width));
    }
    double weight = 1;
    if (columns.weight != SIZE_MAX) {
      const std::optional<double> parsed = ParseNumber(fields[columns.weight]);
      if (!parsed) {
        return Bad("BAD_WEIGHT", name, reader.line(), "weight " + Quoted(fields[columns.weight]) + " is not a number");
      }
      weight = *parsed;
    }
    Status added = Ok();
    if (columns.time == SIZE_MAX) {
      added = builder.Add(fields[columns.user], fields[columns.item], static_cast<float>(weight));
    } else {
      const std::optional<double> time = ParseNumber(fields[columns.time]);
      if (!time || std::abs(*time) > 9e18) {
        return Bad("BAD_TIMESTAMP", name, reader.line(), "timestamp " + Quoted(fields[columns.time]) + " is not a number");
      }
      added =
          builder.Add(fields[columns.user], fields[columns.item], static_cast<float>(weight), static_cast<std::int64_t>(*time));
    }
    if (!added.ok()) return Bad(added.error().reason, name, reader.line(), added.error().message);
  }
  if (reader.bad() != nullptr) return Bad("BAD_CSV", name, reader.line(), reader.bad());
  if (builder.rows() == 0) return Bad("EMPTY_FILE", name, reader.line(), "the file has a header but no rows");
  return builder.Build();
}

Result<Interactions> LoadCsv(const std::filesystem::path& path, IdTable users, IdTable items) {
  const FileMap file = TRY(FileMap::Open(path));
  return ParseCsv(file.text(), path.string(), std::move(users), std::move(items));
}

Result<Interactions> LoadCsv(const std::filesystem::path& path) { return LoadCsv(path, {}, {}); }

}  // namespace octavo::recommender
