// Shelves: the answers. Who asks, what they did, what may be shown → a row of books. Works from memory, never waits,
// and gives equal answers to equal questions on the same day (UTC).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "services/recommendations/answer_cache.h"
#include "services/recommendations/domain/history.h"
#include "services/recommendations/snapshot_keeper.h"
#include "services/recommendations/suggestion.h"

namespace octavo::recommendations {

inline constexpr int kResultsMax = 100;

// Makes of a new answer what its asker sends (Answer::prepared). Lives as long as the shelves that it is given to.
using Prepare = std::function<std::shared_ptr<const void>(const Assortment&, std::span<const Suggestion>)>;

struct ShelfRequest {
  std::string_view reader;    // Without "readers/".
  std::string_view category;  // "categories/romance"; empty: all.
  int max_results = 10;       // At least 1; more than kResultsMax is taken as that.
  std::span<const BookId> excluded = {};
  int author_max = 0;  // At most so many books of one author, of one series; 0: no bound.
  int series_max = 0;
  bool with_because = false;
  const Prepare* prepare = nullptr;
};

// The suggestions are the answer's, or else the workspace's until its next use.
struct Shelf {
  std::shared_ptr<const Snapshot> snapshot;  // Keeps alive what the next line points to.
  const Assortment* assortment = nullptr;
  std::span<const Suggestion> suggestions;
  std::shared_ptr<const Answer> answer;  // Of Recommend.
};

// A book is named as a reason where it gave this share of the score or more …
inline constexpr double kFairShare = 0.2;
// … and the suggestion is one of so many books that are nearest to it. A classic is a little like every other.
inline constexpr std::size_t kNearMax = 30;

struct Contribution {
  BookId book;
  std::string_view title;  // Empty for a book that the catalogue no longer has. Lives as long as the snapshot.
  double share = 0;        // Of the score, 0 to 1.
};

// The memory of one thread at work, kept so that answers allocate nothing. Not shared.
struct Workspace {
  History history;
  std::vector<recommender::HistoryEntry> entries;
  std::vector<Volume> volumes;        // Of series that the reader has begun, the furthest volume of each.
  std::size_t language = 0;           // Nearly all that the reader reads is in it; 0: in no one language.
  std::vector<ItemIndex> exclusions;  // First those that may never be shown, then those only rather not.
  std::size_t never_count = 0;        // How many of the first kind.
  std::vector<Suggestion> suggestions;
  recommender::Scratch scratch;
};

class Shelves {
 public:
  struct Options {
    // What a reader did counts half after so many days.
    double half_life_days = 180;
    // Which share of a shelf is given to new and rare books; 0.1: one book of ten.
    double exploration_share = 0.1;
    // How lively the order of what is popular varies between readers and days; 0: not at all.
    double variety = 0.5;
    // Which share of the readers the challenger answers, while there is one.
    double challenger_share = 0;
    // Rows of four kept answers; a power of two.
    std::size_t kept_rows = AnswerCache::kRows;
  };

  // All outlive the shelves. Thread-safe, with a workspace per thread.
  Shelves(const SnapshotKeeper& snapshots, const Histories& histories, const Clock& clock, Options options)
      : snapshots_(snapshots), histories_(histories), clock_(clock), options_(options), cache_(options.kept_rows) {}

  // Books for a reader. NOT_FOUND (UNKNOWN_CATEGORY), INVALID_ARGUMENT (INVALID_FIELD: max_results).
  Result<Shelf> Recommend(const ShelfRequest& request, Workspace& workspace) const;
  // Some of the books of a page, in their order.
  struct List {
    std::vector<BookId> books;
    bool by_taste = false;
  };
  // Puts each list in the order in which a page should show it: without what the reader owns, books in stock before those
  // that are not, those in the reader's one language before others; by taste, the model's choice before the rest.
  void Arrange(std::string_view reader, std::span<List> lists, Workspace& workspace) const;
  // Books like this one. `reader` may be empty. NOT_FOUND (UNKNOWN_BOOK), INVALID_ARGUMENT (max_results).
  Result<Shelf> Similar(BookId book, std::string_view reader, int max_results, Workspace& workspace) const;
  // Which of the reader's books led to this one, as far as each gave a fair share of the score and is near the book.
  // NOT_FOUND (UNKNOWN_BOOK). `snapshot` keeps the titles alive.
  Result<std::vector<Contribution>> Because(std::string_view reader, BookId book, int max_results, Workspace& workspace,
                                            std::shared_ptr<const Snapshot>& snapshot) const;

  // The model that answers this reader.
  std::string ModelFor(std::string_view reader) const;

 private:
  struct Ask;

  const ModelView& ViewFor(const Snapshot& snapshot, std::string_view reader) const;
  void LayOutHistory(const Assortment& assortment, std::span<const BookId> excluded, std::int64_t day,
                     Workspace& workspace) const;
  std::shared_ptr<const Answer> Find(Ask& ask, Workspace& workspace) const;
  std::shared_ptr<const Answer> MakeAnswer(const Ask& ask, Workspace& workspace) const;
  // From `books`, which are some of the section's.
  void Fill(const Ask& ask, const recommender::ItemSet& books, std::span<const ItemIndex> exclusions, Workspace& workspace) const;
  void Explore(const Ask& ask, Workspace& workspace) const;
  void ArrangeList(const ModelView& view, List& list, Workspace& workspace) const;

  const SnapshotKeeper& snapshots_;
  const Histories& histories_;
  const Clock& clock_;
  const Options options_;
  mutable AnswerCache cache_;  // Changes no answer, only its cost.
};

}  // namespace octavo::recommendations
