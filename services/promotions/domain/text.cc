#include "services/promotions/domain/text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "lib/base/check.h"

namespace octavo::promotions {
namespace {

icu::UnicodeString Normalised(const icu::Normalizer2* (*instance)(UErrorCode&), const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const normaliser = instance(status);  // ICU's own, never freed.
  CHECK(U_SUCCESS(status));
  icu::UnicodeString normalised = normaliser->normalize(text, status);
  CHECK(U_SUCCESS(status));
  return normalised;
}

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

std::string TrimmedUtf8(const icu::UnicodeString& text) {
  std::int32_t begin = 0;
  std::int32_t end = text.length();
  // White space of every script lies in the first plane: one unit each.
  while (begin < end && u_isUWhiteSpace(text[begin])) ++begin;
  while (begin < end && u_isUWhiteSpace(text[end - 1])) --end;
  std::string utf8;
  text.tempSubStringBetween(begin, end).toUTF8String(utf8);
  return utf8;
}

}  // namespace

std::string NormaliseCode(std::string_view typed) {
  icu::UnicodeString text = Normalised(&icu::Normalizer2::getNFKCInstance, FromUtf8(typed));
  text.toUpper(icu::Locale::getRoot());
  // Normalised again, because upper case can separate a letter from its mark.
  return TrimmedUtf8(Normalised(&icu::Normalizer2::getNFKCInstance, text));
}

std::string NormaliseEmail(std::string_view typed) {
  return TrimmedUtf8(Normalised(&icu::Normalizer2::getNFKCCasefoldInstance, FromUtf8(typed)));
}

}  // namespace octavo::promotions
