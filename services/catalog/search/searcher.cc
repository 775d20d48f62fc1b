#include "services/catalog/search/searcher.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/catalog/domain/category.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/search/query.h"
#include "services/catalog/search/terms.h"
#include "services/catalog/search/vocabulary.h"

namespace octavo::catalog::search {
namespace {

// Facets are counted over at most this many matches and scaled up: 60 ms for a category of a million books.
constexpr Xapian::doccount kFacetMatchesMax = 50'000;
// Words that are in the same book by accident count less than names of the same sound.
constexpr double kMetFactor = 0.5;

// Counts the facet values of every match.
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
      std::sort(values->begin(), values->end(),
                [](const FacetCount& a, const FacetCount& b) { return std::tie(b.count, a.value) < std::tie(a.count, b.value); });
      if (values->size() > kFacetValuesMax) values->resize(kFacetValuesMax);
    }
    return counts;
  }

 private:
  // Looks up values without making a std::string of each.
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

// See searcher.h.
class Searcher {
 public:
  Searcher(const Xapian::Database& database, const SearchQuery& query)
      : database_(database), query_(query), builder_(database), filter_(FilterQuery(query.filter)) {}

  SearchResult Run() {
    const std::string text = CleanLine(query_.text);
    if (text.empty()) return Show(filter_, /*by_relevance=*/false);
    const QueryWords words(TypedWords(query_.text));
    if (words.all.empty()) return {};  // Signs only: no name consists of them.
    builder_.AlsoLookFor(OtherSpellings(words.all));
    if (SearchResult found = ByIsbn(text); found.total_size > 0) return found;
    if (SearchResult found = ByWords(words); found.total_size > 0) return found;

    const QueryWords corrected(builder_.Corrected(words.all));
    SearchResult result = ByGuess(words, corrected);
    if (result.total_size == 0) return {};
    if (result.corrected_query.empty() && corrected.all != words.all) result.corrected_query = Join(corrected.all);
    return result;
  }

 private:
  SearchResult ByIsbn(const std::string& text) {
    if (const Result<Isbn> isbn = ParseIsbn(text); isbn.ok()) {
      SearchResult found = ShowByPopularity(Xapian::Query(Term(kIsbn, isbn->isbn13)));
      if (found.total_size > 0) return found;
    }
    return ShowByPopularity(IsbnBeginQuery(database_, Fold(text)));
  }

  // Searches for a category, or for all the words as typed.
  SearchResult ByWords(const QueryWords& words) {
    if (const Category* category = builder_.CategoryNamed(words); category != nullptr) {
      SearchResult found = ShowRanked(builder_.OfCategory(*category, words), words);
      found.category = category->slug;
      return found;
    }
    if (const std::optional<Xapian::Query> of_name = builder_.OfName(words)) return ShowRanked(*of_name, words);
    const Xapian::Query all = builder_.All(words);
    SearchResult found = ShowRanked(all, words);
    // Words that are in one book, but not in one name of it, may be a misspelt name: "steven king".
    if (found.ids.empty() || words.strong.size() < 2 || builder_.HasInOneName(DocumentOf(found.ids.front()), words)) {
      return found;
    }
    const Xapian::Query names = builder_.NamesThatSound(words);
    if (!Finds(names)) return found;
    const Xapian::Query met(Xapian::Query::OP_SCALE_WEIGHT, all, kMetFactor);
    return ShowNear(Xapian::Query(Xapian::Query::OP_OR, met, names), words);
  }

