#include "lib/base/csv.h"

#include <string_view>

namespace octavo {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Error CsvReader::Bad(std::string what) const {
  return Error{Code::kInvalidArgument, "BAD_CSV", "line " + std::to_string(row_line_) + ": " + std::move(what)};
}

Error CsvReader::TooLong() const { return Bad("the row is longer than " + std::to_string(kRowBytesMax) + " bytes"); }

CsvReader::Line CsvReader::ReadLine(std::string& line) {
  buffer_.resize(kRowBytesMax + 2);  // Room for the carriage return, and the NUL that getline adds.
  in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const auto taken = static_cast<std::size_t>(in_.gcount());
  if (taken == 0) return Line::kEnd;
  if (in_.fail()) return Line::kTooLong;
  line.assign(buffer_.data(), in_.eof() ? taken : taken - 1);  // It counts the line end that it took away.
  return Line::kRead;
}

Result<std::optional<std::vector<std::string>>> CsvReader::Next() {
  std::string line;
  do {
    const Line read = ReadLine(line);
    if (read == Line::kEnd) return std::optional<std::vector<std::string>>{};
    row_line_ = next_line_++;
    if (read == Line::kTooLong) return TooLong();
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
          const Line read = ReadLine(line);
          if (read == Line::kEnd) return Bad("a quoted field is never closed");
          ++next_line_;
          bytes += line.size() + 1;
          if (read == Line::kTooLong || bytes > kRowBytesMax) return TooLong();
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
  if (bytes > kRowBytesMax) return TooLong();
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
