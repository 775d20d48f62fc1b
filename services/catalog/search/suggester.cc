#include "services/catalog/search/suggester.h"

#include <algorithm>
#include <utility>

#include "services/catalog/domain/text.h"
#include "services/catalog/search/query.h"
#include "services/catalog/search/terms.h"

namespace octavo::catalog::search {
namespace {

constexpr int kSuggestedAuthorsMax = 3;
constexpr int kSuggestedSeriesMax = 2;

// Suggestions from one reader.
class Suggester {
 public:
  Suggester(const Xapian::Database& database, std::vector<std::string> words) : database_(database), words_(std::move(words)) {}

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

  static void AddOnce(std::vector<Suggestion>& found, Suggestion::Kind kind, const std::string& slug, const std::string& name) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Suggestion& each) { return each.slug == slug; });
    if (!known) found.push_back({.kind = kind, .slug = slug, .display_name = name});
  }

  // Shows books to `visit`, the best known first, until it has enough. Searches the tiers of popularity in turn, because a short
  // prefix would otherwise match hundreds of thousands.
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
      if (matches.size() == kLookedAtMax) return;  // Lower tiers would only add less popular books.
    }
  }

  // Whether a single name has all the words; the last may be unfinished.
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

}  // namespace

std::vector<Suggestion> Suggest(const Xapian::Database& database, const std::string& prefix, int count_max) {
  std::vector<std::string> words = TypedWords(prefix);
  if (words.empty()) return {};
  return Suggester(database, std::move(words)).Run(count_max);
}

}  // namespace octavo::catalog::search
