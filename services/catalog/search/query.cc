#include "services/catalog/search/query.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>
#include <sstream>
#include <utility>

#include "lib/base/quoted.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/search/sound.h"
#include "services/catalog/search/vocabulary.h"

namespace octavo::catalog::search {
namespace {

using Xapian::Query;

// A word in a title or a name counts more than one in a description.
constexpr double kTitleFactor = 2.5;
constexpr double kAuthorFactor = 2.5;
constexpr double kSeriesFactor = 1.5;
constexpr double kSubjectFactor = 1;
// A single letter in an author's name is an initial, and counts little.
constexpr double kInitialFactor = 0.5;
// For a title that has the letter as a word, as "The C Programming Language".
constexpr double kLetterWeight = 15;
// Added if the query is a whole name; a single word adds some 5 to 30.
constexpr double kExactTitleWeight = 60;
constexpr double kExactVolumeWeight = 40;
constexpr double kExactNameWeight = 25;
constexpr double kFirstOfSeriesWeight = 8;
constexpr double kExactSubjectWeight = 10;
constexpr double kVolumeWeight = 6;
constexpr std::size_t kVolumeDigitsMax = 3;
// For each strong word of a whole name that is a part of the query; for titles ("hobbit tolkien") and for other names.
constexpr double kTitlePartWeight = 16;
constexpr double kPartWeight = 8;
// A category's own books come before those whose texts have its name.
constexpr double kCategoryWeight = 40;
constexpr double kMainCategoryWeight = 8;
constexpr double kCategoryWordFactor = 0.2;
// The same for an author's and a series' own books.
constexpr double kNameWeight = 40;
constexpr double kNameWordFactor = 0.2;
// A name that has two adjacent words of the query as one word.
constexpr double kJoinedWeight = 15;
// For a category or a format among other words.
constexpr double kMarkWeight = 4;
constexpr double kLanguageWeight = 12;
// Near words count less than the words themselves.
constexpr double kNearFactor = 0.6;
constexpr double kBegunFactor = 0.8;
constexpr double kPairFactor = 1.5;
// Popularity (0 to 6.7) decides between books that match equally well, and hardly more.
constexpr double kPopularityFactor = 2;
// How many letters of a query are checked for typing errors: for each, at most some 55 x 2 terms are looked up, 7,000 in all.
constexpr std::size_t kCorrectedLettersMax = 64;
constexpr std::size_t kNearWordsMax = 16;
// Words that differ in more letters are not a misspelling, unless they sound alike.
constexpr std::size_t kNearDistanceMax = 2;
// In joined names, typing errors are forgiven from this many letters on.
constexpr std::size_t kJoinedLettersMin = 7;
constexpr std::size_t kPrefixLettersMin = 2;
// How many words an unfinished word may stand for; the most frequent ones are used.
constexpr std::size_t kExpansionMax = 64;
// How many words are read to find those: at most the words that begin with one letter in a large catalogue.
constexpr std::size_t kExpansionLookedAtMax = 20'000;
// Longer names are not searched for within a query: 20 words x 8 are 160 look-ups.
constexpr std::size_t kNameWordsMax = 8;
constexpr std::size_t kCategoryNameWordsMax = 3;
constexpr std::size_t kIsbnDigitsMin = 6;
constexpr std::size_t kIsbnMatchesMax = 50;

constexpr auto kNameFields = std::to_array<std::string_view>({kTitleWord, kAuthorWord, kSeriesWord});

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

Query Scaled(const Query& query, double factor) { return Query(Query::OP_SCALE_WEIGHT, query, factor); }
Query Either(const Query& a, const Query& b) { return Query(Query::OP_OR, a, b); }

// Adds `weight` to the books of a term, however rare it is.
Query Fixed(const std::string& term, double weight) {
  const Query weighing((new Xapian::FixedWeightPostingSource(weight))->release());
  return Query(Query::OP_AND, weighing, Query(Query::OP_SCALE_WEIGHT, Query(term), 0));
}

// The letters with which words may continue after the first 0, 1, 2 … letters of another word.
class Continuations {
 public:
  explicit Continuations(const std::string& word) : word_(word), letters_(word.size() + 1) {}

