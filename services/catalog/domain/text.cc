#include "services/catalog/domain/text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/fingerprint.h"
#include "lib/base/quoted.h"

namespace octavo::catalog {
namespace {

constexpr std::size_t kSlugBytesMax = 80;
constexpr std::size_t kTitleSortKeyBytesMax = 60;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

bool IsAsciiAlnum(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

char AsciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The code point at `at`, which moves behind it; U+FFFD for a broken byte.
UChar32 NextCodePoint(std::string_view text, std::size_t& at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto index = static_cast<std::int32_t>(at);
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(bytes, index, static_cast<std::int32_t>(text.size()), c);
  at = static_cast<std::size_t>(index);
  return c;
}

void Append(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out.append(bytes, static_cast<std::size_t>(size));
}

// Letters with a stroke and ligatures that Unicode does not decompose.
std::string_view SpecialLetter(UChar32 c) {
  switch (c) {
    case U'ø': return "o";
    case U'ł': return "l";
    case U'đ':
    case U'ð': return "d";
    case U'þ': return "th";
    case U'æ': return "ae";
    case U'œ': return "oe";
    case U'ı': return "i";
    case U'ħ': return "h";
    default: return {};
  }
}

// Marks that a reader may leave out when typing; in some scripts marks are vowels, and those are kept.
bool IsOptionalMark(UChar32 c) {
  if (c >= 0x0300 && c <= 0x036F) return true;  // Latin, Greek, Cyrillic.
  if (c < 0x0591 || c > 0x06ED) return false;
  return u_charType(c) == U_NON_SPACING_MARK;  // Hebrew points, Arabic vowel signs.
}

bool IsTradeMark(UChar32 c) { return c == 0x2122 || c == 0x00AE || c == 0x00A9; }

// Characters that people type for an apostrophe: quotation marks, accents, primes, the modifier letters.
bool IsApostrophe(UChar32 c) {
  constexpr auto kApostrophes = std::to_array<UChar32>(
      {'\'', '`', 0x00B4, 0x02B9, 0x02BB, 0x02BC, 0x02BD, 0x2018, 0x2019, 0x201B, 0x2032, 0x2035, 0xA78C, 0xFF07, 0xFF40});
  return std::find(kApostrophes.begin(), kApostrophes.end(), c) != kApostrophes.end();
}

// Scripts written without spaces between words.
bool IsUnspaced(UChar32 c) {
  if (c < 0x2E80) return false;
  UErrorCode status = U_ZERO_ERROR;
  if (c == 0x30FC || c == 0x3005) return true;  // The marks for a long vowel and for a letter said twice: common to scripts.
  const UScriptCode script = uscript_getScript(c, &status);
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || script == USCRIPT_HANGUL ||
         script == USCRIPT_THAI;
}

bool IsWordPart(UChar32 c) {
  if (c < 0x80) return IsAsciiAlnum(static_cast<unsigned char>(c));
  if (c == 0xFFFD) return false;
  const auto type = static_cast<UCharCategory>(u_charType(c));
  return u_isalnum(c) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
}

// Splits folded text; see Words.
class WordSplitter {
 public:
  explicit WordSplitter(WordForms forms) : forms_(forms) {}

  std::vector<std::string> Split(std::string_view folded) {
    for (std::size_t at = 0; at < folded.size();) {
      const UChar32 c = NextCodePoint(folded, at);
      if (IsUnspaced(c)) {
        EndWord();
        TakeUnspaced(c);
        continue;
      }
      EndUnspaced();
      if (c != ' ') bridge_.clear();
      if (IsWordPart(c)) {
        Append(word_, c);
      } else if (const std::size_t signs = LanguageSigns(folded.substr(at - 1)); signs > 0) {
        word_ += folded.substr(at - 1, signs);
        at += signs - 1;
        EndWord();
      } else if (IsApostrophe(c) && !word_.empty()) {
        if (!elided_) elided_ = word_.size();
      } else {
        EndWord();
      }
    }
    EndWord();
    EndUnspaced();
    EndInitials();
    return std::move(words_);
  }

 private:
  void EndWord() {
    if (word_.empty()) return;
    if (word_.size() == 1 && word_[0] >= 'a' && word_[0] <= 'z') {
      initials_ += word_;
    } else {
      EndInitials();
    }
    // An elided article has one or two letters ("l'", "qu'"), and more follows it than the s of a genitive.
    if (forms_ == WordForms::kEveryForm && elided_ && *elided_ <= 2 && word_.size() >= *elided_ + 2) {
      words_.push_back(word_.substr(*elided_));
    }
    words_.push_back(std::move(word_));
    word_.clear();
    elided_.reset();
  }

  // The number of signs that make a word of a single letter: 2 for "++" as in C++, 1 for "#" as in C#, 0 for none.
  std::size_t LanguageSigns(std::string_view rest) const {
    if (word_.size() != 1 || word_[0] < 'a' || word_[0] > 'z') return 0;
    if (rest.starts_with("++")) return 2;
    return rest.starts_with("#") && (rest.size() == 1 || !IsAsciiAlnum(static_cast<unsigned char>(rest[1]))) ? 1 : 0;
  }

  void EndInitials() {
    if (forms_ == WordForms::kEveryForm && initials_.size() >= 2) words_.push_back(initials_);
    initials_.clear();
  }

  void TakeUnspaced(UChar32 c) {
    EndInitials();
    std::string character;
    Append(character, c);
    if (!unspaced_.empty()) {
      words_.push_back(unspaced_ + character);
      paired_ = true;
    }
    if (forms_ == WordForms::kEveryForm) {
      words_.push_back(character);
      // The space between the parts of a name, as between family and given name, may be left out.
      if (!bridge_.empty()) words_.push_back(bridge_ + character);
      bridge_.clear();
    }
    unspaced_ = std::move(character);
  }

  void EndUnspaced() {
    if (!unspaced_.empty() && !paired_ && forms_ == WordForms::kAsTyped) words_.push_back(unspaced_);
    if (!unspaced_.empty()) bridge_ = unspaced_;
    unspaced_.clear();
    paired_ = false;
  }

  const WordForms forms_;
  std::vector<std::string> words_;
  std::string word_;
  std::optional<std::size_t> elided_;  // Where in word_ the first apostrophe stood.
  std::string initials_;               // Single letters since the last longer word.
  std::string unspaced_;               // The last character of a script without spaces.
  bool paired_ = false;
  std::string bridge_;  // The last such character before a space.
};

const icu::Normalizer2& CaseFolder() {
  static const icu::Normalizer2* const folder = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFKCCasefoldInstance(status);
    CHECK(U_SUCCESS(status));
    return instance;
  }();
  return *folder;
}

const icu::Normalizer2& Decomposer() {
  static const icu::Normalizer2* const decomposer = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFDInstance(status);
    CHECK(U_SUCCESS(status));
    return instance;
  }();
  return *decomposer;
}

const icu::Normalizer2& Composer() {
  static const icu::Normalizer2* const composer = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
    CHECK(U_SUCCESS(status));
    return instance;
  }();
  return *composer;
}

