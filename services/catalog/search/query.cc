#include "services/catalog/search/query.h"

#include <algorithm>
#include <array>
#include <functional>
#include <sstream>
#include <utility>

#include "services/catalog/domain/text.h"

namespace octavo::catalog::search {
namespace {

using Xapian::Query;

// A word in a title or a name says more than one in a description.
constexpr double kTitleFactor = 2.5;
constexpr double kAuthorFactor = 2.5;
constexpr double kSeriesFactor = 1.5;
// Added where a whole name is what was typed; a word weighs some 5 to 30.
constexpr double kExactTitleWeight = 60;
constexpr double kExactNameWeight = 15;
// Popularity (0 to 6.7) decides between books that match alike, and not much more.
constexpr double kPopularityFactor = 2;
// How many letters of a query are looked at for typing errors: some 55 x 3 terms for each are asked for, 10,000 in all.
constexpr std::size_t kCorrectedLettersMax = 64;
// How many words an unfinished one may stand for; the most frequent ones are taken.
constexpr std::size_t kExpansionMax = 64;
// How many words are looked at to find those: at most what begins with one letter in a large catalogue.
constexpr std::size_t kExpansionLookedAtMax = 20'000;

constexpr auto kWeakWords = std::to_array<std::string_view>(
    {"a", "an", "and", "as", "at", "by", "das", "de", "der", "die", "el", "for", "from", "in", "is", "la", "le", "les",
     "of", "on", "or", "the", "to", "und", "with"});

bool IsWeak(const std::string& word) { return std::binary_search(kWeakWords.begin(), kWeakWords.end(), word); }

unsigned TypingErrorsForgiven(const std::string& word) {
  const std::size_t letters = CodePointCount(word);
  return letters >= 9 ? 2 : letters >= 5 ? 1 : 0;
}

template <typename Range, typename Make>
Query Combine(Query::op op, const Range& range, const Make& make) {
  std::vector<Query> parts;
  for (const auto& each : range) parts.push_back(make(each));
  return Query(op, parts.begin(), parts.end());
}

// Adds `weight` to the books of a term, however rare it is.
Query Fixed(const std::string& term, double weight) {
  const Query weighing((new Xapian::FixedWeightPostingSource(weight))->release());
  return Query(Query::OP_AND, weighing, Query(Query::OP_SCALE_WEIGHT, Query(term), 0));
}

// Every word one error away from an ASCII word: a letter left out, exchanged with the next, wrong, or too many
// (P. Norvig, "How to write a spelling corrector", 2007). Some 55 for each letter.
std::vector<std::string> OneErrorEdits(const std::string& word) {
  std::vector<std::string> edits;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    if (i < word.size()) edits.push_back(word.substr(0, i) + word.substr(i + 1));
    if (i + 1 < word.size() && word[i] != word[i + 1]) {
      edits.push_back(word);
      std::swap(edits.back()[i], edits.back()[i + 1]);
    }
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      edits.push_back(word.substr(0, i) + letter + word.substr(i));
      if (i == word.size() || word[i] == letter) continue;
      edits.push_back(word);
      edits.back()[i] = letter;
    }
  }
  return edits;
}

bool IsAscii(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](unsigned char c) { return c < 0x80; });
}

Query Range(Xapian::valueno slot, double min, double max) {
  return Query(Query::OP_VALUE_RANGE, slot, Xapian::sortable_serialise(min), Xapian::sortable_serialise(max));
}

}  // namespace

QueryBuilder::QueryBuilder(const Xapian::Database& database) : database_(database) {
  std::istringstream names(database.get_metadata("octavo.stemmers"));
  for (std::string name; names >> name;) stemmers_.emplace_back(name);
}

std::vector<std::string> QueryBuilder::StemTerms(const std::string& word) const {
  std::vector<std::string> terms;
  for (const Stemmer& stemmer : stemmers_) {
    if (std::string term = stemmer.TermOf(word); !term.empty()) terms.push_back(std::move(term));
  }
  return terms;
}