  // Adds the terms with this prefix.
  void AddTerms(const Xapian::Database& database, std::string_view prefix) {
    std::string begin(prefix);
    for (std::size_t i = 0; i <= word_.size(); ++i) {
      const Xapian::TermIterator end = database.allterms_end(begin);
      Xapian::TermIterator term = database.allterms_begin(begin);
      if (term == end) return;  // Then no term begins with more of the word either.
      while (term != end) {
        const std::string text = *term;
        if (text.size() == begin.size()) {
          ++term;
          continue;
        }
        Add(i, text[begin.size()]);
        term.skip_to(begin + static_cast<char>(text[begin.size()] + 1));
      }
      if (i < word_.size()) begin += word_[i];
    }
  }
  // Adds this word.
  void AddWord(std::string_view other) {
    for (std::size_t i = 0; i <= word_.size() && i < other.size(); ++i) {
      Add(i, other[i]);
      if (i < word_.size() && word_[i] != other[i]) return;
    }
  }
  bool Has(std::size_t length, char letter) const { return !IsLetter(letter) || (letters_[length] >> (letter - 'a') & 1U) != 0; }

 private:
  static bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }
  void Add(std::size_t length, char letter) {
    if (IsLetter(letter)) letters_[length] |= 1U << (letter - 'a');
  }

  const std::string& word_;
  std::vector<std::uint32_t> letters_;  // A bit for each.
};

// The words one error away from an ASCII word: a letter missing, swapped with the next, wrong, or added (P. Norvig, "How to write
// a spelling corrector", 2007). There are some 55 for each letter; gives only those that may be known.
std::vector<std::string> OneErrorEdits(const std::string& word, const Continuations& known) {
  std::vector<std::string> edits;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    const bool is_last = i + 1 >= word.size();
    if (i < word.size() && (is_last || known.Has(i, word[i + 1]))) edits.push_back(word.substr(0, i) + word.substr(i + 1));
    if (!is_last && word[i] != word[i + 1] && known.Has(i, word[i + 1])) {
      edits.push_back(word);
      std::swap(edits.back()[i], edits.back()[i + 1]);
    }
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      if (!known.Has(i, letter)) continue;
      edits.push_back(word.substr(0, i) + letter + word.substr(i));
      if (i == word.size() || word[i] == letter) continue;
      edits.push_back(word);
      edits.back()[i] = letter;
    }
  }
  return edits;
}

bool IsNumber(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsAscii(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](unsigned char c) { return c < 0x80; });
}

// The number of insertions, deletions and substitutions that turn `a` into `b` (V. Levenshtein, 1965), in bytes; both are words.
std::size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, exchanged});
    }
  }
  return row[b.size()];
}

// The word of a name among a book's terms that is nearest to `word` in letters or sound; `word` itself if none is near, or if one
// begins with it.
std::string NearestIn(const std::set<std::string>& terms, const std::string& word) {
  const std::string key = SoundKey(Romanised(word));
  std::string nearest = word;
  std::size_t least = word.size();
  for (const std::string_view field : kNameFields) {
    for (auto term = terms.lower_bound(std::string(field)); term != terms.end() && term->starts_with(field); ++term) {
      const std::string other = term->substr(field.size());
      if (other.starts_with('Z')) continue;  // A stem.
      if (other.starts_with(word)) return word;
      const std::size_t distance = Distance(word, other);
      const bool sounds = field == kAuthorWord && key == SoundKey(Romanised(other));
      if (distance >= least || (distance > kNearDistanceMax && !sounds)) continue;
      least = distance;
      nearest = other;
    }
  }
  return nearest;
}

// In another alphabet than Latin, from Greek to Arabic, in which romanised words look like ours.
bool IsOtherAlphabet(const std::string& word) {
  const auto first = static_cast<unsigned char>(word[0]);
  return first >= 0xCD && first < 0xE0;
}

std::vector<std::string> Without(const std::vector<std::string>& words, bool (*unwanted)(const std::string&)) {
  std::vector<std::string> left;
  std::copy_if(words.begin(), words.end(), std::back_inserter(left), [&](const std::string& word) { return !unwanted(word); });
  return left;
}