// Composes kana and hangul again, so that each letter is one character.
std::string Composed(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string composed;
  Composer().normalize(icu::UnicodeString::fromUTF8(text), status).toUTF8String(composed);
  CHECK(U_SUCCESS(status));
  return composed;
}

// ICU's own table from any script to ASCII. Building it takes 40 ms, so once; transliterate() is thread-safe.
std::string Romanise(std::string_view text) {
  static const std::unique_ptr<icu::Transliterator> romaniser = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
    CHECK(U_SUCCESS(status));
    return made;
  }();
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  romaniser->transliterate(wide);
  std::string narrow;
  wide.toUTF8String(narrow);
  return narrow;
}

std::string_view Language(std::string_view language_code) { return language_code.substr(0, language_code.find('-')); }

struct Article {
  std::string_view language;
  std::string_view article;  // Folded, with what divides it from the title.
};

constexpr auto kArticles = std::to_array<Article>({
    {"en", "the "}, {"en", "a "},   {"en", "an "},  {"fr", "le "},  {"fr", "la "},  {"fr", "les "}, {"fr", "l'"},
    {"fr", "un "},  {"fr", "une "}, {"de", "der "}, {"de", "die "}, {"de", "das "}, {"de", "ein "}, {"de", "eine "},
    {"es", "el "},  {"es", "la "},  {"es", "los "}, {"es", "las "}, {"es", "un "},  {"es", "una "}, {"it", "il "},
    {"it", "lo "},  {"it", "la "},  {"it", "i "},   {"it", "gli "}, {"it", "le "},  {"it", "l'"},   {"pt", "o "},
    {"pt", "a "},   {"pt", "os "},  {"pt", "as "},  {"nl", "de "},  {"nl", "het "}, {"nl", "een "},
});

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (NextCodePoint(text, at) == 0xFFFD && text.substr(begin, 3) != "\xEF\xBF\xBD") return false;
  }
  return true;
}

std::string CleanLine(std::string_view text) {
  std::string clean;
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const UChar32 c = NextCodePoint(text, at);
    if (u_isUWhiteSpace(c) || c == 0xFEFF) {
      space = !clean.empty();
      continue;
    }
    if (space) clean += ' ';
    space = false;
    Append(clean, c);
  }
  return clean;
}

