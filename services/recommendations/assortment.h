// Assortment: everything an answer needs to know of the books, laid out for one model. The model numbers the books; this
// keeps each book's id, title, categories, authors and series under the same number. Immutable: answers under way keep
// the one they began with. Any number of threads may read.
//
// Memory: about 100 bytes a book beside the model; building it for 10,000 books takes milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recommender/ids.h"
#include "recommender/query.h"
#include "services/recommendations/domain/event.h"

namespace octavo::recommendations {

using recommender::ItemIndex;

// What this service keeps of a book of the catalogue.
struct Book {
  BookId id;
  std::string title;
  std::vector<std::string> authors;  // "authors/ursula-k-le-guin", as all names here.
  std::string series;                // Empty: none.
  int volume = 0;                    // Which of the series, from 1; 0: none in particular, or several.
  std::string language;              // "de"; empty: unknown.
  std::vector<std::string> subjects;
  std::vector<std::string> categories;
  std::int64_t ratings_count = 0;  // How popular it is as long as nobody here has read it.

  bool operator==(const Book&) const = default;
};

// The books of one category, or of none in particular.
struct Section {
  explicit Section(std::size_t items) : set(items) {}

  recommender::ItemSet set;
  std::vector<ItemIndex> members;  // Ascending: the popular first.
  // By language (Assortment::LanguageOf): its books, and those of unknown language.
  std::vector<recommender::ItemSet> in_language;
};

// Where a book stands in a series; `series` is kNoIndex where it is no volume.
struct Volume {
  std::uint32_t series = recommender::kNoIndex;
  int number = 0;
};

class Assortment {
 public:
  // Makes of a book what an adapter wants to have ready for its answers, such as its bytes on the wire.
  using Render = std::function<std::string(const Book&)>;

  // `model_name` is told to callers; empty while there has been no training. `books` in any order, each id once.
  Assortment(std::string model_name, std::shared_ptr<const recommender::Model> model,
             const std::vector<std::shared_ptr<const Book>>& books, const Render& render = nullptr);

  const std::string& model_name() const { return model_name_; }
  const recommender::Recommender& recommender() const { return recommender_; }
  std::size_t items() const { return recommender_.items(); }

  // kNoIndex for a book that neither the model nor the catalogue knows.
  ItemIndex ItemOf(BookId book) const;
  BookId BookOf(ItemIndex item) const { return BookId(book_of_[item]); }
  // Empty for a book that the model knows and the catalogue does not.
  std::string_view TitleOf(ItemIndex item) const {
    return std::string_view(titles_).substr(title_offsets_[item], title_offsets_[item + 1] - title_offsets_[item]);
  }
  // What `render` made of the book; empty as the title is, or where there is no `render`.
  std::string_view RenderedOf(ItemIndex item) const {
    if (rendered_.empty()) return {};
    return std::string_view(rendered_).substr(rendered_offsets_[item], rendered_offsets_[item + 1] - rendered_offsets_[item]);
  }
  // All books of the catalogue.
  const Section& all() const { return all_; }
  // Null unless some book stands in the category, or the published contract names it.
  const Section* Find(std::string_view category) const;
  const recommender::ItemGroups& authors() const { return authors_; }
  const recommender::ItemGroups& series() const { return series_; }
  Volume VolumeOf(ItemIndex item) const { return volume_of_[item]; }
  // The first volume of the series behind `number`; kNoIndex where there is none.
  ItemIndex VolumeBehind(std::uint32_t series, int number) const;
  // From 1; 0: unknown.
  std::size_t LanguageOf(ItemIndex item) const { return language_of_[item]; }
  std::size_t languages() const { return languages_; }

 private:
  void Number();
  void NumberVolumesAndLanguages(const std::vector<const Book*>& book_at);

  const std::string model_name_;
  const recommender::Recommender recommender_;
  std::vector<std::int32_t> book_of_;                      // By item.
  std::vector<std::pair<std::int32_t, ItemIndex>> slots_;  // Open addressing by book; a power of two, half full; 0: free.
  std::string titles_;
  std::vector<std::uint32_t> title_offsets_;  // 4 GB of titles are enough for 100 million books.
  std::string rendered_;
  std::vector<std::uint32_t> rendered_offsets_;
  Section all_;
  std::map<std::string, Section, std::less<>> sections_;
  recommender::ItemGroups authors_{{}};
  recommender::ItemGroups series_{{}};
  std::vector<Volume> volume_of_;                                // By item.
  std::vector<std::vector<std::pair<int, ItemIndex>>> volumes_;  // By series, ascending.
  std::vector<std::uint8_t> language_of_;                        // By item. The 255th language and later ones are unknown.
  std::size_t languages_ = 1;                                    // With the unknown one.
};

// A model of no books and no readers: what answers before the first training.
std::shared_ptr<const recommender::Model> EmptyModel();

}  // namespace octavo::recommendations
