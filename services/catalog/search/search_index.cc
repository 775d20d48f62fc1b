#include "services/catalog/search/search_index.h"

#include <xapian.h>

#include <charconv>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <sstream>
#include <utility>

#include "lib/base/failure.h"
#include "services/catalog/search/searcher.h"
#include "services/catalog/search/suggester.h"
#include "services/catalog/search/terms.h"

namespace octavo::catalog {
namespace {

using namespace search;  // NOLINT: this file is its other half.

constexpr const char* kPositionKey = "octavo.position";
constexpr const char* kStemmersKey = "octavo.stemmers";
constexpr const char* kIdentityKey = "octavo.identity";
// If later commits may have overwritten a reader's revision, the reader begins again with the newest. In its last attempt it
// blocks the writer.
constexpr int kAttemptsMax = 3;

std::int64_t ParseNumber(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Failure Unavailable(const Xapian::Error& error) {
  return Failure(Error{Code::kUnavailable, "SEARCH_UNAVAILABLE", "search is being repaired; listing works"},
                 "search index: " + error.get_description());
}

}  // namespace

class SearchIndex::Impl {
 public:
  Impl(std::filesystem::path path, std::string identity) : path_(std::move(path)), identity_(std::move(identity)) {}

  // True when an index of the right identity was there.
  bool OpenExisting() {
    if (!std::filesystem::exists(path_)) return false;
    try {
      writer_ = Xapian::WritableDatabase(path_.string(), Xapian::DB_OPEN);
      if (writer_.get_metadata(kIdentityKey) != identity_) return false;
      position_ = ParseNumber(writer_.get_metadata(kPositionKey));
      ReadStemmers();
      return true;
    } catch (const Xapian::DatabaseLockError&) {
      throw;
    } catch (const Xapian::Error&) {
      return false;  // Damaged, or of a form that this Xapian does not know.
    }
  }

  void MakeNew() {
    writer_.close();
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_.parent_path());
    writer_ = Xapian::WritableDatabase(path_.string(), Xapian::DB_CREATE_OR_OVERWRITE);
    writer_.set_metadata(kIdentityKey, identity_);
    stemmers_.clear();
    // Words of unknown language are taken for English, in queries too.
    AddStemmer("english");
    Commit(0);
    damaged_ = false;
    const std::lock_guard lock(mutex_);
    readers_.clear();
    ++epoch_;
  }

  void Put(const Book& book) {
    Write([&] {
      const auto id = static_cast<Xapian::docid>(book.id.value());
      ForgetSpelling(id);
      const Xapian::Document document = MakeDocument(book);
      for (const std::string& word : SpellingWords(document)) writer_.add_spelling(word);
      AddStemmer(StemmerFor(book.content.language_code));
      writer_.replace_document(id, document);
    });
  }

  void Remove(BookId book) {
    Write([&] {
      const auto id = static_cast<Xapian::docid>(book.value());
      if (ForgetSpelling(id)) writer_.delete_document(id);
    });
  }

  void Commit(std::int64_t position) {
    Write([&] {
      writer_.set_metadata(kPositionKey, std::to_string(position));
      writer_.commit();
    });
    position_ = position;
  }

  // Runs `body(const Xapian::Database&)` on a reader of its own, which sees the last commit.
  template <typename Body>
  auto Read(const Body& body) {
    Reader reader = Take();
    std::shared_lock held(writing_, std::defer_lock);
    for (int attempt = 1;; ++attempt) {
      if (attempt == kAttemptsMax) held.lock();
      try {
        if (reader.generation != generation_) {
          reader.generation = generation_;
          reader.database->reopen();
        }
        auto result = body(*reader.database);
        // After two more commits, blocks of this revision are overwritten. Xapian notices by the number in a block's first page,
        // but reads and writes pages one by one: a block that was half old and half new went unnoticed and gave an empty answer.
        if (reader.generation != generation_ && attempt < kAttemptsMax) continue;
        GiveBack(std::move(reader));
        return result;
      } catch (const Xapian::DatabaseModifiedError& error) {
        if (attempt == kAttemptsMax) throw Unavailable(error);
        reader.generation = -1;
      } catch (const Xapian::Error& error) {
        throw Broken(error);
      }
    }
  }

  // Runs `body` on the writer. Xapian's errors are not std::exceptions; here they become Failures.
  template <typename Body>
  void Write(const Body& body) {
    const std::lock_guard writing(writing_);
    try {
      body();
      generation_ = static_cast<std::int64_t>(writer_.get_revision());  // Large batches commit parts by themselves.
    } catch (const Xapian::Error& error) {
      throw Broken(error);
    }
  }

