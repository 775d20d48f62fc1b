#include "services/catalog/search/search_index.h"

#include <xapian.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "lib/base/failure.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/search/query.h"
#include "services/catalog/search/terms.h"

namespace octavo::catalog {
namespace {

using namespace search;  // NOLINT: this file is its other half.

constexpr const char* kPositionKey = "octavo.position";
constexpr const char* kStemmersKey = "octavo.stemmers";
constexpr const char* kIdentityKey = "octavo.identity";
// A reader whose revision may have been overwritten by later commits begins again with the newest; the last time it holds
// the writer off.
constexpr int kAttemptsMax = 3;
// Facets are counted over this many matches at most and scaled up: 60 ms of a category of a million books.
constexpr Xapian::doccount kFacetMatchesMax = 50'000;
constexpr int kSuggestedAuthorsMax = 3;
constexpr int kSuggestedSeriesMax = 2;

std::int64_t ParseNumber(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::string> QueryWords(const std::string& text) {
  std::vector<std::string> words = Words(Prefix(text, kQueryBytesMax), WordForms::kAsTyped);
  if (words.size() > kQueryWordsMax) words.resize(kQueryWordsMax);
  return words;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

// Counts facet values of every match it is shown.
class FacetSpy final : public Xapian::MatchSpy {
 public:
  void operator()(const Xapian::Document& document, double) override {
    if (seen_++ >= kFacetMatchesMax) return;
    packed_ = document.get_value(kFacetSlot);
    ReadFacets(packed_, entry_);
    for (const char category : entry_.categories) ++categories_[static_cast<unsigned char>(category) - 1U];
    for (const char format : entry_.formats) ++formats_[static_cast<std::size_t>(format)];
    if (!entry_.language.empty()) Count(languages_, entry_.language);
    if (!entry_.decade.empty()) Count(decades_, entry_.decade);
    for (const std::string_view author : entry_.authors) Count(authors_, author);
  }

  FacetCounts Counts() const {
    FacetCounts counts;
    for (std::size_t i = 0; i < kCategories.size(); ++i) {
      if (categories_[i] > 0) counts.categories.push_back({std::string(kCategories[i].slug), "", Scaled(categories_[i])});
    }
    for (std::size_t i = 1; i < formats_.size(); ++i) {
      if (formats_[i] > 0) counts.formats.push_back({std::to_string(i), "", Scaled(formats_[i])});
    }
    Copy(languages_, counts.languages);
    Copy(decades_, counts.decades);
    Copy(authors_, counts.authors);
    for (auto* values : {&counts.categories, &counts.formats, &counts.languages, &counts.decades, &counts.authors}) {
      std::sort(values->begin(), values->end(), [](const FacetCount& a, const FacetCount& b) {
        return std::tie(b.count, a.value) < std::tie(a.count, b.value);
      });
      if (values->size() > kFacetValuesMax) values->resize(kFacetValuesMax);
    }
    return counts;
  }

 private:
  // Finds without making a std::string of every value it is asked for.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Counter = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;

  static void Count(Counter& counter, std::string_view value) {
    const auto found = counter.find(value);
    if (found != counter.end()) {
      ++found->second;
    } else {
      counter.emplace(value, 1);
    }
  }

  std::int64_t Scaled(std::int64_t count) const {
    return seen_ <= kFacetMatchesMax ? count : static_cast<std::int64_t>(static_cast<double>(count) * seen_ / kFacetMatchesMax);
  }

  void Copy(const Counter& counter, std::vector<FacetCount>& counts) const {
    for (const auto& [value, count] : counter) counts.push_back({value, "", Scaled(count)});
  }

  std::string packed_;
  FacetEntry entry_;
  Xapian::doccount seen_ = 0;
  std::array<std::int64_t, kCategories.size()> categories_{};
  std::array<std::int64_t, kFormatMax + 1> formats_{};
  Counter languages_, decades_, authors_;
};

// One search on one reader.
class Searcher {
 public:
  Searcher(const Xapian::Database& database, const SearchQuery& query)
      : database_(database), query_(query), builder_(database), filter_(FilterQuery(query.filter)) {}

  SearchResult Run() {
    const std::vector<std::string> words = QueryWords(query_.text);
    const std::string text = CleanLine(query_.text);
    if (text.empty()) return Show(filter_, /*by_relevance=*/false);
    if (words.empty()) return {};  // Signs only: nothing is called so.
    if (const Result<Isbn> isbn = ParseIsbn(text); isbn.ok()) {
      SearchResult found = Show(Filtered(Xapian::Query(Term(kIsbn, isbn->isbn13))), /*by_relevance=*/true);
      if (found.total_size > 0) return found;
    }
    SearchResult result = ShowWords(words, builder_.All(words));
    if (result.total_size > 0) return result;

    const std::vector<std::string> corrected = builder_.Corrected(words);
    if (corrected != words) {
      result = ShowWords(corrected, builder_.All(corrected));
      result.corrected_query = Join(corrected);
      if (result.total_size > 0) return result;
    }
    // Nothing has them all: what has any of them is a way on. A single word had its chance.
    if (words.size() > 1) {
      result = ShowWords(corrected, builder_.Any(corrected));
      result.matched_any = result.total_size > 0;
      if (corrected != words) result.corrected_query = Join(corrected);
    }
    return result;
  }

 private:
  Xapian::Query Filtered(const Xapian::Query& query) const {
    return Xapian::Query(Xapian::Query::OP_FILTER, query, filter_);
  }

  SearchResult ShowWords(const std::vector<std::string>& words, const Xapian::Query& matching) {
    return Show(Filtered(builder_.Ranked(matching, Join(words))), /*by_relevance=*/true);
  }

  SearchResult Show(const Xapian::Query& query, bool by_relevance) {
    Xapian::Enquire enquire(database_);
    // Xapian's own figures but for b: a short title says a little more than a long one, not half as much again.
    enquire.set_weighting_scheme(Xapian::BM25Weight(/*k1=*/1, /*k2=*/0, /*k3=*/1, /*b=*/0.25, /*min_normlen=*/0.5));
    enquire.set_query(query);
    ListOrder order = query_.order;
    if (order == ListOrder::kRelevance && !by_relevance) order = ListOrder::kPopularity;
    Sort(enquire, order);

    FacetSpy spy;
    const bool with_facets = query_.facets == SearchQuery::Facets::kCounted;
    if (with_facets) enquire.add_matchspy(&spy);
    const auto wanted = static_cast<Xapian::doccount>(query_.page_size);
    const Xapian::doccount check_at_least =
        with_facets ? std::min(database_.get_doccount(), kFacetMatchesMax) : kSearchDepthMax;
    const Xapian::MSet matches =
        enquire.get_mset(static_cast<Xapian::doccount>(query_.offset), wanted, check_at_least);

    SearchResult result{.total_size = matches.get_matches_estimated()};
    for (Xapian::MSetIterator match = matches.begin(); match != matches.end(); ++match) {
      result.ids.push_back(BookId{*match});
    }
    result.more = matches.get_matches_lower_bound() > static_cast<Xapian::doccount>(query_.offset) + matches.size() &&
                  query_.offset + 2 * query_.page_size <= kSearchDepthMax;
    if (with_facets) {
      result.facets = spy.Counts();
      for (FacetCount& author : result.facets.authors) author.display_name = AuthorName(author.value);
    }
    return result;
  }

  static void Sort(Xapian::Enquire& enquire, ListOrder order) {
    switch (order) {
      case ListOrder::kRelevance: return;
      case ListOrder::kPopularity: return enquire.set_sort_by_value_then_relevance(kPopularitySlot, /*reverse=*/true);
      case ListOrder::kTitle: return enquire.set_sort_by_value(kTitleSlot, /*reverse=*/false);
      case ListOrder::kPublished: return enquire.set_sort_by_value(kPublishedSlot, /*reverse=*/true);
      case ListOrder::kPrice: return enquire.set_sort_by_value(kPriceSlot, /*reverse=*/false);
      case ListOrder::kSeriesNumber: return enquire.set_sort_by_value(kSeriesNumberSlot, /*reverse=*/false);
      case ListOrder::kNewest:
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        enquire.set_docid_order(Xapian::Enquire::DESCENDING);
        return;
    }
  }

  std::string AuthorName(const std::string& slug) const {
    const std::string term = Term(kAuthor, slug);
    const Xapian::PostingIterator first = database_.postlist_begin(term);
    if (first == database_.postlist_end(term)) return slug;
    for (const AuthorCredit& author : ReadCard(database_.get_document(*first).get_data()).authors) {
      if (author.slug == slug) return author.display_name;
    }
    return slug;
  }

  const Xapian::Database& database_;
  const SearchQuery& query_;
  const QueryBuilder builder_;
  const Xapian::Query filter_;
};

// Suggestions from one reader.
class Suggester {
 public:
  Suggester(const Xapian::Database& database, std::vector<std::string> words)
      : database_(database), words_(std::move(words)) {}

  std::vector<Suggestion> Run(int count_max) {
    std::vector<Suggestion> authors;
    Visit(kAuthorWord, [&](Xapian::docid, const BookCard& card) {
      for (const AuthorCredit& author : card.authors) {
        if (Matches(author.display_name)) AddOnce(authors, Suggestion::Kind::kAuthor, author.slug, author.display_name);
      }
      return static_cast<int>(authors.size()) < kSuggestedAuthorsMax;
    });
    std::vector<Suggestion> series;
    Visit(kSeriesWord, [&](Xapian::docid, const BookCard& card) {
      if (Matches(card.series_title)) AddOnce(series, Suggestion::Kind::kSeries, card.series_slug, card.series_title);
      return static_cast<int>(series.size()) < kSuggestedSeriesMax;
    });
    std::vector<Suggestion> found;
    const int books_max = std::max(1, count_max - static_cast<int>(authors.size() + series.size()));
    Visit(kTitleWord, [&](Xapian::docid id, const BookCard& card) {
      if (Seen(found, BookId{id})) return true;
      found.push_back({.kind = Suggestion::Kind::kBook, .book = BookId{id}, .display_name = card.title});
      for (const AuthorCredit& author : card.authors) {
        found.back().detail += (found.back().detail.empty() ? "" : ", ") + author.display_name;
      }
      return static_cast<int>(found.size()) < books_max;
    });
    found.insert(found.end(), authors.begin(), authors.end());
    found.insert(found.end(), series.begin(), series.end());
    if (static_cast<int>(found.size()) > count_max) found.resize(static_cast<std::size_t>(count_max));
    return found;
  }

 private:
  static bool Seen(const std::vector<Suggestion>& found, BookId id) {
    return std::any_of(found.begin(), found.end(), [&](const Suggestion& each) { return each.book == id; });
  }

  static void AddOnce(std::vector<Suggestion>& found, Suggestion::Kind kind, const std::string& slug,
                      const std::string& name) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Suggestion& each) { return each.slug == slug; });
    if (!known) found.push_back({.kind = kind, .slug = slug, .display_name = name});
  }