bool QueryBuilder::IsKnown(const std::string& word) const {
  if (database_.term_exists(Term("", word))) return true;
  // Another form of a known word is no typing error. But one of many languages makes some short stem of anything.
  const std::vector<std::string> stems = StemTerms(word);
  return std::any_of(stems.begin(), stems.end(), [&](const std::string& stem) {
    const std::size_t letters = CodePointCount(stem) - Stemmer::kPrefixSize;
    return letters >= 4 && letters + 3 >= CodePointCount(word) && database_.term_exists(stem);
  });
}

// Every word of title, authors and series is among the plain words too, so these decide what matches, and the fields
// only add weight.
Query QueryBuilder::Word(const std::string& word) const {
  const std::vector<std::string> stems = StemTerms(word);
  std::vector<Query> plain = {Query(Term("", word))};
  std::vector<Query> title = {Query(Term(kTitleWord, word))};
  for (const std::string& stem : stems) {
    plain.emplace_back(stem);
    title.emplace_back(Term(kTitleWord, stem));
  }
  const std::vector<Query> fields = {
      Query(Query::OP_SCALE_WEIGHT, Query(Query::OP_SYNONYM, title.begin(), title.end()), kTitleFactor),
      Query(Query::OP_SCALE_WEIGHT, Query(Term(kAuthorWord, word)), kAuthorFactor),
      Query(Query::OP_SCALE_WEIGHT, Query(Term(kSeriesWord, word)), kSeriesFactor)};
  return Query(Query::OP_AND_MAYBE, Query(Query::OP_SYNONYM, plain.begin(), plain.end()),
               Query(Query::OP_OR, fields.begin(), fields.end()));
}

Query QueryBuilder::All(const std::vector<std::string>& words) const {
  std::vector<std::string> strong;
  std::vector<std::string> weak;
  for (const std::string& word : words) (IsWeak(word) ? weak : strong).push_back(word);
  if (strong.empty()) strong.swap(weak);
  const Query wanted = Combine(Query::OP_AND, strong, [&](const std::string& word) { return Word(word); });
  if (weak.empty()) return wanted;
  // Weak words weigh in where they stand in the title; elsewhere they stand in every book.
  return Query(Query::OP_AND_MAYBE, wanted,
               Combine(Query::OP_OR, weak, [](const std::string& word) { return Query(Term(kTitleWord, word)); }));
}

Query QueryBuilder::Any(const std::vector<std::string>& words) const {
  std::vector<std::string> strong;
  std::copy_if(words.begin(), words.end(), std::back_inserter(strong),
               [](const std::string& word) { return !IsWeak(word); });
  return Combine(Query::OP_OR, strong, [&](const std::string& word) { return Word(word); });
}

Query QueryBuilder::Ranked(const Query& matching, const std::string& text) const {
  const std::string name = ExactName(text);
  const Query popularity((new Xapian::ValueWeightPostingSource(kPopularitySlot))->release());
  const std::vector<Query> extras = {Fixed(Term(kExactTitle, name), kExactTitleWeight),
                                     Fixed(Term(kExactMainTitle, name), kExactNameWeight),
                                     Fixed(Term(kExactSeries, name), kExactNameWeight),
                                     Fixed(Term(kExactAuthor, name), kExactNameWeight),
                                     Query(Query::OP_SCALE_WEIGHT, popularity, kPopularityFactor)};
  return Query(Query::OP_AND_MAYBE, matching, Query(Query::OP_OR, extras.begin(), extras.end()));
}

std::vector<std::string> QueryBuilder::Corrected(const std::vector<std::string>& words) const {
  std::vector<std::string> corrected = words;
  std::size_t letters_left = kCorrectedLettersMax;
  for (std::string& word : corrected) {
    const unsigned errors = TypingErrorsForgiven(word);
    if (errors == 0 || IsKnown(word)) continue;
    if (word.size() > letters_left) break;
    letters_left -= word.size();
    std::string near = OneErrorAway(word);
    // Xapian looks by groups of three letters, which finds two errors in a long word, but misses some in a short one.
    if (near.empty()) near = database_.get_spelling_suggestion(word, errors);
    if (!near.empty()) word = near;
  }
  return corrected;
}

