// Amount: a price as people and spreadsheets write it.
#pragma once

#include <string>

#include "lib/base/money.h"
#include "lib/base/result.h"

namespace octavo::catalog {

// "12.90", "12,90 €", "€ 1.234,50", "1,234.50", "EUR 12": the amount in `currency`, or in the one that the text names.
// INVALID_ARGUMENT (BAD_VALUE), with the rule and the cure as message, for what is no such amount, has two meanings ("1.234"),
// more decimals than the currency, or a sign below zero.
Result<Money> ParseAmount(const std::string& text, Currency currency);

// A whole number, with or without a sign between groups of three digits ("1.234.567", "1,234", "2008.0"); the same without
// it, or the text as it is where it is none.
std::string UngroupedNumber(const std::string& text);

}  // namespace octavo::catalog
