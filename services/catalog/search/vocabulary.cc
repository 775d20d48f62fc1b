#include "services/catalog/search/vocabulary.h"

#include <algorithm>
#include <array>
#include <set>

#include "services/catalog/domain/category.h"

namespace octavo::catalog::search {
namespace {

constexpr auto kFillers = std::to_array<std::string_view>(
    {"a",    "am", "an", "and", "as",   "at",  "by",  "das", "de",   "del",   "dem", "den", "der",  "des", "die",  "du",  "ein",
     "eine", "el", "et", "for", "from", "how", "i",   "il",  "im",   "in",    "is",  "it",  "la",   "las", "le",   "les", "los",
     "my",   "of", "on", "or",  "the",  "to",  "und", "von", "what", "where", "who", "why", "with", "you", "your", "zu"});

constexpr auto kRequests = std::to_array<std::string_view>(
    {"about",  "any",    "author", "autor",  "band",    "best",     "book",      "books",   "buch",    "bucher",  "buecher",
     "buy",    "by",     "cheap",  "copy",   "edition", "favorite", "favourite", "find",    "first",   "gift",    "good",
     "great",  "isbn",   "latest", "libro",  "libros",  "like",     "livre",     "livres",  "looking", "me",      "new",
     "newest", "novel",  "novels", "number", "online",  "order",    "please",    "popular", "read",    "reading", "recommend",
     "roman",  "romane", "romans", "series", "similar", "some",     "something", "stories", "story",   "that",    "top",
     "vol",    "volume", "want",   "which",  "writer",  "written",  "wrote"});

struct FormatName {
  std::string_view word;
  Format format;
};

constexpr auto kFormatNames = std::to_array<FormatName>({
    {"audio", Format::kAudiobook},
    {"audiobook", Format::kAudiobook},
    {"audiobooks", Format::kAudiobook},
    {"ebook", Format::kEbook},
    {"ebooks", Format::kEbook},
    {"epub", Format::kEbook},
    {"gebunden", Format::kHardcover},
    {"hardback", Format::kHardcover},
    {"hardcover", Format::kHardcover},
    {"horbuch", Format::kAudiobook},
    {"hoerbuch", Format::kAudiobook},
    {"kindle", Format::kEbook},
    {"paperback", Format::kPaperback},
    {"paperbacks", Format::kPaperback},
    {"softcover", Format::kPaperback},
    {"taschenbuch", Format::kPaperback},
});

struct LanguageWord {
  std::string_view word;
  std::string_view language;
};

constexpr auto kLanguageWords = std::to_array<LanguageWord>({
    {"deutsch", "de"},
    {"deutsche", "de"},
    {"german", "de"},
    {"english", "en"},
    {"englisch", "en"},
    {"espanol", "es"},
    {"spanish", "es"},
    {"spanisch", "es"},
    {"francais", "fr"},
    {"franzosisch", "fr"},
    {"french", "fr"},
    {"italian", "it"},
    {"italiano", "it"},
    {"italienisch", "it"},
});

struct NumberWord {
  std::string_view digits;
  std::string_view word;
};

constexpr auto kNumberWords = std::to_array<NumberWord>({
    {"1", "one"},       {"2", "two"},       {"3", "three"},    {"4", "four"},      {"5", "five"},        {"6", "six"},
    {"7", "seven"},     {"8", "eight"},     {"9", "nine"},     {"10", "ten"},      {"11", "eleven"},     {"12", "twelve"},
    {"13", "thirteen"}, {"14", "fourteen"}, {"15", "fifteen"}, {"16", "sixteen"},  {"17", "seventeen"},  {"18", "eighteen"},
    {"19", "nineteen"}, {"20", "twenty"},   {"30", "thirty"},  {"40", "forty"},    {"50", "fifty"},      {"60", "sixty"},
    {"70", "seventy"},  {"80", "eighty"},   {"90", "ninety"},  {"100", "hundred"}, {"1000", "thousand"},
});

template <std::size_t Size>
bool Has(const std::array<std::string_view, Size>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool IsFiller(const std::string& word) { return Has(kFillers, word); }
bool IsRequest(const std::string& word) { return Has(kRequests, word); }

std::optional<Format> FormatCalled(const std::string& word) {
  for (const FormatName& name : kFormatNames) {
    if (name.word == word) return name.format;
  }
  return std::nullopt;
}

std::string_view LanguageCalled(const std::string& word) {
  for (const LanguageWord& each : kLanguageWords) {
    if (each.word == word) return each.language;
  }
  return {};
}

std::string_view NumberOtherwise(const std::string& word) {
  for (const NumberWord& each : kNumberWords) {
    if (each.digits == word) return each.word;
    if (each.word == word) return each.digits;
  }
  return {};
}

bool IsCategoryWord(const std::string& word) {
  static const std::set<std::string, std::less<>> kWords = [] {
    std::set<std::string, std::less<>> words;
    ForEachCategoryWord([&](std::string_view each) { words.emplace(each); });
    return words;
  }();
  return kWords.contains(word);
}

}  // namespace octavo::catalog::search
