// The words for orders on pages: for states, promises and events. Pure functions;
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/calendar/time_zone.h"
#include "octavo/cart/v1/cart.pb.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "octavo/transactions/v1/transactions.pb.h"
#include "services/marketplace/locale.h"

namespace octavo::marketplace {

// How good a piece of news is: a class of the style sheet, "good", "soon", "bad" or "unknown".
struct Words {
  std::string text;
  std::string_view kind = "good";
};

// How soon a book can be with the reader, and whether they can have it at all.
struct Availability {
  Words words;
  bool can_be_had = true;
};
Availability DescribeStock(const inventory::v1::Stock& stock, const TimeZone& time_zone);
Words DescribeLine(const cart::v1::CartLine& line);
Words DescribeReturn(const transactions::v1::Return& given_back);
Words DescribePromise(const transactions::v1::OrderLine& line);

std::string_view OrderState(const transactions::v1::Order& order);
std::string_view PaymentState(const transactions::v1::Order& order);
std::string_view FulfilmentState(const transactions::v1::Order& order);
std::string_view EventWords(const transactions::v1::OrderEvent& event);

// "12.90 EUR" as the reader writes it.
std::string FormatMoney(const type::v1::Money& money, PriceStyle style);
// "5 January 2026".
std::string FormatDate(const TimeZone& time_zone, std::int64_t unix_seconds);
// "5 January 2026": the last day before `end`, which does not belong to the period.
std::string FormatLastDay(const TimeZone& time_zone, std::int64_t end_unix_seconds);
// "5 January 2026, 14:05 CET".
std::string FormatMoment(const TimeZone& time_zone, std::int64_t unix_seconds);
// "1 copy", "3 copies".
std::string Copies(std::int64_t count);

}  // namespace octavo::marketplace
