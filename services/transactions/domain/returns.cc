#include "services/transactions/domain/returns.h"

#include <algorithm>

namespace octavo::transactions {
namespace {

Error Refused(const char* reason, std::string message) { return Error{Code::kFailedPrecondition, reason, std::move(message)}; }

// Units of the book that an open return asks for.
std::int64_t AskedFor(const Order& order, const BookId& book) {
  std::int64_t units = 0;
  for (const Return& given_back : order.returns) {
    if (!IsOpen(given_back)) continue;
    for (const Item& item : given_back.items) units += item.book == book ? item.quantity : 0;
  }
  return units;
}

// The units for which a return may still be asked.
std::vector<Item> Returnable(const Order& order) {
  std::vector<Item> items = UnitsLeft(order);
  for (Item& item : items) item.quantity -= AskedFor(order, item.book);
  std::erase_if(items, [](const Item& item) { return item.quantity < 1; });
  return items;
}

// Whether `there` has enough of each item's book.
Status CheckUnits(const std::vector<Item>& items, const std::vector<Item>& there) {
  for (const Item& item : items) {
    if (item.quantity < 1) return InvalidField("items.quantity", std::to_string(item.quantity) + " is below 1");
    const auto found =
        std::find_if(there.begin(), there.end(), [&](const Item& candidate) { return candidate.book == item.book; });
    const std::int64_t left = found == there.end() ? 0 : found->quantity;
    if (item.quantity > left) {
      return Refused("NOTHING_TO_RETURN", BookName(item.book) + ": " + std::to_string(item.quantity) + " to return, " +
                                              std::to_string(left) + " left");
    }
  }
  return Ok();
}

// The return of this number in `order`.
Result<Return*> Find(Order& order, std::int64_t number) {
  for (Return& given_back : order.returns) {
    if (given_back.number == number) return &given_back;
  }
  return Error{Code::kNotFound, "UNKNOWN_RETURN", "order " + OrderNumber(order) + " has no return " + std::to_string(number)};
}

Error BadState(const Return& given_back, const std::string& rule) {
  static constexpr const char* kNames[] = {"", "requested", "accepted", "rejected", "received"};
  return Refused("BAD_STATE", "return " + std::to_string(given_back.number) + " is " +
                                  kNames[static_cast<int>(given_back.state)] + ", and " + rule);
}

void GiveMoneyBack(Change& change, std::int64_t amount_minor) {
  Order& order = change.order;
  if (order.payment_state != PaymentState::kDue) {
    if (amount_minor > 0) change.effects.push_back({.kind = Effect::Kind::kRefundPayment, .amount_minor = amount_minor});
    AddRefund(order, amount_minor);
    change.note = Amount(order, amount_minor) + " refunded";
    return;
  }
  order.credited_minor += amount_minor;
  change.note = Amount(order, amount_minor) + " taken off what is due";
  if (order.credited_minor < order.totals.total_minor) return;
  order.payment_state = PaymentState::kVoided;
  if (order.fulfilment_state == FulfilmentState::kDelivered) order.state = OrderState::kCompleted;
}

}  // namespace

bool IsOpen(const Return& given_back) {
  return given_back.state == ReturnState::kRequested || given_back.state == ReturnState::kAccepted;
}

std::int64_t OpenReturnCount(const Order& order) { return std::count_if(order.returns.begin(), order.returns.end(), IsOpen); }

bool IsOver(const Order& order) { return order.state != OrderState::kPlaced && OpenReturnCount(order) == 0; }

void ErasePerson(Order& order) {
  order.buyer = {};
  order.address = {.country_code = order.address.country_code};
  order.access_token_hash.clear();
  order.cart.clear();
  order.reader.clear();
  for (Return& given_back : order.returns) given_back.reason.clear();
}

bool Erase(Order& order, Timestamp now) {
  if (!IsOver(order)) return false;
  ErasePerson(order);
  order.update_time = now;
  return true;
}

Result<Change> RequestReturn(const Order& order, const std::vector<Item>& items, const std::string& reason, Asker asker,
                             Timestamp now) {
  if (!HandedOver(order)) {
    return Refused("NOT_SENT", "order " + OrderNumber(order) + " has not left the shop; it can be cancelled instead");
  }
  const bool over = order.return_end_time != Timestamp() && now >= order.return_end_time;
  if (over && asker == Asker::kBuyer) {
    return Refused("RETURN_PERIOD_OVER", "the time in which order " + OrderNumber(order) + " could be returned is over");
  }
  const std::vector<Item> returnable = Returnable(order);
  const std::vector<Item> wanted = items.empty() ? returnable : items;
  if (wanted.empty()) {
    return Refused("NOTHING_TO_RETURN", "order " + OrderNumber(order) + " has nothing left to return");
  }
  TRY(CheckUnits(wanted, returnable));
  Change change{.order = order, .event = EventType::kReturnChanged, .note = "requested", .items = wanted};
  change.order.returns.push_back({.number = static_cast<std::int64_t>(order.returns.size()) + 1,
                                  .items = wanted,
                                  .reason = reason,
                                  .request_time = now,
                                  .update_time = now});
  return change;
}

Result<std::optional<Change>> AcceptReturn(const Order& order, std::int64_t number, Timestamp now) {
  Change change{.order = order, .event = EventType::kReturnChanged, .note = "accepted"};
  Return& given_back = *TRY(Find(change.order, number));
  if (given_back.state == ReturnState::kAccepted) return std::optional<Change>();
  if (given_back.state != ReturnState::kRequested) return BadState(given_back, "only a requested one can be accepted");
  given_back.state = ReturnState::kAccepted;
  given_back.update_time = now;
  change.items = given_back.items;
  return std::optional(std::move(change));
}

Result<std::optional<Change>> RejectReturn(const Order& order, std::int64_t number, const std::string& answer, Timestamp now) {
  Change change{.order = order, .event = EventType::kReturnChanged, .note = "not accepted"};
  Return& given_back = *TRY(Find(change.order, number));
  if (given_back.state == ReturnState::kRejected) return std::optional<Change>();
  if (!IsOpen(given_back)) return BadState(given_back, "only a requested or accepted one can be rejected");
  given_back.state = ReturnState::kRejected;
  given_back.answer = answer;
  given_back.update_time = now;
  change.items = given_back.items;
  return std::optional(std::move(change));
}

Result<std::optional<Change>> ReceiveReturn(const Order& order, std::int64_t number, bool restock, Timestamp now) {
  Change change{.order = order, .event = EventType::kRefunded};
  Return& given_back = *TRY(Find(change.order, number));
  if (given_back.state == ReturnState::kReceived) return std::optional<Change>();
  if (given_back.state != ReturnState::kAccepted) return BadState(given_back, "only an accepted one can be received");
  TRY(CheckUnits(given_back.items, UnitsLeft(order)));
  change.items = given_back.items;
  std::int64_t amount = TakeUnits(change.order, given_back.items);
  if (UnitsLeft(change.order).empty()) {
    amount = order.payment_state == PaymentState::kDue ? order.totals.total_minor - order.credited_minor
                                                       : order.charged_minor - order.refunded_minor;
  }
  given_back.state = ReturnState::kReceived;
  given_back.amount_minor = amount;
  given_back.update_time = now;
  GiveMoneyBack(change, amount);
  change.effects.push_back({.kind = restock ? Effect::Kind::kRestock : Effect::Kind::kStrikeOff, .items = change.items});
  return std::optional(std::move(change));
}

}  // namespace octavo::transactions
