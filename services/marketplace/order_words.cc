#include "services/marketplace/order_words.h"

#include <chrono>

namespace octavo::marketplace {
namespace {

using transactions::v1::Order;
using transactions::v1::OrderEvent;

std::string TwoDigits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string Written(const TimeZone::Local& day) {
  static constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                            "July",    "August",   "September", "October", "November", "December"};
  return std::to_string(day.day) + " " + kMonths[day.month - 1] + " " + std::to_string(day.year);
}

Words DescribeBackorder(const inventory::v1::Policy& policy, const TimeZone& time_zone) {
  switch (policy.backorder()) {
    case inventory::v1::BACKORDER_ALLOWED:
      return {policy.backorder_days() > 0 ? "Usually ships in " + std::to_string(policy.backorder_days()) + " days"
                                          : "Back in a few days",
              "soon"};
    case inventory::v1::BACKORDER_PREORDER:
      return {policy.has_available_time() ? "Appears on " + FormatDate(time_zone, policy.available_time().seconds())
                                          : "Not published yet",
              "soon"};
    case inventory::v1::BACKORDER_SPECIAL_ORDER: return {"Ordered from the publisher for you", "soon"};
    default: return {"Sold out at the moment", "bad"};
  }
}

}  // namespace

Availability DescribeStock(const inventory::v1::Stock& stock, const TimeZone& time_zone) {
  constexpr std::int64_t kFew = 3;
  if (stock.available() == 1) return {.words = {"Only one left on our shelves"}};
  if (stock.available() > kFew) return {.words = {"On our shelves"}};
  if (stock.available() > 0) {
    return {.words = {"Only " + std::to_string(stock.available()) + " left on our shelves"}};
  }
  const bool can_be_had =
      stock.policy().backorder() > inventory::v1::BACKORDER_REFUSED && stock.backordered() < stock.policy().backorder_max();
  if (!can_be_had) return {.words = {"Sold out at the moment", "bad"}, .can_be_had = false};
  return {.words = DescribeBackorder(stock.policy(), time_zone)};
}

Words DescribeLine(const cart::v1::CartLine& line) {
  switch (line.availability()) {
    case cart::v1::AVAILABILITY_ON_SHELF: return {"On our shelves", "good"};
    case cart::v1::AVAILABILITY_PARTLY: return {"Only " + Copies(line.available_quantity()) + " left on our shelves", "bad"};
    case cart::v1::AVAILABILITY_TO_ORDER:
      if (line.available_quantity() > 0) {
        return {Copies(line.available_quantity()) + " on our shelves; the rest we get in for you, which takes a few days",
                "soon"};
      }
      return {"We get it in for you, which takes a few days", "soon"};
    case cart::v1::AVAILABILITY_SOLD_OUT: return {"Sold out at the moment", "bad"};
    case cart::v1::AVAILABILITY_GONE: return {"We do not have this book any more", "bad"};
    case cart::v1::AVAILABILITY_NOT_FOR_SALE: return {"Not for sale at the moment: we have no price for it", "bad"};
    default: return {"We cannot see our shelves at the moment", "unknown"};
  }
}

Words DescribePromise(const transactions::v1::OrderLine& line) {
  const std::string later = line.backordered_quantity() > 0 && line.backordered_quantity() < line.quantity()
                                ? Copies(line.backordered_quantity()) + " of them "
                                : "";
  switch (line.promise()) {
    case transactions::v1::PROMISE_ON_SHELF: return {"From our shelves", "good"};
    case transactions::v1::PROMISE_BACKORDER:
      return {later.empty() ? "Comes with the next delivery" : later + "with the next delivery", "soon"};
    case transactions::v1::PROMISE_PREORDER: return {"Comes when it is published", "soon"};
    case transactions::v1::PROMISE_SPECIAL_ORDER:
      return {later.empty() ? "Ordered from the publisher for you" : later + "ordered from the publisher", "soon"};
    case transactions::v1::PROMISE_UNAVAILABLE: return {"Not to be had in this quantity", "bad"};
    default: return {"", "unknown"};
  }
}

