#include "services/catalog/search/terms.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/base/check.h"
#include "lib/base/quoted.h"
#include "services/catalog/domain/authors.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/listing.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/search/sound.h"

namespace octavo::catalog::search {
namespace {

constexpr std::size_t kTermBytesMax = 200;  // Xapian holds 245, less what escaping zero bytes may take.
constexpr std::size_t kDescriptionWordsMax = 2000;
constexpr char kUnit = '\x1f';
constexpr char kItem = '\x1e';

struct LanguageStemmer {
  std::string_view language;
  const char* stemmer;
};

constexpr auto kStemmers = std::to_array<LanguageStemmer>({
    {"en", "english"},
    {"fr", "french"},
    {"de", "german"},
    {"es", "spanish"},
    {"it", "italian"},
    {"pt", "portuguese"},
    {"nl", "dutch"},
    {"sv", "swedish"},
    {"da", "danish"},
    {"no", "norwegian"},
    {"nb", "norwegian"},
    {"fi", "finnish"},
    {"ru", "russian"},
    {"ro", "romanian"},
    {"hu", "hungarian"},
    {"tr", "turkish"},
    {"id", "indonesian"},
    {"ca", "catalan"},
});

// The first language of a stemmer: "no" for "norwegian".
std::string LanguageOf(std::string_view stemmer) {
  for (const LanguageStemmer& each : kStemmers) {
    if (each.stemmer == stemmer) return std::string(each.language);
  }
  return "";
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

enum class Stems { kNone, kWanted };

// Adds the words of one field: as they are, under the field's prefix, and stemmed both ways.
class TermAdder {
 public:
  TermAdder(Xapian::Document& document, const char* stemmer) : document_(document), stemmer_(stemmer) {}

  void Add(std::string_view text, std::string_view field_prefix, Stems stems = Stems::kWanted) {
    std::size_t count = 0;
    for (const std::string& word : Words(text, WordForms::kEveryForm)) {
      if (++count > kDescriptionWordsMax) return;
      AddWord(word, field_prefix, stems);
    }
  }

  // As Add, with the other forms in which names are searched for: romanised words and joined words.
  void AddName(std::string_view name, std::string_view field_prefix, Stems stems) {
    Add(name, field_prefix, stems);
    std::vector<std::string> words = Words(name, WordForms::kAsTyped);
    for (const std::string& word : words) {
      if (const std::string romanised = IsAscii(word) ? "" : Romanised(word); !romanised.empty()) {
        AddWord(romanised, field_prefix, Stems::kNone);
      }
    }
    AddJoined(words);
  }

  // Other names of an author find the book, but do not make its text longer, which would lower its weight.
  void AddOtherName(std::string_view name) {
    for (const std::string& word : Words(name, WordForms::kEveryForm)) {
      for (const std::string_view prefix : {std::string_view(), kAuthorWord, kNameWord}) {
        document_.add_boolean_term(Term(prefix, word));
      }
    }
  }

  // The sound of each word of a name.
  void AddSounds(std::string_view name, std::string_view prefix) {
    for (const std::string& word : Words(name, WordForms::kEveryForm)) {
      if (const std::string key = SoundKey(Romanised(word)); key.size() >= 2) document_.add_term(Term(prefix, key));
    }
  }

  void AddAcronyms(std::string_view name) {
    std::vector<std::string> words = Words(name.substr(0, name.find(':')), WordForms::kAsTyped);
    for (int article = 0; article < 2 && words.size() >= 3; ++article) {
      std::string initials;
      for (const std::string& word : words) initials += word[0];
      if (IsAscii(initials) && initials.size() <= kAcronymMax) document_.add_term(Term(kAcronym, initials));
      if (words.front() != "the" && words.front() != "a") return;
      words.erase(words.begin());
    }
  }

 private:
  void AddWord(const std::string& word, std::string_view field_prefix, Stems stems) {
    document_.add_term(Term("", word));
    const std::string stem = stems == Stems::kWanted ? stemmer_.TermOf(word) : "";
    if (!stem.empty()) document_.add_term(stem);
    if (field_prefix.empty()) return;
    document_.add_term(Term(field_prefix, word));
    if (field_prefix != kSubjectWord) document_.add_boolean_term(Term(kNameWord, word));
    if (field_prefix == kTitleWord && !stem.empty()) document_.add_term(Term(kTitleWord, stem));
  }

  // Each run of two to four adjacent words, and all of them.
  void AddJoined(const std::vector<std::string>& words) {
    for (std::size_t begin = 0; begin + 1 < words.size(); ++begin) {
      std::string joined = words[begin];
      for (std::size_t end = begin + 1; end < words.size() && IsAscii(joined) && joined.size() <= kJoinedBytesMax; ++end) {
        joined += words[end];
        if (end < begin + kJoinedWordsMax || (begin == 0 && end + 1 == words.size())) {
          document_.add_term(Term(kJoinedWord, joined));
        }
      }
    }
  }

  static constexpr std::size_t kJoinedWordsMax = 4;
  static constexpr std::size_t kJoinedBytesMax = 40;
  static constexpr std::size_t kAcronymMax = 8;

  Xapian::Document& document_;
  const Stemmer stemmer_;
};

// For weighing: 1 for ten ratings, 6.7 for five million.
double Popularity(std::int64_t ratings_count) { return std::log10(1.0 + static_cast<double>(ratings_count)); }

std::string PackFacets(const BookContent& book) {
  std::string packed;
  for (const std::string& category : book.categories) {
    if (const Category* known = FindCategory(category)) packed += static_cast<char>(known - kCategories.data() + 1);
  }
  packed += kUnit;
  packed += book.language_code.substr(0, book.language_code.find('-'));
  packed += kUnit;
  for (const Format format : book.formats) packed += static_cast<char>(format);
  packed += kUnit;
  if (book.published_year > 0) packed += std::to_string(book.published_year / 10 * 10);
  packed += kUnit;
  // The first few authors; the others of a long anthology are not counted as facets.
  for (std::size_t i = 0; i < std::min<std::size_t>(book.authors.size(), 5); ++i) {
    if (i > 0) packed += kItem;
    packed += book.authors[i].slug;
  }
  return packed;
}

std::string PackCard(const BookContent& book) {
  std::string packed = book.title + '\n';
  if (book.series) packed += book.series->slug + '\t' + book.series->title;
  for (const AuthorCredit& author : book.authors) packed += '\n' + author.slug + '\t' + author.display_name;
  return packed;
}

std::string_view TakeUntil(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

// The author's name on the book, then the author's other known names.
std::vector<std::string> NamesOf(const AuthorCredit& author) {
  std::vector<std::string> names = OtherNames(author.slug);
  names.insert(names.begin(), author.display_name);
  return names;
}

// Marks the whole of a name, with and without an article at its beginning.
void MarkName(Xapian::Document& document, std::string_view prefix, std::string_view name) {
  std::vector<std::string> words = Words(name, WordForms::kAsTyped);
  for (int article = 0; article < 2 && !words.empty(); ++article) {
    const std::string exact = RunTogether(words);
    document.add_boolean_term(Term(prefix, exact));
    document.add_boolean_term(Term(kExactAny, exact));
    if (words.front() != "the" && words.front() != "a" && words.front() != "an") return;
    words.erase(words.begin());
  }
}

void AddNameMarks(Xapian::Document& document, const BookContent& book) {
  MarkName(document, kExactTitle, book.title);
  if (const std::size_t colon = book.title.find(':'); colon != std::string::npos) {
    MarkName(document, kExactMainTitle, book.title.substr(0, colon));
  }
  if (book.series) {
    MarkName(document, kExactSeries, book.series->title);
    if (book.series->number == "1") MarkName(document, kExactFirstOfSeries, book.series->title);
    document.add_boolean_term(Term(kVolume, book.series->number));
    if (!book.series->number.empty()) MarkName(document, kExactVolume, book.series->title + " " + book.series->number);
  }
  for (const AuthorCredit& author : book.authors) {
    for (const std::string& name : NamesOf(author)) {
      MarkName(document, kExactAuthor, name);
      const std::vector<std::string> words = Words(name, WordForms::kAsTyped);
      if (words.size() > 1) MarkName(document, kExactLastName, words.back());
    }
  }
  for (const std::string& subject : book.subjects) MarkName(document, kExactSubject, subject);
}

void AddMarks(Xapian::Document& document, const BookContent& book) {
  AddNameMarks(document, book);
  if (!book.isbn13.empty()) document.add_boolean_term(Term(kIsbn, book.isbn13));
  for (const std::string& category : book.categories) document.add_boolean_term(Term(kCategory, category));
  // Every book has one; a row that has lost it is found all the same.
  if (!book.categories.empty()) document.add_boolean_term(Term(kMainCategory, book.categories.front()));
  for (const Format format : book.formats) {
    document.add_boolean_term(Term(kFormat, std::to_string(static_cast<int>(format))));
  }
  for (const AuthorCredit& author : book.authors) document.add_boolean_term(Term(kAuthor, author.slug));
  if (!book.language_code.empty()) {
    // "en" finds "en-GB" too.
    document.add_boolean_term(Term(kLanguage, book.language_code));
    document.add_boolean_term(Term(kLanguage, book.language_code.substr(0, book.language_code.find('-'))));
  }
  std::int64_t least = 10;
  for (int tier = 1; tier <= kPopularityTierMax && book.ratings_count >= least; ++tier, least *= 10) {
    document.add_boolean_term(Term(kPopularityTier, std::to_string(tier)));
  }
}

}  // namespace

Xapian::Document MakeDocument(const Book& stored) {
  const BookContent& book = stored.content;
  Xapian::Document document;
  TermAdder adder(document, StemmerFor(book.language_code));
  adder.AddName(book.title, kTitleWord, Stems::kWanted);
  adder.AddAcronyms(book.title);
  adder.AddSounds(book.title, kTitleSound);
  adder.Add(book.subtitle, kTitleWord);
  // The stem of a name would be another name: "harri" is Harry's and Harris's.
  for (const AuthorCredit& author : book.authors) {
    adder.AddName(author.display_name, kAuthorWord, Stems::kNone);
    adder.AddSounds(author.display_name, kAuthorSound);
    for (const std::string& name : OtherNames(author.slug)) adder.AddOtherName(name);
  }
  if (book.series) {
    adder.AddName(book.series->title + " " + book.series->number, kSeriesWord, Stems::kWanted);
    adder.AddAcronyms(book.series->title);
  }
  for (const std::string& subject : book.subjects) adder.Add(subject, kSubjectWord);
  adder.Add(book.description, "");
  AddMarks(document, book);

  const SortKeys keys = SortKeysOf(book);
  document.add_value(kPopularitySlot, Xapian::sortable_serialise(Popularity(book.ratings_count)));
  document.add_value(kTitleSlot, keys.title);
  document.add_value(kPublishedSlot, Xapian::sortable_serialise(book.published_year == 0 ? kNoYear : book.published_year));
  document.add_value(kPriceSlot, Xapian::sortable_serialise(book.price ? static_cast<double>(book.price->minor()) : kNoPrice));
  document.add_value(kSeriesNumberSlot, Xapian::sortable_serialise(static_cast<double>(keys.series_number)));
  document.add_value(kFacetSlot, PackFacets(book));
  document.set_data(PackCard(book));
  return document;
}

std::vector<std::string> SpellingWords(const Xapian::Document& document) {
  std::vector<std::string> words;
  for (const std::string_view prefix : {kAuthorWord, kSeriesWord, kTitleWord}) {
    Xapian::TermIterator term = document.termlist_begin();
    for (term.skip_to(std::string(prefix)); term != document.termlist_end(); ++term) {
      const std::string text = *term;
      if (!text.starts_with(prefix)) break;
      const std::string word = text.substr(prefix.size());
      // A title's stems are under "SZ…"; numbers and short words are not corrected.
      if (word.front() == 'Z' || CodePointCount(word) < 4) continue;
      if (std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
      words.push_back(word);
    }
  }
  return words;
}

std::string Term(std::string_view prefix, std::string_view word) {
  return std::string(prefix) + std::string(CutText(word, kTermBytesMax));
}

std::string ExactName(std::string_view name) { return RunTogether(Words(name, WordForms::kAsTyped)); }

std::string RunTogether(std::span<const std::string> words) {
  std::string exact;
  for (const std::string& word : words) exact += word;
  return exact;
}

const char* StemmerFor(std::string_view language_code) {
  const std::string_view language = language_code.substr(0, language_code.find('-'));
  for (const LanguageStemmer& each : kStemmers) {
    if (each.language == language) return each.stemmer;
  }
  return language.empty() ? "english" : "none";
}

Stemmer::Stemmer(const std::string& name) : prefix_(name == "none" ? "" : "Z" + LanguageOf(name) + ":"), stem_(name) {
  CHECK(prefix_.empty() || prefix_.size() == kPrefixSize);
}

std::string Stemmer::TermOf(const std::string& word) const {
  if (prefix_.empty()) return "";
  const std::string cut(CutText(word, kTermBytesMax));
  // English stemming takes the s of "Harris" and "Paris" for a plural, and makes "Harris" and "Harry" the same word.
  return Term(prefix_, prefix_ == "Zen:" && cut.ends_with("is") ? cut : stem_(cut));
}

BookCard ReadCard(const std::string& document_data) {
  std::string_view rest = document_data;
  BookCard card;
  card.title = TakeUntil(rest, '\n');
  std::string_view series = TakeUntil(rest, '\n');
  card.series_slug = TakeUntil(series, '\t');
  card.series_title = series;
  while (!rest.empty()) {
    std::string_view author = TakeUntil(rest, '\n');
    const std::string_view slug = TakeUntil(author, '\t');
    card.authors.push_back({std::string(slug), std::string(author)});
  }
  return card;
}

void ReadFacets(const std::string& packed, FacetEntry& entry) {
  std::string_view rest = packed;
  entry.categories = TakeUntil(rest, kUnit);
  entry.language = TakeUntil(rest, kUnit);
  entry.formats = TakeUntil(rest, kUnit);
  entry.decade = TakeUntil(rest, kUnit);
  entry.authors.clear();
  while (!rest.empty()) entry.authors.push_back(TakeUntil(rest, kItem));
}

}  // namespace octavo::catalog::search
