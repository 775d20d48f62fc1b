#include "services/catalog/domain/isbn.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "lib/base/check.h"
#include "lib/base/quoted.h"
#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

// Characters that people and programs put between the digits: spaces, hyphens, quotes, the equals sign of ="…".
constexpr auto kOrnaments = std::to_array<std::string_view>({
    " ",      "\t",     "-",      "\"",     "'",      "=",      "\u00A0", "\u00AD", "\u2000", "\u2001",
    "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B",
    "\u200E", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2018", "\u2019", "\u201C",
    "\u201D", "\u202F", "\u2212", "\u3000", "\uFE58", "\uFE63", "\uFEFF", "\uFF0D",
});

std::string WithoutOrnaments(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto* ornament =
        std::find_if(kOrnaments.begin(), kOrnaments.end(), [&](std::string_view each) { return text.starts_with(each); });
    if (ornament != kOrnaments.end()) {
      text.remove_prefix(ornament->size());
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

// At this point "ISBN-13: 978…" is "ISBN13:978…". The label's number is removed only together with its colon: without one it
// could be digits of the ISBN.
void RemoveLabel(std::string& text) {
  std::string upper = text.substr(0, 16);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  for (const std::string_view label : {"URN:ISBN:", "ISBN13:", "ISBN10:", "ISBN(13):", "ISBN(10):", "ISBN:", "ISBN"}) {
    if (!upper.starts_with(label)) continue;
    text.erase(0, label.size());
    return;
  }
}

bool CheckDigitOf10IsRight(std::string_view isbn10) {
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += (10 - i) * (isbn10[i] == 'X' ? 10 : isbn10[i] - '0');
  return sum % 11 == 0;
}

// The digit that makes 12 digits an ISBN-13: weights 1, 3, 1, 3 …, divisible by 10.
char CheckDigitOf13(std::string_view twelve) {
  int sum = 0;
  for (int i = 0; i < 12; ++i) sum += (i % 2 == 0 ? 1 : 3) * (twelve[i] - '0');
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string Isbn13Of(std::string_view isbn10) {
  std::string isbn13 = "978" + std::string(isbn10.substr(0, 9));
  isbn13 += CheckDigitOf13(isbn13);
  return isbn13;
}

Error Refuse(const char* reason, std::string_view text, const std::string& rule) {
  return Error{Code::kInvalidArgument, reason, "ISBN " + Quoted(text) + ": " + rule};
}

bool LooksRounded(std::string_view plain) {
  return plain.find_first_of("eE") != std::string_view::npos &&
         plain.find_first_not_of("0123456789.,eE+") == std::string_view::npos;
}

Result<Isbn> ParseThirteen(std::string_view digits, std::string_view text) {
  if (!AllDigits(digits)) return Refuse("ISBN_CHARACTER", text, "only digits may stand in a 13-digit number");
  if (digits.starts_with("9790")) return Refuse("ISBN_PREFIX", text, "979-0 numbers music, not books");
  if (!digits.starts_with("978") && !digits.starts_with("979")) {
    return Refuse("ISBN_PREFIX", text, "a 13-digit number must begin with 978 or 979");
  }
  if (CheckDigitOf13(digits) != digits[12]) {
    return Refuse("ISBN_CHECK_DIGIT", text, "the check digit is wrong, so some digit is");
  }
  return Isbn{.isbn13 = std::string(digits)};
}

Result<Isbn> ParseTen(std::string_view digits, std::string_view text) {
  const std::size_t lost = 10 - digits.size();
  const std::string ten = std::string(lost, '0') + std::string(digits);
  if (!AllDigits(std::string_view(ten).substr(0, 9)) || !(IsDigit(ten[9]) || ten[9] == 'X')) {
    return Refuse("ISBN_CHARACTER", text, "only digits, and X in the last place, may stand in a 10-digit number");
  }
  if (ten == "0000000000") return Refuse("ISBN_ZERO", text, "all zeros is nobody's number");
  if (!CheckDigitOf10IsRight(ten)) {
    return Refuse("ISBN_CHECK_DIGIT", text, "the check digit is wrong, so some digit is");
  }
  Isbn isbn{.isbn13 = Isbn13Of(ten)};
  if (lost > 0) {
    isbn.warning = "ISBN '" + std::string(text) + "': " + std::to_string(lost) +
                   (lost == 1 ? " leading zero" : " leading zeros") + " restored, taken for " + ten;
  }
  return isbn;
}

}  // namespace

Result<Isbn> ParseIsbn(std::string_view text) {
  std::string plain = WithoutOrnaments(text);
  RemoveLabel(plain);
  if (LooksRounded(plain)) return Refuse("ISBN_ROUNDED", text, "a spreadsheet rounded it; the digits are lost");
  if (plain.ends_with(".0")) plain.resize(plain.size() - 2);
  if (plain.ends_with('x')) plain.back() = 'X';

  const auto parse = [&]() -> Result<Isbn> {
    if (plain.size() == 13) return ParseThirteen(plain, text);
    if (plain.size() >= 7 && plain.size() <= 10) return ParseTen(plain, text);
    if (plain.find_first_not_of("0123456789X") != std::string::npos) {
      return Refuse("ISBN_CHARACTER", text, "only digits, hyphens, spaces and a last X may stand in it");
    }
    if (!plain.empty() && plain.find_first_not_of('0') == std::string::npos) {
      return Refuse("ISBN_ZERO", text, "all zeros is nobody's number");
    }
    return Refuse("ISBN_LENGTH", text, "it must have 10 or 13 digits, not " + std::to_string(plain.size()));
  };
  Isbn isbn = TRY(parse());
  isbn.repaired = !isbn.warning.empty() || plain != text;
  return isbn;
}

std::string Isbn10Of(std::string_view isbn13) {
  CHECK(isbn13.size() == 13);
  if (!isbn13.starts_with("978")) return {};
  std::string isbn10(isbn13.substr(3, 9));
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (10 - i) * (isbn10[i] - '0');
  const int check = (11 - sum % 11) % 11;
  isbn10 += check == 10 ? 'X' : static_cast<char>('0' + check);
  return isbn10;
}

bool MatchesRounded(std::string_view isbn13, std::string_view rounded) {
  double value = 0;
  const auto [end, problem] = std::from_chars(rounded.data(), rounded.data() + rounded.size(), value);
  if (problem != std::errc() || end != rounded.data() + rounded.size() || !std::isfinite(value)) return false;
  const std::string_view mantissa = rounded.substr(0, rounded.find_first_of("eE"));
  std::string digits;
  std::copy_if(mantissa.begin(), mantissa.end(), std::back_inserter(digits), IsDigit);
  const double step = digits.size() >= 13 ? 1 : std::pow(10.0, 13 - static_cast<int>(digits.size()));
  std::int64_t number = 0;
  std::from_chars(isbn13.data(), isbn13.data() + isbn13.size(), number);
  return std::abs(value - static_cast<double>(number)) <= step;  // Some programs cut digits off instead of rounding.
}

}  // namespace octavo::catalog