  SearchResult ByGuess(const QueryWords& typed, const QueryWords& corrected) {
    if (corrected.all != typed.all) {
      if (SearchResult found = ByWords(corrected); found.total_size > 0) return found;
    }
    const Xapian::Query begun(Xapian::Query::OP_OR, builder_.AllBegun(corrected), builder_.NamesThatSound(typed));
    if (SearchResult found = ShowNear(begun, corrected); found.total_size > 0) return found;
    if (SearchResult found = ShowNear(builder_.Near(typed), typed); found.total_size > 0) return found;
    if (corrected.all != typed.all) {
      if (SearchResult found = ShowNear(builder_.Near(corrected), corrected); found.total_size > 0) return found;
    }
    // No book has them all: books that are called by some of them may help. For a single word this was tried already.
    if (corrected.all.size() < 2) return {};
    SearchResult result = ShowRanked(builder_.NamedWithin(corrected), corrected);
    if (const Category* category = builder_.CategoryWithin(corrected); category != nullptr && result.ids.empty()) {
      result = ShowRanked(builder_.OfCategory(*category, corrected), corrected);
      result.category = category->slug;
    }
    result.matched_any = result.total_size > 0;
    return result;
  }

  // Spellings of the words without umlauts, and numbers as words or digits.
  std::map<std::string, std::string> OtherSpellings(const std::vector<std::string>& words) const {
    std::map<std::string, std::string> spellings;
    const std::vector<std::string> others = TypedWords(SpellOutUmlauts(query_.text));
    for (std::size_t i = 0; i < words.size() && others.size() == words.size(); ++i) {
      if (others[i] != words[i]) spellings[words[i]] = others[i];
    }
    for (const std::string& word : words) {
      if (const std::string_view other = NumberOtherwise(word); !other.empty()) spellings[word] = other;
    }
    return spellings;
  }

  Xapian::Query Filtered(const Xapian::Query& query) const { return Xapian::Query(Xapian::Query::OP_FILTER, query, filter_); }

  bool Finds(const Xapian::Query& query) const {
    if (query.empty()) return false;
    Xapian::Enquire enquire(database_);
    enquire.set_query(Filtered(query));
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    return !enquire.get_mset(0, 1).empty();
  }

  Xapian::Document DocumentOf(BookId id) const { return database_.get_document(static_cast<Xapian::docid>(id.value())); }

  SearchResult ShowByPopularity(const Xapian::Query& matching) { return ShowRanked(matching, QueryWords({})); }

  SearchResult ShowRanked(const Xapian::Query& matching, const QueryWords& words) {
    if (matching.empty()) return {};
    return Show(Filtered(builder_.Ranked(matching, words)), /*by_relevance=*/true);
  }

  // As ShowRanked, or with the words as the best book spells them, if it spells them differently.
  SearchResult ShowNear(const Xapian::Query& matching, const QueryWords& words) {
    SearchResult result = ShowRanked(matching, words);
    if (result.ids.empty()) return result;
    const QueryWords written(builder_.AsWrittenIn(DocumentOf(result.ids.front()), words.all));
    if (written.all == words.all) return result;
    if (SearchResult again = ShowRanked(builder_.All(written), written); again.total_size > 0) result = std::move(again);
    result.corrected_query = Join(written.all);
    return result;
  }

  SearchResult Show(const Xapian::Query& query, bool by_relevance) {
    Xapian::Enquire enquire(database_);
    // Xapian's own figures except b: a short title counts a little more than a long one, not half as much again.
    enquire.set_weighting_scheme(Xapian::BM25Weight(/*k1=*/1, /*k2=*/0, /*k3=*/1, /*b=*/0.25, /*min_normlen=*/0.5));
    enquire.set_query(query);
    ListOrder order = query_.order;
    if (order == ListOrder::kRelevance && !by_relevance) order = ListOrder::kPopularity;
    Sort(enquire, order);

    FacetSpy spy;
    const bool with_facets = query_.facets == SearchQuery::Facets::kCounted;
    if (with_facets) enquire.add_matchspy(&spy);
    const auto wanted = static_cast<Xapian::doccount>(query_.page_size);
    const Xapian::doccount check_at_least = with_facets ? std::min(database_.get_doccount(), kFacetMatchesMax) : kSearchDepthMax;
    const Xapian::MSet matches = enquire.get_mset(static_cast<Xapian::doccount>(query_.offset), wanted, check_at_least);

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
  QueryBuilder builder_;
  const Xapian::Query filter_;
};

}  // namespace

SearchResult Search(const Xapian::Database& database, const SearchQuery& query) { return Searcher(database, query).Run(); }

}  // namespace octavo::catalog::search