// Calls `visit(run, whole)` for each run of adjacent words that is short enough for a name and has a strong word.
template <typename Visit>
void ForEachRun(const std::vector<std::string>& words, const Visit& visit) {
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    const std::size_t last = std::min(words.size(), begin + kNameWordsMax);
    for (std::size_t end = begin + 1; end <= last; ++end) {
      const std::span<const std::string> run(words.data() + begin, end - begin);
      const bool whole = run.size() == words.size();
      if (whole || !std::all_of(run.begin(), run.end(), IsWeak)) visit(run, whole);
    }
    // A title may be longer than a name within a query.
    if (begin == 0 && words.size() > kNameWordsMax) visit(std::span<const std::string>(words), true);
  }
}

std::size_t StrongCount(std::span<const std::string> words) {
  return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [](const auto& word) { return !IsWeak(word); }));
}

Query Range(Xapian::valueno slot, double min, double max) {
  return Query(Query::OP_VALUE_RANGE, slot, Xapian::sortable_serialise(min), Xapian::sortable_serialise(max));
}

}  // namespace

std::vector<std::string> TypedWords(const std::string& text) {
  std::vector<std::string> words = Words(CutText(text, kQueryBytesMax), WordForms::kAsTyped);
  if (words.size() > kQueryWordsMax) words.resize(kQueryWordsMax);
  return words;
}

