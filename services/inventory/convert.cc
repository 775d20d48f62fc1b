#include "services/inventory/convert.h"

#include "lib/rpc/values.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace octavo::inventory {
namespace {

Result<std::vector<Line>> ParseLines(const google::protobuf::RepeatedPtrField<v1::StockLine>& lines) {
  if (lines.size() > static_cast<int>(kBooksMax)) {
    return InvalidField("lines", "must be at most " + std::to_string(kBooksMax) + ", are " + std::to_string(lines.size()));
  }
  std::vector<Line> parsed;
  for (int i = 0; i < lines.size(); ++i) {
    const BookId book = TRY(ParseBookName(lines[i].book(), "lines[" + std::to_string(i) + "].book"));
    parsed.push_back({book, lines[i].quantity()});
  }
  return parsed;
}

}  // namespace

Result<std::vector<BookId>> ParseBooks(const google::protobuf::RepeatedPtrField<std::string>& names) {
  if (names.size() > static_cast<int>(kBooksMax)) {
    return InvalidField("books", "must be at most " + std::to_string(kBooksMax) + ", are " + std::to_string(names.size()));
  }
  std::vector<BookId> books;
  for (int i = 0; i < names.size(); ++i) {
    books.push_back(TRY(ParseBookName(names[i], "books[" + std::to_string(i) + "]")));
  }
  return books;
}

Result<ReserveOrder> ParseReserveOrder(const v1::ReserveStockRequest& request) {
  ReserveOrder order;
  order.request = TRY(ParseRequestId(request.request_id(), "request_id"));
  const std::vector<Line> lines = TRY(ParseLines(request.lines()));
  order.demand = TRY(SumDemand(lines, kReservedLinesMax));
  if (request.has_time_to_live()) {
    const auto& given = request.time_to_live();
    // Bounded before it is multiplied.
    const std::int64_t seconds = std::clamp<std::int64_t>(given.seconds(), -1, 1'000'000'000);
    order.time_to_live = TRY(CheckTimeToLive(std::chrono::seconds(seconds) + std::chrono::microseconds(given.nanos() / 1000)));
  }
  return order;
}

Result<Return> ParseReturn(const v1::ReturnReservationRequest& request) {
  Return returned;
  returned.request = TRY(ParseRequestId(request.request_id(), "request_id"));
  returned.reservation = TRY(ParseReservationName(request.name(), "name"));
  if (!request.lines().empty()) {
    const std::vector<Line> lines = TRY(ParseLines(request.lines()));
    returned.copies = TRY(SumDemand(lines, kReservedLinesMax));
  }
  TRY(CheckNote(request.note()));
  returned.note = request.note();
  returned.only_waiting = request.only_waiting();
  return returned;
}

Result<Receipt> ParseReceipt(const v1::ReceiveStockRequest& request) {
  Receipt receipt;
  receipt.request = TRY(ParseRequestId(request.request_id(), "request_id"));
  const std::vector<Line> lines = TRY(ParseLines(request.lines()));
  receipt.copies = TRY(SumDemand(lines, kBooksMax));
  if (request.reason() != v1::REASON_UNSPECIFIED) receipt.reason = static_cast<Reason>(request.reason());
  TRY(CheckReceiptReason(receipt.reason));
  TRY(CheckNote(request.note()));
  receipt.note = request.note();
  return receipt;
}

Result<Adjustment> ParseAdjustment(const v1::AdjustStockRequest& request) {
  Adjustment adjustment;
  adjustment.request = TRY(ParseRequestId(request.request_id(), "request_id"));
  adjustment.book = TRY(ParseBookName(request.book(), "book"));
  TRY(CheckDifference(request.difference()));
  adjustment.difference = request.difference();
  adjustment.reason = static_cast<Reason>(request.reason());
  TRY(CheckAdjustmentReason(adjustment.reason));
  TRY(CheckNote(request.note()));
  adjustment.note = request.note();
  return adjustment;
}

Result<Count> ParseCount(const v1::CountStockRequest& request) {
  Count count;
  count.request = TRY(ParseRequestId(request.request_id(), "request_id"));
  count.book = TRY(ParseBookName(request.book(), "book"));
  TRY(CheckCounted(request.on_hand()));
  count.on_hand = request.on_hand();
  TRY(CheckNote(request.note()));
  count.note = request.note();
  return count;
}

Result<Policy> ParsePolicy(const v1::Policy& policy) {
  if (!v1::Backorder_IsValid(policy.backorder())) {
    return InvalidField("policy.backorder", "is no known way to back-order: number " + std::to_string(policy.backorder()));
  }
  Policy parsed{.backorder_max = policy.backorder_max(),
                .backorder_days = policy.backorder_days(),
                .low_stock_threshold = policy.low_stock_threshold()};
  if (policy.backorder() != v1::BACKORDER_UNSPECIFIED) parsed.backorder = static_cast<Backorder>(policy.backorder());
  if (policy.has_available_time()) {
    parsed.available_time = TRY(rpc::ParseTime(policy.available_time(), "policy.available_time"));
  }
  TRY(CheckPolicy(parsed, "policy"));
  return parsed;
}

v1::Stock ToProto(const Stock& stock) {
  v1::Stock out;
  out.set_book(BookName(stock.book));
  out.set_on_hand(stock.on_hand);
  out.set_reserved(stock.reserved);
  out.set_available(stock.available());
  out.set_version(stock.version);
  out.set_backordered(stock.backordered);
  v1::Policy& policy = *out.mutable_policy();
  policy.set_backorder(static_cast<v1::Backorder>(stock.policy.backorder));
  policy.set_backorder_max(stock.policy.backorder_max);
  policy.set_backorder_days(static_cast<int>(stock.policy.backorder_days));
  if (stock.policy.available_time) *policy.mutable_available_time() = rpc::ToProto(*stock.policy.available_time);
  policy.set_low_stock_threshold(stock.policy.low_stock_threshold);
  return out;
}

v1::Reservation ToProto(const Reservation& reservation) {
  v1::Reservation out;
  out.set_name(ReservationName(reservation.id));
  out.set_state(static_cast<v1::Reservation::State>(reservation.state));
  *out.mutable_expire_time() = rpc::ToProto(reservation.expires);
  for (const ReservedLine& line : reservation.lines) {
    v1::ReservedLine& added = *out.add_lines();
    added.set_book(BookName(line.book));
    added.set_quantity(line.quantity);
    added.set_backordered_quantity(line.backordered);
    added.set_waiting_quantity(line.waiting);
    added.set_returned_quantity(line.returned);
    added.set_cancelled_quantity(line.cancelled);
  }
  return out;
}

v1::Movement ToProto(const Movement& movement) {
  v1::Movement out;
  out.set_sequence(movement.sequence);
  out.set_book(BookName(movement.book));
  out.set_difference(movement.difference);
  out.set_balance(movement.balance);
  out.set_reason(static_cast<v1::Reason>(movement.reason));
  out.set_request_id(movement.cause.value());
  out.set_note(movement.note);
  *out.mutable_create_time() = rpc::ToProto(movement.created);
  return out;
}

}  // namespace octavo::inventory
