#include "services/recommendations/assortment.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <unordered_map>

#include "recommender/metadata.h"

namespace octavo::recommendations {
namespace {

using recommender::kNoIndex;

// Every shop has these, with or without books: the published contract names them.
constexpr std::string_view kClassicCategories[] = {"categories/fiction", "categories/romance", "categories/self-help"};

// A feature (author, series, subject, word) that more books share is passed over when new books are related to known ones.
// The work is about new books x features x this: 20 million steps for 10,000 new books, one second.
constexpr std::size_t kFeatureBooksMax = 200;
// Beyond so many new books at once (a first import of a large catalogue) only close relations are looked for.
constexpr std::size_t kManyNewBooks = 50'000;
constexpr std::size_t kFeatureBooksOfMany = 20;

std::shared_ptr<const recommender::Overlay> OverlayOf(const recommender::Model& model,
                                                      const std::vector<std::shared_ptr<const Book>>& books) {
  std::vector<const Book*> ordered;
  ordered.reserve(books.size());
  for (const auto& book : books) ordered.push_back(book.get());
  // The overlay numbers new books in this order, and what is filled in comes in the order of the numbers.
  std::sort(ordered.begin(), ordered.end(), [](const Book* a, const Book* b) {
    return a->ratings_count != b->ratings_count ? a->ratings_count > b->ratings_count : a->id < b->id;
  });
  std::size_t new_books = 0;
  std::vector<recommender::BookMetadata> metadata;
  metadata.reserve(ordered.size());
  for (const Book* book : ordered) {
    metadata.push_back({.id = std::to_string(book->id.value()),
                        .authors = book->authors,
                        .series = book->series,
                        .subjects = book->subjects,
                        .text = book->title});
    new_books += model.Find(metadata.back().id) == kNoIndex ? 1 : 0;
  }
  return recommender::BuildOverlay(model, metadata,
                                   {.feature_books_max = new_books > kManyNewBooks ? kFeatureBooksOfMany : kFeatureBooksMax});
}

// Numbers names in order of first sight.
class Numbering {
 public:
  std::uint32_t Of(const std::string& name) {
    return numbers_.try_emplace(name, static_cast<std::uint32_t>(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

std::size_t HashOf(std::int32_t book) { return static_cast<std::uint32_t>(book) * 0x9E3779B97F4A7C15ULL >> 32; }

}  // namespace

Assortment::Assortment(std::string model_name, std::shared_ptr<const recommender::Model> model,
                       const std::vector<std::shared_ptr<const Book>>& books, const Render& render)
    : model_name_(std::move(model_name)), recommender_(model, OverlayOf(*model, books)), all_(recommender_.items()) {
  Number();

  std::vector<const Book*> book_at(items(), nullptr);
  for (const auto& book : books) book_at[ItemOf(book->id)] = book.get();
  for (const std::string_view category : kClassicCategories) {
    sections_.try_emplace(std::string(category), items());
  }
  Numbering author_numbers;
  Numbering series_numbers;
  std::vector<std::vector<std::uint32_t>> authors(items());
  std::vector<std::vector<std::uint32_t>> series(items());
  title_offsets_.reserve(items() + 1);
  title_offsets_.push_back(0);
  rendered_offsets_.push_back(0);
  for (ItemIndex item = 0; item < items(); ++item) {
    if (const Book* const book = book_at[item]) {
      titles_ += book->title;
      if (render) rendered_ += render(*book);
      all_.set.Add(item);
      all_.members.push_back(item);
      for (const std::string& category : book->categories) {
        Section& section = sections_.try_emplace(category, items()).first->second;
        if (section.set.Contains(item)) continue;
        section.set.Add(item);
        section.members.push_back(item);
      }
      for (const std::string& author : book->authors) authors[item].push_back(author_numbers.Of(author));
      if (!book->series.empty()) series[item].push_back(series_numbers.Of(book->series));
    }
    title_offsets_.push_back(static_cast<std::uint32_t>(titles_.size()));
    rendered_offsets_.push_back(static_cast<std::uint32_t>(rendered_.size()));
  }
  authors_ = recommender::ItemGroups(authors);
  series_ = recommender::ItemGroups(series);
  NumberVolumesAndLanguages(book_at);
}

void Assortment::NumberVolumesAndLanguages(const std::vector<const Book*>& book_at) {
  Numbering series_numbers;
  Numbering language_numbers;
  volume_of_.resize(items());
  language_of_.assign(items(), 0);
  for (ItemIndex item = 0; item < items(); ++item) {
    const Book* const book = book_at[item];
    if (book == nullptr) continue;
    if (!book->series.empty() && book->volume > 0) {
      volume_of_[item] = {series_numbers.Of(book->series), book->volume};
      volumes_.resize(std::max<std::size_t>(volumes_.size(), volume_of_[item].series + std::size_t{1}));
      volumes_[volume_of_[item].series].emplace_back(book->volume, item);
    }
    if (book->language.empty()) continue;
    const std::uint32_t language = language_numbers.Of(book->language) + 1;
    if (language > UINT8_MAX) continue;
    language_of_[item] = static_cast<std::uint8_t>(language);
    languages_ = std::max<std::size_t>(languages_, language + std::size_t{1});
  }
  for (auto& volumes : volumes_) std::sort(volumes.begin(), volumes.end());
  const auto by_language = [this](Section& section) {
    section.in_language.assign(languages_, recommender::ItemSet(items()));
    for (const ItemIndex item : section.members) {
      for (std::size_t language = 0; language < languages_; ++language) {
        if (language_of_[item] == 0 || language_of_[item] == language) section.in_language[language].Add(item);
      }
    }
  };
  by_language(all_);
  for (auto& [category, section] : sections_) by_language(section);
}

ItemIndex Assortment::VolumeBehind(std::uint32_t series, int number) const {
  const auto& volumes = volumes_[series];
  const auto behind = std::upper_bound(volumes.begin(), volumes.end(), std::pair(number, kNoIndex));
  return behind == volumes.end() ? kNoIndex : behind->second;
}

// Fills book_of_ and slots_.
void Assortment::Number() {
  slots_.assign(std::bit_ceil(2 * items() + 1), {0, kNoIndex});
  book_of_.resize(items());
  for (ItemIndex item = 0; item < items(); ++item) {
    const std::string_view id = recommender_.id(item);
    std::int32_t book = 0;  // Stays 0, which is no book, for an id that is not ours: a foreign model file.
    std::from_chars(id.data(), id.data() + id.size(), book);
    book_of_[item] = book;
    if (book <= 0) continue;
    std::size_t at = HashOf(book) & (slots_.size() - 1);
    while (slots_[at].first != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {book, item};
  }
}

ItemIndex Assortment::ItemOf(BookId book) const {
  for (std::size_t at = HashOf(book.value()) & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].first == book.value()) return slots_[at].second;
    if (slots_[at].first == 0) return kNoIndex;
  }
}

const Section* Assortment::Find(std::string_view category) const {
  const auto found = sections_.find(category);
  return found == sections_.end() ? nullptr : &found->second;
}

std::shared_ptr<const recommender::Model> EmptyModel() {
  recommender::ModelParts parts;
  parts.row_offsets = {0};
  return std::make_shared<const recommender::Model>(recommender::Model::FromParts(parts));
}

}  // namespace octavo::recommendations