Words DescribeReturn(const transactions::v1::Return& given_back) {
  switch (given_back.state()) {
    case transactions::v1::Return::STATE_REQUESTED: return {"We have your wish, and answer it soon.", "soon"};
    case transactions::v1::Return::STATE_ACCEPTED:
      return {"Accepted. Please send the books back or bring them to us; the money goes back when they are here.", "good"};
    case transactions::v1::Return::STATE_REJECTED: return {"Not accepted.", "bad"};
    case transactions::v1::Return::STATE_RECEIVED: return {"The books are with us again.", "good"};
    default: return {"", "unknown"};
  }
}

std::string_view OrderState(const Order& order) {
  switch (order.state()) {
    case Order::STATE_PLACED: return "Placed";
    case Order::STATE_COMPLETED: return "Completed";
    case Order::STATE_CANCELLED: return "Cancelled";
    default: return "";
  }
}

std::string_view PaymentState(const Order& order) {
  switch (order.payment_state()) {
    case Order::PAYMENT_STATE_DUE:
      return order.payment_method() == transactions::v1::PAYMENT_METHOD_INVOICE ? "Due by invoice" : "Due on collection";
    case Order::PAYMENT_STATE_AUTHORISED: return "Authorised";
    case Order::PAYMENT_STATE_PAID: return "Paid";
    case Order::PAYMENT_STATE_PARTLY_REFUNDED: return "Partly refunded";
    case Order::PAYMENT_STATE_REFUNDED: return "Refunded";
    case Order::PAYMENT_STATE_VOIDED: return "Nothing to pay";
    default: return "";
  }
}

std::string_view FulfilmentState(const Order& order) {
  const bool collected = order.delivery_method() == transactions::v1::DELIVERY_METHOD_COLLECTION;
  switch (order.fulfilment_state()) {
    case Order::FULFILMENT_STATE_OPEN: return "Being picked from the shelves";
    case Order::FULFILMENT_STATE_PACKED: return "Packed";
    case Order::FULFILMENT_STATE_READY: return "Ready for you in the shop";
    case Order::FULFILMENT_STATE_SHIPPED: return "On its way";
    case Order::FULFILMENT_STATE_DELIVERED: return collected ? "Collected" : "Delivered";
    case Order::FULFILMENT_STATE_CANCELLED: return "Not sent";
    default: return "";
  }
}

std::string_view EventWords(const OrderEvent& event) {
  switch (event.type()) {
    case OrderEvent::TYPE_ORDER_PLACED: return "The order is placed";
    case OrderEvent::TYPE_PAYMENT_CHANGED: return PaymentState(event.order());
    case OrderEvent::TYPE_FULFILMENT_CHANGED: return FulfilmentState(event.order());
    case OrderEvent::TYPE_REFUNDED: return "Books returned";
    case OrderEvent::TYPE_CANCELLED: return "The order is cancelled";
    case OrderEvent::TYPE_COMPLETED: return "All done: paid and handed over";
    case OrderEvent::TYPE_RETURN_CHANGED: return "Return";
    case OrderEvent::TYPE_LEFT_TO_STAFF: return "We have something to put right by hand";
    case OrderEvent::TYPE_ERASED: return "Personal data erased";
    default: return "";
  }
}

std::string FormatMoney(const type::v1::Money& money, PriceStyle style) {
  return FormatPrice(money.minor(), money.currency_code(), style);
}

std::string FormatDate(const TimeZone& time_zone, std::int64_t unix_seconds) {
  return Written(time_zone.At(Timestamp(std::chrono::seconds(unix_seconds))));
}

std::string FormatLastDay(const TimeZone& time_zone, std::int64_t end_unix_seconds) {
  return FormatDate(time_zone, end_unix_seconds - 1);
}

std::string FormatMoment(const TimeZone& time_zone, std::int64_t unix_seconds) {
  const TimeZone::Local local = time_zone.At(Timestamp(std::chrono::seconds(unix_seconds)));
  return Written(local) + ", " + TwoDigits(local.hour) + ":" + TwoDigits(local.minute) + " " + local.zone;
}

std::string Copies(std::int64_t count) { return std::to_string(count) + (count == 1 ? " copy" : " copies"); }

}  // namespace octavo::marketplace
