#include "lib/postal/postal_code.h"

#include <algorithm>
#include <array>
#include <string>

namespace octavo {
namespace {

// Ascending by country.
constexpr auto kRules = std::to_array<PostalRule>({
    {"AD", "ADNNN", "AD500"},
    {"AT", "NNNN", "1010", "A"},
    {"AU", "NNNN", "2000"},
    {"BE", "NNNN", "1000", "B"},
    {"BG", "NNNN", "1000"},
    {"BR", "NNNNN-NNN", "01310-100"},
    {"CA", "ANA NAN", "K1A 0B1"},
    {"CH", "NNNN", "8001"},
    {"CN", "NNNNNN", "100000"},
    {"CY", "NNNN", "1010"},
    {"CZ", "NNN NN", "110 00"},
    {"DE", "NNNNN", "10115", "D"},
    {"DK", "NNNN", "1050"},
    {"EE", "NNNNN", "10111"},
    {"ES", "NNNNN", "28001", "E"},
    {"FI", "NNNNN", "00100", "FIN"},
    {"FR", "NNNNN", "75001", "F"},
    {"GB", "AN NAA|ANN NAA|AAN NAA|AANN NAA|ANA NAA|AANA NAA|GIR 0AA", "SW1A 1AA"},
    {"GR", "NNN NN", "104 31"},
    {"HR", "NNNNN", "10000"},
    {"HU", "NNNN", "1011", "H"},
    {"IE", "ANX XXXX", "D02 X285"},
    {"IL", "NNNNNNN|NNNNN", "9103401"},
    {"IN", "NNN NNN", "110 001"},
    {"IS", "NNN", "101"},
    {"IT", "NNNNN", "00184", "I"},
    {"JP", "NNN-NNNN", "100-0001"},
    {"KR", "NNNNN", "04524"},
    {"LI", "948N|949N", "9490", "FL"},
    {"LT", "NNNNN", "01100"},
    {"LU", "NNNN", "1111", "L"},
    {"LV", "NNNN", "LV-1010"},
    {"MC", "980NN", "98000"},
    {"MT", "AAA NNNN|AAA NN", "VLT 1117"},
    {"MX", "NNNNN", "06000"},
    {"NL", "NNNN AA", "1011 AB"},
    {"NO", "NNNN", "0150", "N"},
    {"NZ", "NNNN", "6011"},
    {"PL", "NN-NNN", "00-950"},
    {"PT", "NNNN-NNN", "1100-148", "P"},
    {"RO", "NNNNNN", "010011"},
    {"RS", "NNNNN", "11000"},
    {"SE", "NNN NN", "111 20", "S"},
    {"SG", "NNNNNN", "018956"},
    {"SI", "NNNN", "1000"},
    {"SK", "NNN NN", "811 01"},
    {"SM", "4789N", "47890"},
    {"TR", "NNNNN", "34110"},
    {"UA", "NNNNN", "01001"},
    {"US", "NNNNN-NNNN|NNNNN", "20500"},
    {"VA", "00120", "00120"},
    {"ZA", "NNNN", "8001"},
});

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }
bool IsSeparator(char c) { return c == ' ' || c == '-'; }

bool Fits(std::string_view form, std::string_view code) {
  std::size_t at = 0;
  for (const char wanted : form) {
    const bool is_there = at < code.size();
    if (IsSeparator(wanted)) {
      at += is_there && IsSeparator(code[at]) ? 1 : 0;
      continue;
    }
    if (!is_there) return false;
    const char c = code[at++];
    const bool fits = wanted == 'N'   ? IsDigit(c)
                      : wanted == 'A' ? IsLetter(c)
                      : wanted == 'X' ? IsDigit(c) || IsLetter(c)
                                      : c == wanted;
    if (!fits) return false;
  }
  return at == code.size();
}

std::string_view WithoutPrefix(std::string_view prefix, std::string_view code) {
  const bool has_it =
      !prefix.empty() && code.size() > prefix.size() && code.starts_with(prefix) && IsSeparator(code[prefix.size()]);
  return has_it ? code.substr(prefix.size() + 1) : code;
}

}  // namespace

std::optional<PostalRule> PostalRuleOf(std::string_view country_code) {
  const auto* const rule = std::lower_bound(kRules.begin(), kRules.end(), country_code,
                                            [](const PostalRule& one, std::string_view code) { return one.country_code < code; });
  if (rule == kRules.end() || rule->country_code != country_code) return std::nullopt;
  return *rule;
}

bool IsPostalCode(const PostalRule& rule, std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return false;
  std::string upper(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  std::string_view code = WithoutPrefix(rule.country_code, upper);
  if (code.size() == upper.size()) code = WithoutPrefix(rule.prefix, upper);
  std::string_view forms = rule.form;
  while (true) {
    const std::size_t bar = forms.find('|');
    if (Fits(forms.substr(0, bar), code)) return true;
    if (bar == std::string_view::npos) return false;
    forms.remove_prefix(bar + 1);
  }
}

}  // namespace octavo
