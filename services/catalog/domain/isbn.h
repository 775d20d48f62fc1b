// Checks ISBNs in the forms that people and files write, and repairs them. Rules: the ISBN Users' Manual (7th edition), sections
// 5 and 6, and what spreadsheets do to numbers.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace octavo::catalog {

struct Isbn {
  std::string isbn13;  // 13 digits, prefix 978 or 979, check digit valid.
  // True unless the text was just the 10 or 13 digits: it had hyphens, "ISBN", a quote, a lost zero.
  bool repaired = false;
  // For people. Empty unless leading zeros were guessed and the check digit confirmed them.
  std::string warning;
};

// Accepts an ISBN-10 or ISBN-13 with hyphens of any kind, spaces, quotes, ="…", a lower-case x, "ISBN", "ISBN-13:",
// "urn:isbn:" before it or a spreadsheet's ".0" behind it. 7 to 9 characters are taken for an ISBN-10 that lost leading
// zeros. Fails with INVALID_ARGUMENT and reason
//   ISBN_CHARACTER    something that is no digit
//   ISBN_LENGTH       neither 10 nor 13 digits
//   ISBN_CHECK_DIGIT  the check digit says that some digit is wrong
//   ISBN_PREFIX       13 digits that begin with neither 978 nor 979 (979-0 is music)
//   ISBN_ZERO         all zeros, which would pass the check
//   ISBN_ROUNDED      a spreadsheet's 9.78E+12: the digits are lost
Result<Isbn> ParseIsbn(std::string_view text);

// The ISBN-10 of a valid ISBN-13 with prefix 978; empty for 979, which has none.
std::string Isbn10Of(std::string_view isbn13);

// Whether a spreadsheet's rounded number ("9.78043902348e+12") can be this ISBN-13. The rounded number cannot replace the ISBN,
// but it shows whether two columns mean the same book. False when `rounded` is not a number.
bool MatchesRounded(std::string_view isbn13, std::string_view rounded);

}  // namespace octavo::catalog
