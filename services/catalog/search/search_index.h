// SearchIndex: finds books by what readers type. Xapian does the work and is not seen outside this folder.
//
// The index is derived from the store and may be thrown away at any time: it remembers the position of the change log up
// to which it is complete, and of which catalogue. Whoever fills it (indexer.h) reads on from there.
//
// Threads: Search and Suggest may be called from any number of threads at any time, each on a connection of its own;
// they see the last Commit. All other methods belong to one writing thread, but for position and damaged. All may throw
// Failure UNAVAILABLE (SEARCH_UNAVAILABLE): the disk is full or the index is damaged; then damaged() is true.
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
// How far one may page: finding the page behind n results costs as much as finding n.
inline constexpr int kSearchDepthMax = 10'000;
inline constexpr int kFacetValuesMax = 20;
inline constexpr int kSuggestionsMax = 20;

// A book must pass every field that is set; within a list any value will do.
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
  ListOrder order = ListOrder::kRelevance;  // Of no text: kPopularity.
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
  bool matched_any = false;     // No book has all the words; these are called by some of them.
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
  // Opens the index in the folder `path`, making it if need be. One that is damaged, of an older form or of another
  // catalogue is thrown away and made anew, empty. FAILED_PRECONDITION (INDEX_IN_USE) when another process writes it;
  // throws Failure when the folder cannot be written.
  static Result<std::unique_ptr<SearchIndex>> Open(const std::filesystem::path& path, const std::string& catalogue_id);
  ~SearchIndex();
  SearchIndex(const SearchIndex&) = delete;
  SearchIndex& operator=(const SearchIndex&) = delete;

  SearchResult Search(const SearchQuery& query) const;
  // Books, authors and series whose name has a word that begins with the last word typed, and all the words before.
  std::vector<Suggestion> Suggest(const std::string& prefix, int count_max) const;

  // Up to where Commit has brought it.
  std::int64_t position() const;
  // Adds or replaces a book; takes one out. Not seen before Commit.
  void Put(const Book& book);
  void Remove(BookId id);
  void Commit(std::int64_t position);

  bool damaged() const;
  // Throws everything away and begins at position 0.
  void Clear();

 private:
  class Impl;
  explicit SearchIndex(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace octavo::catalog
