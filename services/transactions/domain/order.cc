#include "services/transactions/domain/order.h"

#include <algorithm>
#include <numeric>

#include "lib/base/check.h"
#include "lib/base/money.h"

namespace octavo::transactions {
namespace {

Error Refused(const char* reason, std::string message) { return Error{Code::kFailedPrecondition, reason, std::move(message)}; }

// The price of the line's next `quantity` units, in their frozen order, highest price first.
std::int64_t NextUnits(const OrderLine& line, std::int64_t quantity) {
  const auto first = line.unit_total_minor.begin() + line.refunded_quantity;
  return std::accumulate(first, first + quantity, std::int64_t{0});
}

// True also when everything paid is refunded: units whose share is 0 may be left.
bool WasPaid(const Order& order) {
  return order.payment_state == PaymentState::kPaid || order.payment_state == PaymentState::kPartlyRefunded ||
         order.payment_state == PaymentState::kRefunded;
}

Status CheckRefundable(const Order& order, const std::vector<Item>& items) {
  if (!WasPaid(order)) {
    return Refused("NOT_PAID", "order " + OrderNumber(order) + " holds no payment that could be refunded");
  }
  for (const Item& item : items) {
    if (item.quantity < 1) {
      return InvalidField("items.quantity", std::to_string(item.quantity) + " is below 1");
    }
    const auto line = std::find_if(order.lines.begin(), order.lines.end(),
                                   [&](const OrderLine& candidate) { return candidate.book == item.book; });
    const std::int64_t left = line == order.lines.end() ? 0 : line->quantity - line->refunded_quantity;
    if (item.quantity > left) {
      return Refused("NOTHING_TO_REFUND", BookName(item.book) + ": " + std::to_string(item.quantity) + " to refund, " +
                                              std::to_string(left) + " left");
    }
  }
  return Ok();
}

}  // namespace

std::string Amount(const Order& order, std::int64_t minor) {
  const auto currency = Currency::Parse(order.currency_code);
  CHECK(currency.ok());
  return ToString(Money(minor, *currency));
}

Change LeaveToStaff(const Order& order, const std::string& note) {
  Change change{.order = order, .event = EventType::kLeftToStaff, .note = note};
  change.order.left_to_staff.push_back(note);
  return change;
}

bool HandedOver(const Order& order) {
  return order.fulfilment_state == FulfilmentState::kShipped || order.fulfilment_state == FulfilmentState::kDelivered;
}

std::vector<Item> UnitsLeft(const Order& order) {
  std::vector<Item> items;
  for (const OrderLine& line : order.lines) {
    if (line.refunded_quantity < line.quantity) items.push_back({line.book, line.quantity - line.refunded_quantity});
  }
  return items;
}

std::int64_t TakeUnits(Order& order, const std::vector<Item>& items) {
  std::int64_t amount = 0;
  for (const Item& item : items) {
    for (OrderLine& line : order.lines) {
      if (line.book != item.book) continue;
      amount += NextUnits(line, item.quantity);
      line.refunded_quantity += item.quantity;
    }
  }
  return amount;
}

void AddRefund(Order& order, std::int64_t amount_minor) {
  order.refunded_minor += amount_minor;
  if (order.refunded_minor == order.charged_minor) {
    order.payment_state = PaymentState::kRefunded;
  } else if (order.refunded_minor > 0) {
    order.payment_state = PaymentState::kPartlyRefunded;
  }
}

std::string OrderName(const OrderId& id) { return names::NameOf(names::kOrders, id.value()); }

Result<OrderId> ParseOrderName(std::string_view name, const std::string& field) {
  return OrderId(TRY(names::ParseUuid(names::kOrders, name, field)));
}

std::string OrderNumber(const Order& order) { return "B-" + std::to_string(1000 + order.number); }

void CheckInvariants(const Order& order) {
  std::int64_t lines = 0;
  for (const OrderLine& line : order.lines) {
    CHECK(line.quantity > 0);
    CHECK(static_cast<std::int64_t>(line.unit_total_minor.size()) == line.quantity);
    CHECK(std::accumulate(line.unit_total_minor.begin(), line.unit_total_minor.end(), std::int64_t{0}) == line.total_minor);
    CHECK(line.refunded_quantity >= 0);
    CHECK(line.refunded_quantity <= line.quantity);
    CHECK(line.backordered_quantity <= line.quantity);
    lines += line.total_minor;
  }
  CHECK(lines + order.totals.delivery_minor == order.totals.total_minor);
  CHECK(order.refunded_minor >= 0);
  CHECK(order.refunded_minor <= order.charged_minor);
  CHECK(order.credited_minor >= 0);
  CHECK(order.charged_minor + order.credited_minor <= order.totals.total_minor);
}

bool IsFrom(const Buyer& buyer, const std::string& customer, const std::string& email) {
  return (!customer.empty() && buyer.customer == customer) || (!email.empty() && buyer.email == email);
}

bool IsOf(const Buyer& buyer, const std::string& customer, const std::string& email) {
  return IsFrom(buyer, customer, buyer.customer.empty() ? email : "");
}

std::int64_t UnpaidCopies(const Order& order) {
  if (order.state != OrderState::kPlaced || order.payment_state != PaymentState::kDue) return 0;
  std::int64_t copies = 0;
  for (const OrderLine& line : order.lines) copies += line.quantity - line.refunded_quantity;
  return copies;
}

Order Numbered(Order order, std::int64_t number) {
  order.number = number;
  CheckInvariants(order);
  return order;
}

std::int64_t NumbersToSkip(std::int64_t seen_position, std::int64_t last_position, std::int64_t newest,
                           std::int64_t last_number) {
  const std::int64_t lost = seen_position - last_position;
  return lost <= 0 ? 0 : std::max<std::int64_t>(0, newest + lost - last_number);
}

void Happen(Change& change, Timestamp now) {
  change.order.update_time = now;
  CheckInvariants(change.order);
}

Error UnknownOrder(const OrderId& id) { return {Code::kNotFound, "UNKNOWN_ORDER", "there is no order " + OrderName(id)}; }

Error KeyReused() {
  return Refused("IDEMPOTENCY_KEY_REUSED", "this idempotency key belongs to another request; a new request needs a new key");
}

Error BeingUndone() { return {Code::kAborted, "BEING_UNDONE", "this order is being taken back"}; }

Result<std::optional<Change>> Cancel(const Order& order, const std::string& reason) {
  if (order.state == OrderState::kCancelled) return std::optional<Change>();
  if (HandedOver(order)) {
    return Refused("ALREADY_FULFILLED", "order " + OrderNumber(order) + " is on its way; it can be returned instead");
  }
  Change change{.order = order, .event = EventType::kCancelled, .note = reason, .items = UnitsLeft(order)};
  Order& after = change.order;
  for (OrderLine& line : after.lines) line.refunded_quantity = line.quantity;
  if (!change.items.empty()) change.effects.push_back({.kind = Effect::Kind::kRestock, .items = change.items});
  change.effects.push_back({.kind = Effect::Kind::kReleaseRedemptions});

  const std::int64_t left = order.charged_minor - order.refunded_minor;
  if (left > 0) {
    change.effects.push_back({.kind = Effect::Kind::kRefundPayment, .amount_minor = left});
    after.refunded_minor = after.charged_minor;
    after.payment_state = PaymentState::kRefunded;
  } else if (order.charged_minor == 0) {
    after.payment_state = PaymentState::kVoided;
  }
  after.state = OrderState::kCancelled;
  after.fulfilment_state = FulfilmentState::kCancelled;
  return std::optional(std::move(change));
}

Timestamp RunOutTime(const Order& order) {
  const bool open = order.state == OrderState::kPlaced && order.payment_state == PaymentState::kDue &&
                    order.fulfilment_state == FulfilmentState::kOpen;
  return open ? order.run_out_time : Timestamp();
}

Result<std::optional<Change>> RunOut(const Order& order, Timestamp now) {
  const Timestamp end = RunOutTime(order);
  if (end == Timestamp() || now < end) return std::optional<Change>();
  return Cancel(order, "it was neither paid nor confirmed in time");
}

Result<Change> Refund(const Order& order, const std::vector<Item>& items, bool restock, const std::string& reason) {
  const std::vector<Item> wanted = items.empty() ? UnitsLeft(order) : items;
  TRY(CheckRefundable(order, wanted));
  Change change{.order = order, .event = EventType::kRefunded, .items = wanted};
  std::int64_t amount = TakeUnits(change.order, wanted);
  const bool ends = !HandedOver(order) && UnitsLeft(change.order).empty();
  // The delivery is refunded with the last unit only if all that was left was asked for, or if nothing is delivered.
  if (items.empty() || ends) amount = order.charged_minor - order.refunded_minor;
  if (amount == 0 && wanted.empty()) {
    return Refused("NOTHING_TO_REFUND", "order " + OrderNumber(order) + " has nothing left to refund");
  }
  if (amount > 0) change.effects.push_back({.kind = Effect::Kind::kRefundPayment, .amount_minor = amount});
  if (!wanted.empty()) {
    change.effects.push_back({.kind = restock ? Effect::Kind::kRestock : Effect::Kind::kStrikeOff, .items = wanted});
  }
  AddRefund(change.order, amount);
  change.note = Amount(order, amount) + " refunded" + (reason.empty() ? "" : ": " + reason);
  if (ends) {
    change.event = EventType::kCancelled;
    change.order.state = OrderState::kCancelled;
    change.order.fulfilment_state = FulfilmentState::kCancelled;
    change.effects.push_back({.kind = Effect::Kind::kReleaseRedemptions});
  }
  return change;
}

Result<std::optional<Change>> AdvanceFulfilment(const Order& order, FulfilmentState to, Timestamp return_end_time) {
  if (order.fulfilment_state == to) return std::optional<Change>();
  const bool shipping = order.delivery_method == DeliveryMethod::kShipping;
  const FulfilmentState steps[] = {FulfilmentState::kOpen, FulfilmentState::kPacked,
                                   shipping ? FulfilmentState::kShipped : FulfilmentState::kReady, FulfilmentState::kDelivered};
  // Steps may be skipped (a small shop packs and hands over at once), but never undone.
  const auto at = std::find(std::begin(steps), std::end(steps), order.fulfilment_state);
  if (std::find(at, std::end(steps), to) == std::end(steps)) {
    return Refused("BAD_STATE", "order " + OrderNumber(order) + " cannot go from fulfilment state " +
                                    std::to_string(static_cast<int>(order.fulfilment_state)) + " to " +
                                    std::to_string(static_cast<int>(to)));
  }
  Change change{.order = order, .event = EventType::kFulfilmentChanged};
  change.order.fulfilment_state = to;
  if (to == FulfilmentState::kDelivered) change.order.return_end_time = return_end_time;
  if (to == FulfilmentState::kDelivered && order.payment_state != PaymentState::kDue) {
    change.order.state = OrderState::kCompleted;
    change.event = EventType::kCompleted;
  }
  return std::optional(std::move(change));
}

Result<std::optional<Change>> RecordPayment(const Order& order) {
  if (order.payment_state == PaymentState::kPaid) return std::optional<Change>();
  if (order.payment_state != PaymentState::kDue || order.state == OrderState::kCancelled) {
    return Refused("BAD_STATE", "order " + OrderNumber(order) + " has no payment due");
  }
  const std::int64_t due = order.totals.total_minor - order.credited_minor;
  Change change{.order = order, .event = EventType::kPaymentChanged, .note = Amount(order, due) + " received"};
  change.order.payment_state = PaymentState::kPaid;
  change.order.charged_minor = due;
  if (order.fulfilment_state == FulfilmentState::kDelivered) {
    change.order.state = OrderState::kCompleted;
    change.event = EventType::kCompleted;
  }
  return std::optional(std::move(change));
}

}  // namespace octavo::transactions
