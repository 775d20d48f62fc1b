#include "services/catalog/import/book_file.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "services/catalog/domain/text.h"
#include "services/catalog/import/book_text.h"

namespace octavo::catalog {
namespace {

// Collects one line for each problem, up to a bound.
class Problems {
 public:
  explicit Problems(const std::string& file) : file_(file) {}

  void Add(std::size_t line, const std::string& rule) {
    ++count_;
    if (count_ > BookFile::kProblemsMax) return;
    if (!text_.empty()) text_ += '\n';
    text_ += file_ + ":" + std::to_string(line) + ": " + rule;
  }
  Status Outcome() const {
    if (count_ == 0) return Ok();
    const std::string more = count_ > BookFile::kProblemsMax
                                 ? "\n" + file_ + ": and " + std::to_string(count_ - BookFile::kProblemsMax) + " more"
                                 : "";
    return Error{Code::kInvalidArgument, "BAD_FILE", text_ + more};
  }

 private:
  const std::string file_;
  std::string text_;
  std::size_t count_ = 0;
};

bool HasNul(const std::vector<std::string>& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const std::string& field) { return field.find('\0') != std::string::npos; });
}

bool IsEmpty(const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return CleanLine(field).empty(); });
}

}  // namespace

Result<BookFile> BookFile::Open(const std::filesystem::path& path, const Options& options) {
  BookFile file(path.string());
  file.options_ = options;
  BookText text = TRY(OpenBookText(path, options.encoding));
  file.stream_ = std::move(text.stream);
  file.encoding_ = std::move(text.encoding);
  file.FindSeparator();
  TRY(file.Check());
  file.Rewind();
  return file;
}

void BookFile::FindSeparator() {
  constexpr std::size_t kHeaderBytesMax = 1U << 16;
  std::string beginning(kHeaderBytesMax, '\0');
  stream_->read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(stream_->gcount()));
  std::string_view text = beginning;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.size() > 4 && (text.starts_with("sep=") || text.starts_with("SEP="))) {
    separator_ = text[4];
    says_separator_ = true;
    return;
  }
  int most = 0;
  for (const char separator : {',', ';', '\t', '|'}) {
    std::istringstream lines(beginning);
    const auto header = CsvReader(lines, separator).Next();
    const int known = header.ok() && *header ? RowMapper::KnownColumns(**header) : 0;
    if (known <= most) continue;
    most = known;
    separator_ = separator;
  }
}

Status BookFile::Check() {
  Problems problems(name_);
  stream_->clear();
  stream_->seekg(0);
  reader_ = std::make_unique<CsvReader>(*stream_, separator_);
  if (says_separator_) (void)reader_->Next();
  while (true) {
    const Result<std::optional<std::vector<std::string>>> read = NextRow();
    if (!read.ok()) {
      const std::string& message = read.error().message;  // "line 7: rule"
      problems.Add(reader_->line(), message.substr(message.find(": ") + 2));
      break;  // Where the next row begins cannot be known.
    }
    if (!*read) break;
    const std::vector<std::string>& fields = **read;
    if (HasNul(fields)) {
      problems.Add(reader_->line(), "has a NUL character; is it a text file?");
      if (columns_ == 0) break;
      continue;
    }
    if (columns_ == 0) {
      Result<std::unique_ptr<RowMapper>> mapper = RowMapper::ForHeader(fields, options_.format, options_.missing_prices);
      if (!mapper.ok()) {
        problems.Add(reader_->line(), mapper.error().message);
        break;
      }
      columns_ = fields.size();
      mapper_ = *std::move(mapper);
      continue;
    }
    if (fields.size() != columns_) {
      problems.Add(reader_->line(), "has " + std::to_string(fields.size()) + " fields, the header has " +
                                        std::to_string(columns_) + "; a field with a separator in it must stand in quotes");
    }
    ++row_count_;
  }
  TRY(problems.Outcome());
  if (row_count_ == 0) return Error{Code::kInvalidArgument, "BAD_FILE", name_ + ": has no rows"};
  return Ok();
}

Result<std::optional<std::vector<std::string>>> BookFile::NextRow() {
  while (true) {
    std::optional<std::vector<std::string>> row = TRY(reader_->Next());
    if (row && IsEmpty(*row) && !HasNul(*row)) continue;  // A spreadsheet's empty line.
    // Spreadsheets write as many fields as the widest line has.
    const std::size_t wanted = columns_ == 0 ? 1 : columns_;
    while (row && row->size() > wanted && CleanLine(row->back()).empty()) row->pop_back();
    return row;
  }
}

std::optional<FileRow> BookFile::Next() {
  Result<std::optional<std::vector<std::string>>> read = NextRow();
  if (!read.ok() || !*read || (*read)->size() != columns_)
    return std::nullopt;  // Only a file that has changed since can fail here.
  return FileRow{static_cast<std::int64_t>(reader_->line()), mapper_->Map(**read)};
}

void BookFile::Rewind() {
  stream_->clear();
  stream_->seekg(0);
  reader_ = std::make_unique<CsvReader>(*stream_, separator_);
  if (says_separator_) (void)reader_->Next();
  (void)NextRow();  // The header.
}

}  // namespace octavo::catalog
