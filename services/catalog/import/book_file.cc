#include "services/catalog/import/book_file.h"

#include <utility>

#include "services/catalog/domain/text.h"

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

// What is wrong with the bytes of a row; empty where nothing is.
std::string ByteProblem(const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    if (field.find('\0') != std::string::npos) return "holds a NUL character; is it a text file?";
    if (!IsUtf8(field)) return "holds bytes that are not UTF-8; save the file in that encoding";
  }
  return {};
}

}  // namespace

Result<BookFile> BookFile::Open(const std::filesystem::path& path, std::optional<BookFormat> format) {
  BookFile file(path.string());
  file.wanted_ = format;
  std::error_code none;
  file.stream_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file.stream_ || std::filesystem::is_directory(path, none)) {
    return Error{Code::kInvalidArgument, "BAD_FILE", path.string() + ": cannot be read"};
  }
  TRY(file.Check());
  file.Rewind();
  if (!*file.stream_) {
    return Error{Code::kInvalidArgument, "BAD_FILE",
                 path.string() + ": cannot be read twice, as a pipe; save it as a file first"};
  }
  return file;
}

Status BookFile::Check() {
  Problems problems(name_);
  reader_ = std::make_unique<CsvReader>(*stream_);
  std::size_t columns = 0;
  while (true) {
    const Result<std::optional<std::vector<std::string>>> read = reader_->Next();
    if (!read.ok()) {
      const std::string& message = read.error().message;  // "line 7: rule"
      problems.Add(reader_->line(), message.substr(message.find(": ") + 2));
      break;  // Where the next row begins cannot be known.
    }
    if (!*read) break;
    const std::vector<std::string>& fields = **read;
    if (std::string problem = ByteProblem(fields); !problem.empty()) {
      problems.Add(reader_->line(), problem);
      if (columns == 0) break;
      continue;
    }
    if (columns == 0) {
      columns = fields.size();
      Result<std::unique_ptr<RowMapper>> mapper = RowMapper::ForHeader(fields, wanted_);
      if (!mapper.ok()) {
        problems.Add(reader_->line(), mapper.error().message);
        break;
      }
      mapper_ = *std::move(mapper);
      continue;
    }
    if (fields.size() != columns) {
      problems.Add(reader_->line(), "has " + std::to_string(fields.size()) + " fields, the header has " +
                                        std::to_string(columns));
    }
    ++row_count_;
  }
  TRY(problems.Outcome());
  if (row_count_ == 0) return Error{Code::kInvalidArgument, "BAD_FILE", name_ + ": has no rows"};
  return Ok();
}

std::optional<FileRow> BookFile::Next() {
  Result<std::optional<std::vector<std::string>>> read = reader_->Next();
  if (!read.ok() || !*read) return std::nullopt;  // Checked before: only a file changed meanwhile can fail here.
  return FileRow{static_cast<std::int64_t>(reader_->line()), mapper_->Map(**read)};
}

void BookFile::Rewind() {
  stream_->clear();
  stream_->seekg(0);
  reader_ = std::make_unique<CsvReader>(*stream_);
  (void)reader_->Next();  // The header.
}

}  // namespace octavo::catalog
