// Amount: a price as people and spreadsheets write it.
#pragma once

#include <string>

#include "lib/base/money.h"
#include "lib/base/result.h"

namespace octavo::catalog {

// "12.90", "12,90 €", "€ 1.234,50", "1,234.50", "EUR 12": the amount in `currency`, or in the currency that the text names.
// INVALID_ARGUMENT (BAD_VALUE) if the text is no amount, has two meanings ("1.234"), more decimals than the currency, or is
// negative; the message says the rule and how to fix it.
Result<Money> ParseAmount(const std::string& text, Currency currency);

// Removes the separators of groups of three digits from a whole number ("1.234.567", "1,234", "2008.0"). Other text is returned
// unchanged.
std::string UngroupedNumber(const std::string& text);

}  // namespace octavo::catalog