  // Shows books to `visit`, the best known first, until it has enough. Looks among the books of each tier of popularity
  // in turn, which a short prefix would otherwise match by the hundred thousand.
  template <typename Visitor>
  void Visit(std::string_view field, const Visitor& visit) const {
    constexpr Xapian::doccount kLookedAtMax = 50;
    const Xapian::Query matching = PrefixQuery(database_, field, words_);
    for (int tier = kPopularityTierMax; tier >= 0; --tier) {
      Xapian::Enquire enquire(database_);
      enquire.set_query(tier == 0 ? matching
                                  : Xapian::Query(Xapian::Query::OP_FILTER, matching,
                                                  Xapian::Query(Term(kPopularityTier, std::to_string(tier)))));
      enquire.set_weighting_scheme(Xapian::BoolWeight());
      enquire.set_sort_by_value(kPopularitySlot, /*reverse=*/true);
      const Xapian::MSet matches = enquire.get_mset(0, kLookedAtMax);
      for (Xapian::MSetIterator match = matches.begin(); match != matches.end(); ++match) {
        if (!visit(*match, ReadCard(match.get_document().get_data()))) return;
      }
      if (matches.size() == kLookedAtMax) return;  // The lower tiers hold the same and lesser ones.
    }
  }

  // Whether one name by itself has all the words, the last one begun.
  bool Matches(const std::string& name) const {
    const std::vector<std::string> has = Words(name, WordForms::kEveryForm);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool last = i + 1 == words_.size();
      const bool found = std::any_of(has.begin(), has.end(), [&](const std::string& word) {
        return last ? word.starts_with(words_[i]) : word == words_[i];
      });
      if (!found) return false;
    }
    return true;
  }