  std::int64_t position() const { return position_; }
  bool damaged() const { return damaged_; }

 private:
  struct Reader {
    std::unique_ptr<Xapian::Database> database;
    std::int64_t generation = 0;
    std::int64_t epoch = 0;
  };

  Reader Take() {
    std::int64_t epoch = 0;
    {
      const std::lock_guard lock(mutex_);
      if (!readers_.empty()) {
        Reader reader = std::move(readers_.back());
        readers_.pop_back();
        return reader;
      }
      epoch = epoch_;
    }
    const std::int64_t generation = generation_;
    try {
      return {std::make_unique<Xapian::Database>(path_.string()), generation, epoch};
    } catch (const Xapian::Error& error) {
      throw Broken(error);
    }
  }

  // A full disk or too many open files is no damage: the stored data stays right.
  Failure Broken(const Xapian::Error& error) {
    std::error_code none;
    const bool corrupt = std::string_view(error.get_type()) == "DatabaseCorruptError";
    if (corrupt || !std::filesystem::exists(path_ / "iamglass", none)) damaged_ = true;
    return Unavailable(error);
  }

  // Keeps as many readers as were ever used at once, which the number of threads limits.
  void GiveBack(Reader reader) {
    const std::lock_guard lock(mutex_);
    if (reader.epoch == epoch_) readers_.push_back(std::move(reader));
  }

  // False when there is no such document.
  bool ForgetSpelling(Xapian::docid id) {
    try {
      for (const std::string& word : SpellingWords(writer_.get_document(id))) writer_.remove_spelling(word);
      return true;
    } catch (const Xapian::DocNotFoundError&) {
      return false;
    }
  }

  void ReadStemmers() {
    std::istringstream names(writer_.get_metadata(kStemmersKey));
    for (std::string name; names >> name;) stemmers_.insert(name);
  }

  void AddStemmer(const std::string& name) {
    if (!stemmers_.insert(name).second) return;
    std::string names;
    for (const std::string& each : stemmers_) names += each + ' ';
    writer_.set_metadata(kStemmersKey, names);
  }

  const std::filesystem::path path_;
  const std::string identity_;
  Xapian::WritableDatabase writer_;  // The writing thread's.
  std::set<std::string> stemmers_;   // The writing thread's.
  std::atomic<std::int64_t> position_ = 0;
  std::atomic<std::int64_t> generation_ = 0;  // The last revision, so that readers know when to reopen.
  std::atomic<bool> damaged_ = false;

  // Held while the index is written; shared by a reader that would otherwise never finish.
  std::shared_mutex writing_;
  std::mutex mutex_;
  std::vector<Reader> readers_;  // Guarded by mutex_.
  std::int64_t epoch_ = 0;       // Guarded by mutex_. Counts rebuilds: readers of an earlier one are dropped.
};

SearchIndex::SearchIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SearchIndex::~SearchIndex() = default;

Result<std::unique_ptr<SearchIndex>> SearchIndex::Open(const std::filesystem::path& path, const std::string& catalogue_id) {
  auto impl = std::make_unique<Impl>(path, std::string(kIndexVersion) + " " + catalogue_id);
  try {
    if (!impl->OpenExisting()) impl->MakeNew();
  } catch (const Xapian::DatabaseLockError&) {
    return Error{Code::kFailedPrecondition, "INDEX_IN_USE",
                 "the search index " + path.string() + " is in use by another process"};
  } catch (const Xapian::Error& error) {
    throw Unavailable(error);
  }
  return std::unique_ptr<SearchIndex>(new SearchIndex(std::move(impl)));
}

SearchResult SearchIndex::Search(const SearchQuery& query) const {
  CHECK(query.offset >= 0 && query.page_size > 0);
  return impl_->Read([&](const Xapian::Database& database) { return search::Search(database, query); });
}

std::vector<Suggestion> SearchIndex::Suggest(const std::string& prefix, int count_max) const {
  return impl_->Read([&](const Xapian::Database& database) { return search::Suggest(database, prefix, count_max); });
}

std::int64_t SearchIndex::position() const { return impl_->position(); }
void SearchIndex::Put(const Book& book) { impl_->Put(book); }
void SearchIndex::Remove(BookId id) { impl_->Remove(id); }
void SearchIndex::Commit(std::int64_t position) { impl_->Commit(position); }
bool SearchIndex::damaged() const { return impl_->damaged(); }
void SearchIndex::Clear() {
  try {
    impl_->MakeNew();
  } catch (const Xapian::Error& error) {
    throw Unavailable(error);
  }
}

}  // namespace octavo::catalog
