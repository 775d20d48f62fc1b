// Query: turns what a reader typed into a Xapian query.
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
// The words with single spaces between them.
std::string Join(std::span<const std::string> words);

// The words of a query: all as typed, and those without fillers and requests (vocabulary.h), unless nothing would be left.
struct QueryWords {
  explicit QueryWords(std::vector<std::string> typed);

  std::vector<std::string> all;
  std::vector<std::string> strong;
};

// Turns typed words into queries against one opened index. Short-lived; one thread.
class QueryBuilder {
 public:
  explicit QueryBuilder(const Xapian::Database& database);
  // Also searches for the spelt-out form of each word in which the reader typed umlauts: "mueller" for "muller".
  void AlsoLookFor(std::map<std::string, std::string> other_spellings) { other_spellings_ = std::move(other_spellings); }

  // Books that have all strong words. Adjacent words also count joined if a name has them so ("mocking bird"); a category or a
  // format counts by its name. Weak words raise the rank of books that have them in the title.
  Xapian::Query All(const QueryWords& words) const;
  // As All, but the last word may be unfinished.
  Xapian::Query AllBegun(const QueryWords& words) const;
  // Books that have, for each strong word, the word itself, one a typing error away, one that begins with it, or an author's name
  // of the same sound. Books whose author has all of them rank higher.
  Xapian::Query Near(const QueryWords& words) const;
  // Books whose authors or title have all strong words, or words of the same sound; matches nothing for a single word.
  Xapian::Query NamesThatSound(const QueryWords& words) const;
  // Books of the author or series whose whole name is these words, before books whose texts have the words. nullopt if the words
  // are no such name, or for a single word, which may mean anything.
  std::optional<Xapian::Query> OfName(const QueryWords& words) const;
  // Whether the document has all strong words in title and series, or in the name of one author, or has a whole name that is some
  // of the words.
  bool HasInOneName(const Xapian::Document& document, const QueryWords& words) const;
  // Books of which a whole name is among the words.
  Xapian::Query NamedWithin(const QueryWords& words) const;
  // Books of the category; those with it as their main category first.
  Xapian::Query OfCategory(const Category& category, const QueryWords& words) const;
  // As `matching`, but ranks books higher if a whole name of theirs is among the words, the more the longer the name; and
  // well-known books before others.
  Xapian::Query Ranked(const Xapian::Query& matching, const QueryWords& words) const;

  // The category that the words name, if the index has a book of it; null if they name none, or more than one.
  const Category* CategoryNamed(const QueryWords& words) const;
  // The first such category that some of the words name.
  const Category* CategoryWithin(const QueryWords& words) const;

  // `words`, with each word that no book has replaced by the nearest word that some book has, if one is near enough: one typing
  // error in words from 5 letters, two from 9 (Damerau-Levenshtein). A word that begins another word or is the initials of a name
  // stays. Words of other alphabets become Latin. Of many unknown words only the first few are corrected.
  std::vector<std::string> Corrected(const std::vector<std::string>& words) const;
  // The words that `document` has in place of `words`; Near or NamesThatSound has found it.
  std::vector<std::string> AsWrittenIn(const Xapian::Document& document, const std::vector<std::string>& words) const;

 private:
  struct Unit;  // One or more words that stand for one thing.

  std::vector<Unit> Units(const std::vector<std::string>& words) const;
  Xapian::Query UnitQuery(const Unit& unit) const;
  Xapian::Query AllUnits(const QueryWords& words, bool last_is_begun) const;
  Xapian::Query Matching(const QueryWords& words, bool last_is_begun) const;
  // `words` with each adjacent pair joined that some name has as one word, and that word.
  std::vector<std::pair<QueryWords, std::string>> Joined(const QueryWords& words) const;
  Xapian::Query Word(const std::string& word) const;
  // The most frequent words of names that begin with `word`, from kPrefixLettersMin letters on.
  Xapian::Query Begun(const std::string& word) const;
  Xapian::Query NearWord(const std::string& word, const std::vector<std::string>& edits, bool alone) const;
  std::vector<std::string> NearWords(const std::string& word, bool alone) const;

  // The words of names that are one typing error away, and the best known of them; empty if there are none.
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

// Books that the filter leaves; matches all if it is empty.
Xapian::Query FilterQuery(const SearchFilter& filter);

// Books whose `field` has all the words; the last may be unfinished.
Xapian::Query PrefixQuery(const Xapian::Database& database, std::string_view field, const std::vector<std::string>& words);

// Books whose ISBN begins with the typed digits, or has them except for the check digit: "978043955493", "0-439-55493". Matches
// nothing if the text is no such number.
Xapian::Query IsbnBeginQuery(const Xapian::Database& database, const std::string& text);

}  // namespace octavo::catalog::search