std::string Join(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

QueryWords::QueryWords(std::vector<std::string> typed) : all(std::move(typed)), strong(Without(all, IsWeak)) {
  if (strong.empty()) strong = Without(all, IsRequest);
  if (strong.empty()) strong = all;
}

// Words that are all required, or the category or format that they name.
struct QueryBuilder::Unit {
  std::vector<std::string> words;
  const Category* category = nullptr;
  std::optional<Format> format;
  std::string_view language;  // Empty: none.
};

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

bool QueryBuilder::IsInName(const std::string& word) const { return database_.term_exists(Term(kNameWord, word)); }

bool QueryBuilder::BeginsName(const std::string& word) const {
  const std::string prefix = Term(kNameWord, word);
  return database_.allterms_begin(prefix) != database_.allterms_end(prefix);
}

bool QueryBuilder::IsKnown(const std::string& word) const {
  if (IsCategoryWord(word) || FormatCalled(word) || !LanguageCalled(word).empty()) return true;
  for (const std::string_view prefix : {std::string_view(), kJoinedWord, kAcronym}) {
    if (database_.term_exists(Term(prefix, word))) return true;
  }
  // Another form of a known word is no typing error. But with many languages, some of them makes a short stem of any word.
  const std::vector<std::string> stems = StemTerms(word);
  return std::any_of(stems.begin(), stems.end(), [&](const std::string& stem) {
    const std::size_t letters = CodePointCount(stem) - Stemmer::kPrefixSize;
    return letters >= 4 && letters + 3 >= CodePointCount(word) && database_.term_exists(stem);
  });
}

std::vector<QueryBuilder::Unit> QueryBuilder::Units(const std::vector<std::string>& words) const {
  std::vector<Unit> units;
  for (std::size_t at = 0; at < words.size();) {
    const std::span<const std::string> rest(words.data() + at, words.size() - at);
    Unit unit{.words = {rest[0]}, .format = FormatCalled(rest[0]), .language = LanguageCalled(rest[0])};
    for (std::size_t size = std::min(kCategoryNameWordsMax, rest.size()); size > 0 && unit.category == nullptr; --size) {
      unit.category = CategoryCalled(Join(rest.first(size)));
      if (unit.category != nullptr) unit.words.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    }
    if (rest.size() >= 2 && (rest[0] == "e" || rest[0] == "audio") && (rest[1] == "book" || rest[1] == "books")) {
      unit = {.words = {rest[0], rest[1]}, .format = FormatCalled(rest[0] + "book")};
    }
    at += unit.words.size();
    units.push_back(std::move(unit));
  }
  return units;
}

// The words of title, authors, series and subjects are also among the plain words. So the plain words decide what matches, and
// the fields only add weight.
Query QueryBuilder::Word(const std::string& word) const {
  std::vector<Query> plain;
  std::vector<Query> title;
  std::vector<Query> author;
  std::vector<Query> series;
  std::vector<Query> subject;
  const auto look_for = [&](const std::string& form) {
    plain.emplace_back(Term("", form));
    title.emplace_back(Term(kTitleWord, form));
    author.emplace_back(Term(kAuthorWord, form));
    series.emplace_back(Term(kSeriesWord, form));
    subject.emplace_back(Term(kSubjectWord, form));
    for (const std::string& stem : StemTerms(form)) {
      plain.emplace_back(stem);
      title.emplace_back(Term(kTitleWord, stem));
    }
  };
  look_for(word);
  if (const auto other = other_spellings_.find(word); other != other_spellings_.end()) look_for(other->second);
  // Initials are searched for if they are not a word.
  if (!database_.term_exists(Term("", word))) plain.emplace_back(Term(kAcronym, word));
  plain.emplace_back(Term(kJoinedWord, word));
  title.emplace_back(Term(kJoinedWord, word));
  const auto weighed = [](const std::vector<Query>& terms, double factor) {
    return Scaled(Query(Query::OP_SYNONYM, terms.begin(), terms.end()), factor);
  };
  std::vector<Query> fields = {weighed(title, kTitleFactor), weighed(author, word.size() == 1 ? kInitialFactor : kAuthorFactor),
                               weighed(series, kSeriesFactor), weighed(subject, kSubjectFactor)};
  if (word.size() == 1 && !IsNumber(word)) fields.push_back(Fixed(Term(kTitleWord, word), kLetterWeight));
  return Query(Query::OP_AND_MAYBE, Query(Query::OP_SYNONYM, plain.begin(), plain.end()),
               Query(Query::OP_OR, fields.begin(), fields.end()));
}

Query QueryBuilder::UnitQuery(const Unit& unit) const {
  const Query words = Combine(Query::OP_AND, unit.words, [&](const std::string& word) { return Word(word); });
  if (unit.category != nullptr) return Either(words, Fixed(Term(kCategory, unit.category->slug), kMarkWeight));
  if (!unit.language.empty()) return Either(words, Fixed(Term(kLanguage, unit.language), kLanguageWeight));
  if (unit.format) {
    return Either(words, Fixed(Term(kFormat, std::to_string(static_cast<int>(*unit.format))), kMarkWeight));
  }
  return words;
}

Query QueryBuilder::Begun(const std::string& word) const {
  if (CodePointCount(word) < kPrefixLettersMin) return Query();
  return Scaled(Combine(Query::OP_OR, kNameFields, [&](std::string_view field) { return PrefixQuery(database_, field, {word}); }),
                kBegunFactor);
}

Query QueryBuilder::AllUnits(const QueryWords& words, bool last_is_begun) const {
  std::vector<Query> wanted;
  std::vector<Query> formats;
  const bool weak_alone = words.strong.size() == words.all.size();
  std::vector<Query> weak;
  for (const Unit& unit : Units(words.all)) {
    const bool is_weak = unit.category == nullptr && !unit.format &&
                         std::find(words.strong.begin(), words.strong.end(), unit.words[0]) == words.strong.end();
    if (is_weak && !weak_alone) {
      // Weak words add weight in titles; elsewhere they are in every book.
      weak.emplace_back(Term(kTitleWord, unit.words[0]));
      continue;
    }
    Query query = UnitQuery(unit);
    if (last_is_begun && unit.words.back() == words.all.back()) query = Either(query, Begun(unit.words.back()));
    (unit.format ? formats : wanted).push_back(std::move(query));
  }
  // A format is only preferred: if no book has it, the others are shown.
  if (wanted.empty()) wanted.swap(formats);
  weak.insert(weak.end(), formats.begin(), formats.end());
  const Query all(Query::OP_AND, wanted.begin(), wanted.end());
  return weak.empty() ? all : Query(Query::OP_AND_MAYBE, all, Query(Query::OP_OR, weak.begin(), weak.end()));
}

std::vector<std::pair<QueryWords, std::string>> QueryBuilder::Joined(const QueryWords& words) const {
  std::vector<std::pair<QueryWords, std::string>> joined;
  for (std::size_t i = 0; i + 1 < words.all.size(); ++i) {
    const std::string together = words.all[i] + words.all[i + 1];
    if (IsFiller(words.all[i]) || together.size() < 5 || !IsInName(together)) continue;
    std::vector<std::string> replaced = words.all;
    replaced[i] = together;
    replaced.erase(replaced.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    joined.emplace_back(QueryWords(std::move(replaced)), together);
  }
  return joined;
}

Query QueryBuilder::Matching(const QueryWords& words, bool last_is_begun) const {
  std::vector<Query> ways = {AllUnits(words, last_is_begun)};
  for (const auto& [joined, together] : Joined(words)) {
    ways.emplace_back(Query::OP_AND_MAYBE, AllUnits(joined, last_is_begun), Fixed(Term(kNameWord, together), kJoinedWeight));
  }
  return Query(Query::OP_OR, ways.begin(), ways.end());
}

Query QueryBuilder::All(const QueryWords& words) const { return Matching(words, /*last_is_begun=*/false); }
Query QueryBuilder::AllBegun(const QueryWords& words) const { return Matching(words, /*last_is_begun=*/true); }

std::vector<std::string> QueryBuilder::NearWords(const std::string& word, bool alone) const {
  // A word among others may be further away than a single word.
  const std::size_t letters = CodePointCount(word);
  const unsigned errors = alone ? TypingErrorsForgiven(word) : letters >= 6 ? 2 : letters >= 3 ? 1 : 0;
  std::vector<std::string> near;
  if (errors >= 1) near = OneErrorAway(word);
  if (errors >= 2 && near.size() < kNearWordsMax) {
    if (std::string suggested = database_.get_spelling_suggestion(word, 2); !suggested.empty()) near.push_back(suggested);
  }
  // A short word without one letter could be any word.
  if (letters <= 3) std::erase_if(near, [&](const std::string& each) { return each.size() < word.size(); });
  if (near.size() > kNearWordsMax) near.resize(kNearWordsMax);
  return near;
}

Query QueryBuilder::NearWord(const std::string& word, const std::vector<std::string>& edits, bool alone) const {
  std::vector<Query> parts;
  for (const std::string& edit : edits) {
    for (const std::string_view field : kNameFields) parts.emplace_back(Term(field, edit));
  }
  // Two sounds alone are too common, and titles have too many other words.
  if (const std::string key = SoundKey(Romanised(word)); key.size() >= (alone ? 3U : 2U)) {
    parts.emplace_back(Term(kAuthorSound, key));
    if (!alone) parts.emplace_back(Term(kTitleSound, key));
  }
  return Either(Word(word), Scaled(Query(Query::OP_OR, parts.begin(), parts.end()), kNearFactor));
}

Query QueryBuilder::Near(const QueryWords& words) const {
  if (words.strong.size() == 1 && IsCategoryWord(words.strong[0]))
    return Query();  // Not misspelt: the shop has no book of that category.
  std::vector<Query> anywhere;
  std::vector<Query> in_author;
  std::vector<Query> in_title;
  std::size_t letters_left = kCorrectedLettersMax;
  for (const std::string& word : words.strong) {
    std::vector<std::string> edits;
    if (word.size() <= letters_left) edits = NearWords(word, words.strong.size() == 1);
    letters_left -= std::min(letters_left, word.size());
    Query near = NearWord(word, edits, words.strong.size() == 1);
    if (word == words.all.back()) near = Either(near, Begun(word));
    anywhere.push_back(std::move(near));
    edits.push_back(word);
    std::vector<Query> author = {Query(Term(kAuthorSound, SoundKey(Romanised(word))))};
    std::vector<Query> title = {Query(Term(kTitleSound, SoundKey(Romanised(word))))};
    for (const std::string& edit : edits) {
      author.emplace_back(Term(kAuthorWord, edit));
      title.emplace_back(Term(kTitleWord, edit));
    }
    in_author.emplace_back(Query::OP_OR, author.begin(), author.end());
    in_title.emplace_back(Query::OP_OR, title.begin(), title.end());
  }
  const Query all(Query::OP_AND, anywhere.begin(), anywhere.end());
  if (words.strong.size() < 2) return all;
  const Query together =
      Either(Query(Query::OP_AND, in_author.begin(), in_author.end()), Query(Query::OP_AND, in_title.begin(), in_title.end()));
  return Query(Query::OP_AND_MAYBE, all, Scaled(together, kPairFactor));
}

Query QueryBuilder::NamesThatSound(const QueryWords& words) const {
  if (words.strong.size() < 2) return Query();
  const auto all = [&](std::string_view field, std::string_view sound) {
    return Combine(Query::OP_AND, words.strong, [&](const std::string& word) {
      // A long word that occurs in names is spelt correctly, as far as titles are concerned.
      const bool is_right = field == kTitleWord && word.size() >= 5 && IsInName(word);
      const std::string key = word.size() < 3 || is_right ? "" : SoundKey(Romanised(word));
      const Query same(Term(field, word));
      return key.size() < 2 ? same : Either(same, Query(Term(sound, key)));
    });
  };
  return Scaled(Either(all(kAuthorWord, kAuthorSound), all(kTitleWord, kTitleSound)), kAuthorFactor + kPairFactor);
}

bool QueryBuilder::HasInOneName(const Xapian::Document& document, const QueryWords& words) const {
  const auto has = [&](std::string_view prefix, const std::string& word) {
    const std::string term = Term(prefix, word);
    Xapian::TermIterator at = document.termlist_begin();
    at.skip_to(term);
    return at != document.termlist_end() && *at == term;
  };
  const auto all = [&](const auto& is_there) { return std::all_of(words.strong.begin(), words.strong.end(), is_there); };
  bool whole_name = has(kJoinedWord, RunTogether(words.strong));
  ForEachRun(words.all, [&](std::span<const std::string> run, bool) {
    const std::string name = RunTogether(run);
    if (whole_name || !database_.term_exists(Term(kExactAny, name))) return;
    for (const std::string_view kind : {kExactTitle, kExactMainTitle, kExactSeries, kExactAuthor}) {
      whole_name = whole_name || has(kind, name);
    }
  });
  for (std::size_t i = 0; i + 1 < words.all.size(); ++i) {
    whole_name = whole_name || has(kNameWord, words.all[i] + words.all[i + 1]);
  }
  return whole_name || all([&](const std::string& word) { return has(kTitleWord, word) || has(kSeriesWord, word); });
}

Query QueryBuilder::NamedWithin(const QueryWords& words) const {
  constexpr std::size_t kLettersMin = 4;
  std::vector<Query> names;
  ForEachRun(words.all, [&](std::span<const std::string> run, bool) {
    const std::string name = RunTogether(run);
    if (CodePointCount(name) < kLettersMin || !database_.term_exists(Term(kExactAny, name))) return;
    for (const std::string_view kind : {kExactSeries, kExactAuthor, kExactLastName}) names.emplace_back(Term(kind, name));
    // A single word of many is a title only by accident.
    if (StrongCount(run) < 2 && words.strong.size() > 2) return;
    for (const std::string_view kind : {kExactTitle, kExactMainTitle}) names.emplace_back(Term(kind, name));
  });
  return Query(Query::OP_OR, names.begin(), names.end());
}

std::optional<Query> QueryBuilder::OfName(const QueryWords& words) const {
  if (words.strong.size() < 2) return std::nullopt;
  const std::string name = RunTogether(words.all);
  for (const std::string_view kind : {kExactAuthor, kExactSeries}) {
    const std::string term = Term(kind, name);
    if (database_.term_exists(term)) return Either(Fixed(term, kNameWeight), Scaled(All(words), kNameWordFactor));
  }
  return std::nullopt;
}

const Category* QueryBuilder::CategoryWithin(const QueryWords& words) const {
  for (const Unit& unit : Units(words.all)) {
    if (unit.category != nullptr && database_.term_exists(Term(kCategory, unit.category->slug))) return unit.category;
  }
  return nullptr;
}

Query QueryBuilder::OfCategory(const Category& category, const QueryWords& words) const {
  const Query own = Either(Fixed(Term(kCategory, category.slug), kCategoryWeight),
                           Fixed(Term(kMainCategory, category.slug), kMainCategoryWeight));
  return Either(own, Scaled(All(words), kCategoryWordFactor));
}

const Category* QueryBuilder::CategoryNamed(const QueryWords& words) const {
  for (const auto& each : {words.all, Without(words.all, IsRequest), words.strong}) {
    const Category* category = CategoryCalled(Join(each));
    if (category != nullptr && database_.term_exists(Term(kCategory, category->slug))) return category;
  }
  return nullptr;
}

Query QueryBuilder::Ranked(const Query& matching, const QueryWords& words) const {
  std::map<std::string, double> weights;  // Of terms.
  const auto add = [&](std::string_view prefix, const std::string& name, double weight) {
    double& known = weights[Term(prefix, name)];
    known = std::max(known, weight);
  };
  std::vector<std::vector<std::string>> texts = {words.all, Without(words.all, IsRequest)};
  if (texts[0] == texts[1]) texts.pop_back();
  for (const std::vector<std::string>& each : texts) {
    ForEachRun(each, [&](std::span<const std::string> run, bool whole) {
      const std::string name = RunTogether(run);
      if (!database_.term_exists(Term(kExactAny, name))) return;
      // Words that are joined in the name were not typed as its title, and the title has the joined word already.
      const bool split = run.size() > 1 && IsInName(name);
      const auto strong = static_cast<double>(std::max<std::size_t>(StrongCount(run), 1));
      const double part = kPartWeight * strong;
      if (!split) add(kExactTitle, name, whole ? kExactTitleWeight : kTitlePartWeight * strong);
      if (!split) add(kExactMainTitle, name, whole ? kExactNameWeight : std::min(part, kExactNameWeight));
      add(kExactSeries, name, whole ? kExactNameWeight : part);
      add(kExactFirstOfSeries, name, kFirstOfSeriesWeight);
      add(kExactVolume, name, kExactVolumeWeight);
      add(kExactAuthor, name, whole ? kExactNameWeight : part);
      add(kExactLastName, name, part);
      add(kExactSubject, name, kExactSubjectWeight);
    });
  }
  for (const std::string& word : words.all) {
    if (word.size() <= kVolumeDigitsMax && IsNumber(word)) add(kVolume, word, kVolumeWeight);
  }
  const Query popularity((new Xapian::ValueWeightPostingSource(kPopularitySlot))->release());
  std::vector<Query> extras = {Scaled(popularity, kPopularityFactor)};
  for (const auto& [term, weight] : weights) {
    if (database_.term_exists(term)) extras.push_back(Fixed(term, weight));
  }
  return Query(Query::OP_AND_MAYBE, matching, Query(Query::OP_OR, extras.begin(), extras.end()));
}

std::vector<std::string> QueryBuilder::Corrected(const std::vector<std::string>& words) const {
  std::vector<std::string> corrected = words;
  std::size_t letters_left = kCorrectedLettersMax;
  for (std::string& word : corrected) {
    if (IsKnown(word)) continue;
    if (IsOtherAlphabet(word)) {
      if (const std::string romanised = Romanised(word); !romanised.empty()) word = romanised;
      if (IsKnown(word)) continue;
    }
    if (TypingErrorsForgiven(word) == 0 || BeginsName(word)) continue;
    if (word.size() > letters_left) break;
    letters_left -= word.size();
    if (std::string near = Correction(word); !near.empty()) word = near;
  }
  return corrected;
}

std::string QueryBuilder::Correction(const std::string& word) const {
  std::string near = BestKnown(OneErrorAway(word));
  // Xapian compares groups of three letters. That finds two errors in a long word, but misses some in a short one.
  if (near.empty()) near = database_.get_spelling_suggestion(word, TypingErrorsForgiven(word));
  return near;
}

std::vector<std::string> QueryBuilder::OneErrorAway(const std::string& word) const {
  std::vector<std::string> found;
  if (!IsAscii(word)) return found;
  // Nearly all edits begin as no word does. Walking through the existing words costs a tenth of looking up each edit.
  Continuations known(word);
  known.AddTerms(database_, kNameWord);
  if (word.size() + 1 >= kJoinedLettersMin) known.AddTerms(database_, kJoinedWord);
  ForEachCategoryWord([&](std::string_view each) { known.AddWord(each); });
  std::set<std::string> seen;
  for (const std::string& edit : OneErrorEdits(word, known)) {
    // Only words of names: a description may have typing errors itself.
    if (!seen.insert(edit).second) continue;
    const bool is_joined = edit.size() >= kJoinedLettersMin && database_.term_exists(Term(kJoinedWord, edit));
    if (is_joined || IsCategoryWord(edit) || IsInName(edit)) found.push_back(edit);
  }
  return found;
}

std::string QueryBuilder::BestKnown(const std::vector<std::string>& words) const {
  std::string best;
  std::pair<double, Xapian::doccount> best_known = {-1, 0};
  for (const std::string& word : words) {
    const std::pair known(Popularity(word), database_.get_termfreq(Term("", word)));
    if (known <= best_known) continue;
    best = word;
    best_known = known;
  }
  return best;
}

// The popularity of the best known book with the word in a name; a category counts as more popular than any book.
double QueryBuilder::Popularity(const std::string& word) const {
  constexpr double kMost = 100;
  if (IsCategoryWord(word) && CodePointCount(word) >= 5) return kMost;
  const std::vector<Query> fields = {Query(Term(kTitleWord, word)), Query(Term(kAuthorWord, word)),
                                     Query(Term(kSeriesWord, word)), Query(Term(kJoinedWord, word))};
  Xapian::Enquire enquire(database_);
  enquire.set_query(Query(Query::OP_OR, fields.begin(), fields.end()));
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_sort_by_value(kPopularitySlot, /*reverse=*/true);
  const Xapian::MSet matches = enquire.get_mset(0, 1);
  if (matches.empty()) return -1;
  return Xapian::sortable_unserialise(matches.begin().get_document().get_value(kPopularitySlot));
}

std::vector<std::string> QueryBuilder::AsWrittenIn(const Xapian::Document& document,
                                                   const std::vector<std::string>& words) const {
  std::set<std::string> terms;
  for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term) terms.insert(*term);
  std::vector<std::string> written;
  for (const std::string& word : words) {
    const std::vector<std::string> stems = StemTerms(word);
    const bool is_there = IsWeak(word) || terms.contains(Term("", word)) || terms.contains(Term(kJoinedWord, word)) ||
                          std::any_of(stems.begin(), stems.end(), [&](const auto& stem) { return terms.contains(stem); });
    written.push_back(is_there ? word : NearestIn(terms, word));
  }
  return written;
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

// Not Xapian's OP_WILDCARD, which would look up the words again for every query that it is part of.
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
  // A complete word is included, however rare it is.
  const Query last = Combine(Query::OP_OR, terms, [](const auto& term) { return Query(term.second); });
  std::vector<Query> parts = {Query(Query::OP_OR, last, Query(prefix))};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) parts.emplace_back(Term(field, words[i]));
  return Query(Query::OP_AND, parts.begin(), parts.end());
}