std::string Fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  if (IsAscii(text)) {
    std::transform(text.begin(), text.end(), std::back_inserter(folded), [](char c) { return c == '`' ? '\'' : AsciiLower(c); });
    return folded;
  }
  std::string without_marks;
  for (std::size_t at = 0; at < text.size();) {
    const UChar32 c = NextCodePoint(text, at);
    // Unicode folds some apostrophes to a space and an accent.
    if (!IsTradeMark(c)) Append(without_marks, IsApostrophe(c) ? '\'' : c);
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(without_marks);
  const icu::UnicodeString parts = Decomposer().normalize(CaseFolder().normalize(wide, status), status);
  CHECK(U_SUCCESS(status));
  for (std::int32_t at = 0; at < parts.length(); at = parts.moveIndex32(at, 1)) {
    const UChar32 c = parts.char32At(at);
    if (IsOptionalMark(c)) continue;
    if (const std::string_view special = SpecialLetter(c); !special.empty()) {
      folded += special;
    } else {
      Append(folded, c);
    }
  }
  return Composed(folded);
}

std::string SpellOutUmlauts(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString composed = Composer().normalize(icu::UnicodeString::fromUTF8(std::string(text)), status);
  CHECK(U_SUCCESS(status));
  std::string spelt_out;
  for (std::int32_t at = 0; at < composed.length(); at = composed.moveIndex32(at, 1)) {
    switch (const UChar32 c = composed.char32At(at)) {
      case U'ä':
      case U'Ä': spelt_out += "ae"; break;
      case U'ö':
      case U'Ö':
      case U'ø':
      case U'Ø': spelt_out += "oe"; break;
      case U'ü':
      case U'Ü': spelt_out += "ue"; break;
      case U'å':
      case U'Å': spelt_out += "aa"; break;
      default: Append(spelt_out, c);
    }
  }
  return spelt_out;
}

std::vector<std::string> Words(std::string_view text, WordForms forms) {
  std::vector<std::string> words = WordSplitter(forms).Split(Fold(text));
  if (forms == WordForms::kAsTyped || IsAscii(text)) return words;
  for (std::string& word : WordSplitter(forms).Split(Fold(SpellOutUmlauts(text)))) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
  }
  return words;
}

std::string Romanised(std::string_view word) {
  std::string letters;
  for (const char c : Fold(IsAscii(word) ? std::string(word) : Romanise(word))) {
    if (IsAsciiAlnum(static_cast<unsigned char>(c))) letters += c;
  }
  return letters;
}

std::string Slug(std::string_view name) {
  const std::string latin = IsAscii(name) ? std::string(name) : Romanise(Fold(name));
  std::string slug;
  bool gap = false;
  for (const char raw : latin) {
    const char c = AsciiLower(raw);
    if (c == '\'' || c == '`') continue;
    if (!IsAsciiAlnum(static_cast<unsigned char>(c))) {
      gap = !slug.empty();
      continue;
    }
    if (gap) slug += '-';
    gap = false;
    slug += c;
  }
  if (slug.empty()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    slug = "n-";
    for (std::uint64_t hash = Fingerprint(name); hash != 0; hash >>= 4) slug += kDigits[hash & 15];
  }
  if (slug.size() > kSlugBytesMax) slug.resize(kSlugBytesMax);
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

bool IsSlug(std::string_view text) {
  if (text.empty() || text.size() > kSlugBytesMax || text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '-' || IsAsciiAlnum(static_cast<unsigned char>(c)); });
}

std::string TitleSortKey(std::string_view title, std::string_view language_code) {
  std::string key = Fold(CleanLine(title));
  const std::string_view language = language_code.empty() ? "en" : Language(language_code);
  for (const Article& article : kArticles) {
    if (article.language != language || !key.starts_with(article.article)) continue;
    if (key.size() > article.article.size()) key.erase(0, article.article.size());
    break;
  }
  // Quotation marks and the like at the beginning ("'Salem's Lot") are ignored when sorting.
  std::size_t begin = 0;
  for (std::size_t at = 0; at < key.size(); begin = at) {
    if (IsWordPart(NextCodePoint(key, at))) break;
  }
  if (begin < key.size()) key.erase(0, begin);
  return std::string(CutText(key, kTitleSortKeyBytesMax));
}

std::string LanguageName(std::string_view language_code) {
  icu::UnicodeString wide;
  icu::Locale(std::string(language_code).c_str()).getDisplayLanguage(icu::Locale::getEnglish(), wide);
  std::string name;
  wide.toUTF8String(name);
  return name.empty() ? std::string(language_code) : name;
}

std::size_t CodePointCount(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace octavo::catalog
