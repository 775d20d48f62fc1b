#include "bench/search/search_quality.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "lib/base/csv.h"
#include "services/catalog/import/book_file.h"
#include "services/catalog/search/terms.h"

namespace octavo::catalog {
namespace {

constexpr std::string_view kBetween = " | ";

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(kBetween);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + kBetween.size());
  }
}

}  // namespace

std::vector<JudgedQuery> ReadQueries(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  CsvReader reader(file);
  std::vector<JudgedQuery> queries;
  for (bool header = true;; header = false) {
    const auto row = reader.Next();
    if (!row.ok()) throw std::runtime_error(path.string() + ": " + row.error().message);
    if (!*row) return queries;
    if (header) continue;
    const std::vector<std::string>& fields = **row;
    if (fields.size() != 5) {
      throw std::runtime_error(path.string() + ":" + std::to_string(reader.line()) + ": has not five fields");
    }
    queries.push_back({fields[0], fields[1], fields[2], Split(fields[3]), fields[4]});
  }
}

IndexedBooks::IndexedBooks(const std::filesystem::path& books, const std::filesystem::path& index_folder)
    : index_(SearchIndex::Open(index_folder, "search-quality").value()) {
  Result<BookFile> file = BookFile::Open(books, {});
  if (!file.ok()) throw std::runtime_error(file.error().message);
  std::int64_t last_id = 0;
  while (std::optional<FileRow> row = file->Next()) {
    if (!row->row.ok()) continue;
    Result<CheckedBook> checked = CheckBook(row->row->draft, WrongIsbn::kLeaveOut);
    if (!checked.ok()) continue;
    Book book{.id = BookId{++last_id}, .content = std::move(checked->content), .key = row->row->key};
    index_->Put(book);
    books_.emplace(book.id, std::move(book));
  }
  index_->Commit(1);
}

SearchResult IndexedBooks::Answer(const JudgedQuery& query) const { return index_->Search({.text = query.text}); }

bool IndexedBooks::IsRight(const Book& book, const std::string& right) {
  const std::size_t colon = right.find(':');
  const std::string what = right.substr(0, colon);
  const std::string value = colon == std::string::npos ? "" : right.substr(colon + 1);
  const BookContent& content = book.content;
  if (what == "key") return book.key == value;
  if (what == "title") return search::ExactName(content.title) == search::ExactName(value);
  if (what == "series") return content.series && content.series->slug == value;
  if (what == "author") {
    return std::any_of(content.authors.begin(), content.authors.end(),
                       [&](const AuthorCredit& author) { return author.slug == value; });
  }
  const std::vector<std::string>& list = what == "category" ? content.categories : content.subjects;
  return what != "none" && std::find(list.begin(), list.end(), value) != list.end();
}

int IndexedBooks::Rank(const JudgedQuery& query) const {
  const SearchResult result = Answer(query);
  const auto& right = query.right;
  if (result.ids.empty()) return std::find(right.begin(), right.end(), "none") != right.end() ? 1 : 0;
  for (std::size_t i = 0; i < result.ids.size(); ++i) {
    const Book& book = books_.at(result.ids[i]);
    if (std::any_of(right.begin(), right.end(), [&](const std::string& each) { return IsRight(book, each); })) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

bool IndexedBooks::NamesCategory(const JudgedQuery& query) const {
  return query.link.empty() || Answer(query).category == query.link;
}

std::string IndexedBooks::First(const JudgedQuery& query) const {
  const SearchResult result = Answer(query);
  return result.ids.empty() ? "nothing" : "'" + books_.at(result.ids.front()).content.title + "'";
}

void SearchScore::Add(int rank) {
  ++count;
  if (rank == 0) return;
  if (rank == 1) ++at_1;
  if (rank <= 3) ++at_3;
  reciprocal_ranks += 1.0 / rank;
}

}  // namespace octavo::catalog