std::string QueryBuilder::OneErrorAway(const std::string& word) const {
  std::string best;
  if (!IsAscii(word)) return best;
  double best_popularity = -1;
  for (const std::string& edit : OneErrorEdits(word)) {
    // Only words of names: a description may have any typing error itself.
    const bool known = database_.term_exists(Term(kTitleWord, edit)) || database_.term_exists(Term(kAuthorWord, edit)) ||
                       database_.term_exists(Term(kSeriesWord, edit));
    if (!known) continue;
    const double popularity = Popularity(edit);
    if (popularity <= best_popularity) continue;
    best = edit;
    best_popularity = popularity;
  }
  return best;
}

// Of the best known book that has the word in a name.
double QueryBuilder::Popularity(const std::string& word) const {
  const std::vector<Query> fields = {Query(Term(kTitleWord, word)), Query(Term(kAuthorWord, word)),
                                     Query(Term(kSeriesWord, word))};
  Xapian::Enquire enquire(database_);
  enquire.set_query(Query(Query::OP_OR, fields.begin(), fields.end()));
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_sort_by_value(kPopularitySlot, /*reverse=*/true);
  const Xapian::MSet matches = enquire.get_mset(0, 1);
  if (matches.empty()) return -1;
  return Xapian::sortable_unserialise(matches.begin().get_document().get_value(kPopularitySlot));
}

Query FilterQuery(const SearchFilter& filter) {
  std::vector<Query> parts;
  const auto any = [&](std::string_view prefix, const std::vector<std::string>& values) {
    if (values.empty()) return;
    parts.push_back(Combine(Query::OP_OR, values, [&](const std::string& value) { return Query(Term(prefix, value)); }));
  };
  any(kCategory, filter.categories);
  any(kAuthor, filter.authors);
  any(kLanguage, filter.language_codes);
  std::vector<std::string> formats;
  for (const Format format : filter.formats) formats.push_back(std::to_string(static_cast<int>(format)));
  any(kFormat, formats);
  if (filter.price_min_minor != 0 || filter.price_max_minor != 0) {
    const auto max = static_cast<double>(filter.price_max_minor == 0 ? kPriceMinorMax : filter.price_max_minor);
    parts.push_back(Range(kPriceSlot, static_cast<double>(filter.price_min_minor), std::min(max, kNoPrice / 2)));
  }
  if (filter.published_year_min != 0 || filter.published_year_max != 0) {
    parts.push_back(Range(kPublishedSlot, filter.published_year_min == 0 ? kYearMin : filter.published_year_min,
                          filter.published_year_max == 0 ? kYearMax : filter.published_year_max));
  }
  // Not Query::MatchAll: all threads would count the references of that one object, which Xapian does without a lock.
  if (parts.empty()) return Query(std::string());
  return Query(Query::OP_AND, parts.begin(), parts.end());
}

// Not Xapian's OP_WILDCARD, which would look the words up again for every query that it is part of.
Query PrefixQuery(const Xapian::Database& database, std::string_view field, const std::vector<std::string>& words) {
  if (words.empty()) return Query();  // Matches nothing.
  const std::string prefix = Term(field, words.back());
  std::vector<std::pair<Xapian::doccount, std::string>> terms;
  for (Xapian::TermIterator term = database.allterms_begin(prefix); term != database.allterms_end(prefix); ++term) {
    // A title's stems stand among its words, under "SZ".
    if ((*term).size() > field.size() && (*term)[field.size()] == 'Z') continue;
    terms.emplace_back(term.get_termfreq(), *term);
    if (terms.size() == kExpansionLookedAtMax) break;
  }
  if (terms.size() > kExpansionMax) {
    std::nth_element(terms.begin(), terms.begin() + kExpansionMax, terms.end(), std::greater<>());
    terms.resize(kExpansionMax);
  }
  // A word that is whole already is among them, however rare.
  const Query last = Combine(Query::OP_OR, terms, [](const auto& term) { return Query(term.second); });
  std::vector<Query> parts = {Query(Query::OP_OR, last, Query(prefix))};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) parts.emplace_back(Term(field, words[i]));
  return Query(Query::OP_AND, parts.begin(), parts.end());
}

}  // namespace octavo::catalog::search
