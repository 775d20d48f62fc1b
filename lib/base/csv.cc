#include "lib/base/csv.h"

#include <string_view>

namespace octavo {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Error CsvReader::Bad(std::string what) const {
  return Error{Code::kInvalidArgument, "BAD_CSV", "line " + std::to_string(row_line_) + ": " + std::move(what)};
}

Result<std::optional<std::vector<std::string>>> CsvReader::Next() {
  std::string line;
  do {
    if (!std::getline(in_, line)) return std::optional<std::vector<std::string>>{};
    row_line_ = next_line_++;
    if (row_line_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (line.ends_with('\r')) line.pop_back();
  } while (line.empty());

  std::vector<std::string> fields;
  std::string field;
  std::size_t bytes = line.size();
  std::size_t at = 0;
  while (true) {
    field.clear();
    if (at < line.size() && line[at] == '"') {
      ++at;
      while (true) {
        if (at == line.size()) {  // The field goes on in the next line.
          if (!std::getline(in_, line)) return Bad("a quoted field is never closed");
          ++next_line_;
          bytes += line.size() + 1;
          if (bytes > kRowBytesMax) return Bad("the row is longer than " + std::to_string(kRowBytesMax) + " bytes");
          if (line.ends_with('\r')) line.pop_back();
          field += '\n';
          at = 0;
        } else if (line[at] != '"') {
          field += line[at++];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          field += '"';
          at += 2;
        } else {
          ++at;
          break;
        }
      }
      if (at < line.size() && line[at] != separator_) return Bad("text behind the closing quote of a field");
    } else {
      const std::size_t end = std::min(line.find(separator_, at), line.size());
      field.assign(line, at, end - at);
      at = end;
    }
    fields.push_back(field);
    if (at == line.size()) break;
    ++at;  // The separator; a row that ends on one has a last, empty field.
  }
  if (bytes > kRowBytesMax) return Bad("the row is longer than " + std::to_string(kRowBytesMax) + " bytes");
  return std::optional(std::move(fields));
}

std::string CsvRow(const std::vector<std::string>& fields, char separator) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += separator;
    const std::string& field = fields[i];
    if (field.find_first_of("\"\r\n") == std::string::npos && field.find(separator) == std::string::npos) {
      row += field;
      continue;
    }
    row += '"';
    for (const char c : field) {
      if (c == '"') row += '"';
      row += c;
    }
    row += '"';
  }
  return row + "\n";
}

}  // namespace octavo
