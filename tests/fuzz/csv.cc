// CSV as booksellers have it: rows that are written again read the same, and each file is a file of books or is refused.
#include <sstream>
#include <string>
#include <vector>

#include "lib/base/csv.h"
#include "lib/base/quoted.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  octavo::fuzz::Input input(data, size);
  const char separator = ",;\t|"[input.Byte() % 4];
  std::istringstream in{std::string(input.Rest())};
  octavo::CsvReader reader(in, separator);
  std::vector<std::vector<std::string>> rows;
  while (rows.size() < 1000) {
    const auto row = reader.Next();
    if (!row.ok()) {
      PROMISE(octavo::IsStorableText(row.error().message));
      return 0;
    }
    if (!row->has_value()) break;
    for (const std::string& field : **row) {
      if (field.find('\r') != std::string::npos) return 0;  // Before a line end in quotes it is taken for a part of that.
    }
    rows.push_back(**row);
  }
  // Written, it would be the mark in front of a file, which is passed over.
  if (!rows.empty() && rows[0][0].starts_with("\xef\xbb\xbf")) return 0;
  std::string text;
  for (const auto& row : rows) text += octavo::CsvRow(row, separator);
  std::istringstream again(text);
  octavo::CsvReader second(again, separator);
  for (const auto& row : rows) {
    if (row.size() == 1 && row[0].empty()) continue;  // Written, it is an empty line, which is passed over.
    const auto read = second.Next();
    PROMISE(read.ok() && read->has_value());
    PROMISE(**read == row);
  }
  return 0;
}
