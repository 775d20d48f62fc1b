#include "recommender/metadata.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace octavo::recommender {
namespace {

// A shared series counts most, then the author; words are many and count least each.
constexpr float kSeriesWeight = 3;
constexpr float kAuthorWeight = 2;
constexpr float kSubjectWeight = 1;
constexpr float kWordWeight = 0.5F;
constexpr std::size_t kWordsMax = 200;  // Of one book: enough for a description.

struct Feature {
  std::uint32_t id;
  float weight;
};
using Features = std::vector<Feature>;

class Vocabulary {
 public:
  Features Of(const BookMetadata& book) {
    features_.clear();
    for (const std::string& author : book.authors) Add('a', author, kAuthorWeight);
    if (!book.series.empty()) Add('s', book.series, kSeriesWeight);
    for (const std::string& subject : book.subjects) Add('t', subject, kSubjectWeight);
    AddWords(book.text);
    std::sort(features_.begin(), features_.end(), [](const Feature& a, const Feature& b) { return a.id < b.id; });
    const auto same = [](const Feature& a, const Feature& b) { return a.id == b.id; };
    features_.erase(std::unique(features_.begin(), features_.end(), same), features_.end());
    return features_;
  }
  std::size_t size() const { return ids_.size(); }

 private:
  // Upper and lower case are the same; bytes other than ASCII letters stay.
  void Add(char kind, std::string_view name, float weight) {
    std::string key(1, kind);
    for (const char c : name) key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    features_.push_back({ids_.Intern(key), weight});
  }
  void AddWords(std::string_view text) {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0; };
    std::size_t words = 0;
    for (std::size_t at = 0; at < text.size() && words < kWordsMax;) {
      const auto begin = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_word);
      const auto end = std::find_if_not(begin, text.end(), is_word);
      if (end - begin >= 3) {
        Add('w', {begin, end}, kWordWeight);
        ++words;
      }
      at = static_cast<std::size_t>(end - text.begin());
    }
  }

  IdTable ids_;
  Features features_;
};

// Books by feature, with idf weights and each book's vector scaled to length one.
class MetadataIndex {
 public:
  MetadataIndex(const std::vector<BookMetadata>& books, std::size_t feature_books_max) {
    Vocabulary vocabulary;
    for (const BookMetadata& book : books) features_.push_back(vocabulary.Of(book));
    std::vector<std::uint32_t> counts(vocabulary.size(), 0);
    for (const Features& features : features_) {
      for (const Feature& feature : features) ++counts[feature.id];
    }
    books_.resize(vocabulary.size());
    for (std::uint32_t book = 0; book < features_.size(); ++book) {
      Features& features = features_[book];
      std::erase_if(features, [&](const Feature& f) { return counts[f.id] < 2 || counts[f.id] > feature_books_max; });
      float square = 0;
      for (Feature& feature : features) {
        feature.weight *= std::log(static_cast<float>(books.size() + 1) / static_cast<float>(counts[feature.id]));
        square += feature.weight * feature.weight;
      }
      for (Feature& feature : features) {
        feature.weight /= std::sqrt(square);
        books_[feature.id].push_back({book, feature.weight});
      }
    }
  }

  // The most similar books for which wanted(book) holds, best first, ties by number.
  template <typename Wanted>
  std::vector<Feature> Similar(std::uint32_t book, std::size_t count, const Wanted& wanted) const {
    std::unordered_map<std::uint32_t, float> scores;
    for (const Feature& feature : features_[book]) {
      for (const Feature& other : books_[feature.id]) {
        if (other.id != book && wanted(other.id)) scores[other.id] += feature.weight * other.weight;
      }
    }
    std::vector<Feature> best;
    best.reserve(scores.size());
    for (const auto& [id, score] : scores) best.push_back({id, score});
    const auto better = [](const Feature& a, const Feature& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.id < b.id;
    };
    count = std::min(count, best.size());
    std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), best.end(), better);
    best.resize(count);
    return best;
  }

 private:
  std::vector<Features> features_;           // By book.
  std::vector<std::vector<Feature>> books_;  // By feature: books and their weights.
};

using Rows = std::vector<std::vector<Overlay::Entry>>;

// The weight of a book's strongest neighbours, so that new weights have the same size.
float TypicalWeight(const Model& model, ItemIndex item) {
  float largest = 0;
  for (const float weight : model.row(item).weights) largest = std::max(largest, weight);
  return largest;
}

