// SearchIndex: finds books by what readers type. It uses Xapian, which is not visible outside this folder.
//
// The index is made from the store and may be deleted at any time. It remembers the position in the change log up to which it is
// complete, and of which catalogue. The indexer (indexer.h) reads on from there.
//
// Threads: any number of threads may call Search and Suggest at any time, each on its own connection; they see the last Commit.
// All other methods belong to one writing thread, except position and damaged. All may throw Failure UNAVAILABLE
// (SEARCH_UNAVAILABLE): the disk is full, or the index is damaged, and then damaged() is true.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/catalog/domain/book.h"
#include "services/catalog/domain/listing.h"

namespace octavo::catalog {

// Longer queries are cut: nobody types them.
inline constexpr std::size_t kQueryBytesMax = 300;
inline constexpr std::size_t kQueryWordsMax = 20;
// The last result that can be reached by paging: finding the page after n results costs as much as finding n.
inline constexpr int kSearchDepthMax = 10'000;
inline constexpr int kFacetValuesMax = 20;
inline constexpr int kSuggestionsMax = 20;

// A book must pass every field that is set; within a list one match is enough.
struct SearchFilter {
  std::vector<std::string> categories;  // Slugs.
  std::vector<std::string> authors;     // Slugs.
  std::vector<std::string> language_codes;
  std::vector<Format> formats;
  std::int64_t price_min_minor = 0;  // 0: no bound, in all four.
  std::int64_t price_max_minor = 0;
  int published_year_min = 0;
  int published_year_max = 0;
};

struct SearchQuery {
  std::string text;
  SearchFilter filter;
  ListOrder order = ListOrder::kRelevance;  // Without a text: kPopularity.
  int page_size = kPageSizeDefault;
  int offset = 0;  // At most kSearchDepthMax - page_size.
  enum class Facets { kNone, kCounted } facets = Facets::kNone;
};

struct FacetCount {
  std::string value;         // A slug, a language code, a Format's number, the first year of a decade.
  std::string display_name;  // Of an author; empty elsewhere.
  std::int64_t count = 0;
};

struct FacetCounts {
  std::vector<FacetCount> categories, authors, languages, formats, decades;  // Most first, at most kFacetValuesMax.
};

struct SearchResult {
  std::vector<BookId> ids;
  bool more = false;
  std::int64_t total_size = 0;  // An estimate beyond kSearchDepthMax.
  FacetCounts facets;
  std::string corrected_query;  // Empty: searched for as typed.
  bool matched_any = false;     // No book has all the words; a name of each of these is among them.
  std::string category;         // Slug of the category that the query names; empty: it names none.
};

struct Suggestion {
  enum class Kind { kBook, kAuthor, kSeries } kind = Kind::kBook;
  BookId book;       // For kBook.
  std::string slug;  // For the others.
  std::string display_name;
  std::string detail;  // Of a book: its authors.

  bool operator==(const Suggestion&) const = default;
};

class SearchIndex {
 public:
  // Opens the index in the folder `path`, and makes it if there is none. An index that is damaged, in an older format or of
  // another catalogue is replaced by an empty one. FAILED_PRECONDITION (INDEX_IN_USE) when another process writes it; throws
  // Failure when the folder cannot be written.
  static Result<std::unique_ptr<SearchIndex>> Open(const std::filesystem::path& path, const std::string& catalogue_id);
  ~SearchIndex();
  SearchIndex(const SearchIndex&) = delete;
  SearchIndex& operator=(const SearchIndex&) = delete;

  SearchResult Search(const SearchQuery& query) const;
  // Books, authors and series whose name has all the words; the last word typed may be the beginning of one.
  std::vector<Suggestion> Suggest(const std::string& prefix, int count_max) const;

  // The position that the last Commit has reached.
  std::int64_t position() const;
  // Adds or replaces a book; removes one. Visible after Commit.
  void Put(const Book& book);
  void Remove(BookId id);
  void Commit(std::int64_t position);

  bool damaged() const;
  // Deletes everything and begins at position 0.
  void Clear();

 private:
  class Impl;
  explicit SearchIndex(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace octavo::catalog