Query IsbnBeginQuery(const Xapian::Database& database, const std::string& text) {
  std::string_view rest = text;
  for (const std::string_view label : {"urn:", "isbn-13", "isbn-10", "isbn13", "isbn10", "isbn", ":"}) {
    if (rest.starts_with(label)) rest.remove_prefix(label.size());
  }
  std::string digits;
  for (const char c : rest) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c != '-' && c != ' ' && c != 'x')
      return Query();
  }
  if (digits.size() < kIsbnDigitsMin) return Query();
  // As typed; as an ISBN-10; as one whose leading zero a spreadsheet removed. Then without the last digit, which checks the
  // others.
  const std::string shorter = digits.substr(0, digits.size() - 1);
  std::vector<std::string> beginnings = {digits, "978" + digits, "9780" + digits};
  if (digits.size() >= 9) beginnings.insert(beginnings.end(), {shorter, "978" + shorter});
  for (const std::string& beginning : beginnings) {
    const std::string prefix = Term(kIsbn, beginning);
    std::vector<Query> found;
    for (auto term = database.allterms_begin(prefix); term != database.allterms_end(prefix); ++term) {
      found.emplace_back(*term);
      if (found.size() == kIsbnMatchesMax) break;
    }
    if (!found.empty()) return Query(Query::OP_OR, found.begin(), found.end());
  }
  return Query();
}

}  // namespace octavo::catalog::search