  const Xapian::Database& database_;
  const std::vector<std::string> words_;
};

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
        // Two commits on, blocks of this revision are written over. Xapian notices by the number in a block's first page,
        // but reads and writes pages one by one: a block half old, half new went unnoticed and gave an empty answer.
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

  // Runs `body` on the writer. Xapian's errors are no std::exceptions; beyond here they are Failures.
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

  // A full disk or too many open files is no damage: what is there stays right.
  Failure Broken(const Xapian::Error& error) {
    std::error_code none;
    const bool corrupt = std::string_view(error.get_type()) == "DatabaseCorruptError";
    if (corrupt || !std::filesystem::exists(path_ / "iamglass", none)) damaged_ = true;
    return Unavailable(error);
  }

  // As many are kept as were ever used at once: the dispatcher's threads bound that.
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
  Xapian::WritableDatabase writer_;   // The writing thread's.
  std::set<std::string> stemmers_;    // The writing thread's.
  std::atomic<std::int64_t> position_ = 0;
  std::atomic<std::int64_t> generation_ = 0;  // The last revision, so that readers know when to reopen.
  std::atomic<bool> damaged_ = false;

  // Held while the index is written (shared by a reader that would otherwise never come to its end).
  std::shared_mutex writing_;
  std::mutex mutex_;
  std::vector<Reader> readers_;  // Guarded by mutex_.
  std::int64_t epoch_ = 0;       // Guarded by mutex_. Counts rebuilds: readers of an earlier one are dropped.
};

SearchIndex::SearchIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SearchIndex::~SearchIndex() = default;

Result<std::unique_ptr<SearchIndex>> SearchIndex::Open(const std::filesystem::path& path,
                                                       const std::string& catalogue_id) {
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
  return impl_->Read([&](const Xapian::Database& database) { return Searcher(database, query).Run(); });
}

std::vector<Suggestion> SearchIndex::Suggest(const std::string& prefix, int count_max) const {
  const std::vector<std::string> words = QueryWords(prefix);
  if (words.empty()) return {};
  return impl_->Read([&](const Xapian::Database& database) { return Suggester(database, words).Run(count_max); });
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