// A new book gets a share of every weight that leads to the known books it borrows from, and its own readers use those books'
// rows.
void Inherit(const Model& model, ItemIndex item, const std::vector<Feature>& leans_on, float strength,
             std::vector<std::vector<Feature>>& followers, Rows& rows) {
  float sum = 0;
  for (const Feature& other : leans_on) sum += other.weight;
  for (const Feature& other : leans_on) {
    const float share = strength * other.weight / std::max(sum, 1.0F);
    followers[other.id].push_back({item, share});
    // Twice: the next book in the series counts more than what its readers read besides.
    const float direct = 2 * strength * other.weight * TypicalWeight(model, other.id);
    rows[other.id].push_back({item, direct});
    rows[item].push_back({other.id, direct});
    const Model::Row row = model.row(other.id);
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      rows[item].push_back({row.columns[i], share * row.weights[i]});
    }
  }
}

// Keeps the `count` largest weights, by ascending column; of equal ones those of the lower columns.
void KeepLargest(std::vector<Overlay::Entry>& row, std::size_t count) {
  if (row.size() <= count) return;
  std::nth_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(count), row.end(),
                   [](const Overlay::Entry& a, const Overlay::Entry& b) {
                     const float of_a = std::abs(a.weight);
                     const float of_b = std::abs(b.weight);
                     return of_a != of_b ? of_a > of_b : a.column < b.column;
                   });
  row.resize(count);
  std::sort(row.begin(), row.end(), [](const Overlay::Entry& a, const Overlay::Entry& b) { return a.column < b.column; });
}

// Sorts each row by column and adds up what leads to the same; keeps the `row_max` largest sums.
void Merge(std::size_t row_max, Rows& rows) {
  for (std::vector<Overlay::Entry>& row : rows) {
    std::sort(row.begin(), row.end(), [](const Overlay::Entry& a, const Overlay::Entry& b) {
      return a.column != b.column ? a.column < b.column : a.weight < b.weight;
    });
    std::size_t kept = 0;
    for (const Overlay::Entry& entry : row) {
      if (kept > 0 && row[kept - 1].column == entry.column) {
        row[kept - 1].weight += entry.weight;
      } else {
        row[kept++] = entry;
      }
    }
    row.resize(kept);
    KeepLargest(row, row_max);
  }
}

}  // namespace

std::shared_ptr<const Overlay> BuildOverlay(const Model& model, const std::vector<BookMetadata>& books,
                                            const OverlayOptions& options) {
  const MetadataIndex index(books, options.feature_books_max);
  std::vector<ItemIndex> known(books.size());
  IdTable new_ids;
  std::vector<std::uint32_t> new_books;
  for (std::uint32_t book = 0; book < books.size(); ++book) {
    known[book] = model.Find(books[book].id);
    if (known[book] != kNoIndex || new_ids.Find(books[book].id) != kNoIndex) continue;
    new_ids.Intern(books[book].id);
    new_books.push_back(book);
  }

  Rows rows(model.items() + new_books.size());
  std::vector<std::vector<Feature>> followers(model.items());
  std::unordered_map<std::uint32_t, ItemIndex> number_of;
  for (std::size_t i = 0; i < new_books.size(); ++i) {
    number_of[new_books[i]] = static_cast<ItemIndex>(model.items() + i);
  }
  for (const std::uint32_t book : new_books) {
    const ItemIndex item = number_of.at(book);
    std::vector<Feature> leans_on =
        index.Similar(book, options.neighbours, [&](std::uint32_t other) { return known[other] != kNoIndex; });
    for (Feature& other : leans_on) other.id = known[other.id];
    Inherit(model, item, leans_on, options.strength, followers, rows);
    // New books of one author or series also lead to each other.
    for (const Feature& other : index.Similar(book, options.neighbours, [&](std::uint32_t o) { return number_of.contains(o); })) {
      rows[item].push_back({number_of.at(other.id), options.strength * other.weight});
    }
  }
  for (ItemIndex item = 0; item < model.items(); ++item) {
    const Model::Row row = model.row(item);
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      for (const Feature& follower : followers[row.columns[i]]) {
        rows[item].push_back({follower.id, follower.weight * row.weights[i]});
      }
    }
  }
  Merge(options.row_max, rows);
  return std::make_shared<const Overlay>(model.items(), std::move(new_ids), rows);
}

}  // namespace octavo::recommender
