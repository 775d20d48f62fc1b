// Query: from what a reader typed to what Xapian runs.
#pragma once

#include <xapian.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/catalog/domain/category.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/search/terms.h"

namespace octavo::catalog::search {

// The words of a text as typed, cut to kQueryBytesMax and kQueryWordsMax.
std::vector<std::string> TypedWords(const std::string& text);
// Parted by single spaces.
std::string Join(std::span<const std::string> words);

// The words of a query, as typed and without fillers and requests (vocabulary.h) where something is left then.
struct QueryWords {
  explicit QueryWords(std::vector<std::string> typed);

  std::vector<std::string> all;
  std::vector<std::string> strong;
};

// Turns typed words into queries against one opened index. Short-lived; one thread.
class QueryBuilder {
 public:
  explicit QueryBuilder(const Xapian::Database& database);
  // Also looks for each word as it is spelt out where the reader typed umlauts: "mueller" for "muller".
  void AlsoLookFor(std::map<std::string, std::string> other_spellings) { other_spellings_ = std::move(other_spellings); }

  // Books that have all strong words, neighbours joined where a name has them so ("mocking bird"), a category or a format
  // for its name. Weak words weigh in where they stand in a title.
  Xapian::Query All(const QueryWords& words) const;
  // As All, with the last word perhaps unfinished.
  Xapian::Query AllBegun(const QueryWords& words) const;
  // Books that have for each strong word this, another a typing error away, one that begins so, or an author's name of the
  // same sound. Books whose author has all of them weigh more.
  Xapian::Query Near(const QueryWords& words) const;
  // Books whose authors or title have all strong words, or words of the same sound; matches nothing for a single word.
  Xapian::Query NamesThatSound(const QueryWords& words) const;
  // Books of the author or the series of which the words are the whole name, before those whose texts have them; nullopt
  // where they are no such name, or a single word, which may be anything.
  std::optional<Xapian::Query> OfName(const QueryWords& words) const;
  // Whether the document has all strong words in title and series, or in an author's name as it is written, or is called by
  // some of them.
  bool HasInOneName(const Xapian::Document& document, const QueryWords& words) const;
  // Books of which a whole name stands among the words.
  Xapian::Query NamedWithin(const QueryWords& words) const;
  // Books of the category, those whose main one it is first.
  Xapian::Query OfCategory(const Category& category, const QueryWords& words) const;
  // As `matching`, with books first of which a whole name stands among the words, the longer the name the more, and
  // well-known ones before others.
  Xapian::Query Ranked(const Xapian::Query& matching, const QueryWords& words) const;

  // The category of which the index has a book and which the words name; null where they name none, or more than one.
  const Category* CategoryNamed(const QueryWords& words) const;
  // The first such category that some of the words name.
  const Category* CategoryWithin(const QueryWords& words) const;

  // `words` with each that no book has replaced by the nearest that some book has, where one is near enough: what begins
  // so or has these initials stays as it is; otherwise one typing error in words from 5 letters, two from 9
  // (Damerau-Levenshtein); words of other alphabets in Latin letters. Of a query of many unknown words the first few only.
  std::vector<std::string> Corrected(const std::vector<std::string>& words) const;
  // `words` as `document`, found by Near or NamesThatSound, has them.
  std::vector<std::string> AsWrittenIn(const Xapian::Document& document, const std::vector<std::string>& words) const;

 private:
  struct Unit;  // One or more words that stand for one thing.

  std::vector<Unit> Units(const std::vector<std::string>& words) const;
  Xapian::Query UnitQuery(const Unit& unit) const;
  Xapian::Query AllUnits(const QueryWords& words, bool last_is_begun) const;
  Xapian::Query Matching(const QueryWords& words, bool last_is_begun) const;
  // `words` with each pair of neighbours joined that some name has as one word; and that word.
  std::vector<std::pair<QueryWords, std::string>> Joined(const QueryWords& words) const;
  Xapian::Query Word(const std::string& word) const;
  // Words of names that begin so, the most frequent ones, from kPrefixLettersMin letters.
  Xapian::Query Begun(const std::string& word) const;
  Xapian::Query NearWord(const std::string& word, const std::vector<std::string>& edits, bool alone) const;
  std::vector<std::string> NearWords(const std::string& word, bool alone) const;

  // The words of names that are one typing error away, and the best known of them; empty where there is none.
  std::vector<std::string> OneErrorAway(const std::string& word) const;
  std::string BestKnown(const std::vector<std::string>& words) const;
  std::string Correction(const std::string& word) const;
  double Popularity(const std::string& word) const;
  bool IsKnown(const std::string& word) const;
  bool IsInName(const std::string& word) const;
  bool BeginsName(const std::string& word) const;
  std::vector<std::string> StemTerms(const std::string& word) const;

  const Xapian::Database& database_;
  std::vector<Stemmer> stemmers_;  // Of every language in the index.
  std::map<std::string, std::string> other_spellings_;
};

// What the filter leaves; a query that matches all where it is empty.
Xapian::Query FilterQuery(const SearchFilter& filter);

// Books whose `field` has all the words, the last of them perhaps unfinished.
Xapian::Query PrefixQuery(const Xapian::Database& database, std::string_view field, const std::vector<std::string>& words);

// Books whose ISBN begins with the digits typed, or has them but for the check digit: "978043955493", "0-439-55493". Matches
// nothing where the text is no such number.
Xapian::Query IsbnBeginQuery(const Xapian::Database& database, const std::string& text);

}  // namespace octavo::catalog::search
