#include "services/transactions/audit.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "services/transactions/domain/returns.h"

namespace octavo::transactions {
namespace {

constexpr int kOrdersPerPage = 500;
// Sorts after every key: the last code point.
constexpr char kBehindAll[] = "\xf4\x8f\xbf\xbf";

OrderColumns ColumnsOf(const Order& order, const OrderColumns& stored) {
  OrderColumns columns{.number = order.number,
                       .key = stored.key,  // Not in the document.
                       .customer = order.buyer.customer,
                       .email = order.buyer.email,
                       .currency_code = order.currency_code,
                       .state = order.state,
                       .payment_state = order.payment_state,
                       .payment_method = order.payment_method,
                       .total_minor = order.totals.total_minor,
                       .charged_minor = order.charged_minor,
                       .refunded_minor = order.refunded_minor,
                       .open_return_count = OpenReturnCount(order),
                       .run_out_time = RunOutTime(order)};
  for (const OrderLine& line : order.lines) {
    columns.lines.push_back({line.book, line.quantity, line.backordered_quantity, line.refunded_quantity, line.total_minor});
  }
  std::sort(columns.lines.begin(), columns.lines.end(),
            [](const LineColumns& a, const LineColumns& b) { return a.book < b.book; });
  return columns;
}

void CheckSums(EquationChecker& check, const Order& order) {
  constexpr char kName[] = "sums_add_up";
  std::int64_t lines = 0;
  for (const OrderLine& line : order.lines) {
    const std::string book = BookName(line.book);
    check.Equal(kName, "the sum of the units of " + book,
                std::accumulate(line.unit_total_minor.begin(), line.unit_total_minor.end(), std::int64_t{0}), "the line",
                line.total_minor);
    check.Equal(kName, "the number of shares of " + book, static_cast<std::int64_t>(line.unit_total_minor.size()), "the quantity",
                line.quantity);
    lines += line.total_minor;
  }
  check.Equal(kName, "the sum of lines and delivery", lines + order.totals.delivery_minor, "the total", order.totals.total_minor);
}

// Whether the state fits the sums.
bool PaymentFits(const Order& order) {
  const std::int64_t kept = order.charged_minor - order.refunded_minor;
  const bool charged_in_full = order.charged_minor + order.credited_minor == order.totals.total_minor;
  switch (order.payment_state) {
    case PaymentState::kDue:
    case PaymentState::kVoided: return order.charged_minor == 0;
    case PaymentState::kPaid: return charged_in_full && order.refunded_minor == 0;
    case PaymentState::kPartlyRefunded: return charged_in_full && kept > 0;
    case PaymentState::kRefunded: return charged_in_full && kept == 0;
  }
  return false;
}

void CheckMoney(EquationChecker& check, const OrderFacts& facts) {
  constexpr char kName[] = "paid_is_kept_and_refunded";
  const Order& order = *facts.order;
  const std::string sums = "total " + std::to_string(order.totals.total_minor) + ", charged " +
                           std::to_string(order.charged_minor) + ", refunded " + std::to_string(order.refunded_minor) +
                           ", credited " + std::to_string(order.credited_minor);
  check.Hold(kName,
             0 <= order.refunded_minor && order.refunded_minor <= order.charged_minor && 0 <= order.credited_minor &&
                 order.charged_minor + order.credited_minor <= order.totals.total_minor,
             sums + " are out of order");
  check.Hold(kName, PaymentFits(order),
             sums + " do not fit payment state " + std::to_string(static_cast<int>(order.payment_state)));
  std::int64_t decided = 0;
  for (const EffectFacts& effect : facts.effects) {
    if (effect.effect.kind == Effect::Kind::kRefundPayment) decided += effect.effect.amount_minor;
  }
  check.Equal(kName, "refunded", order.refunded_minor, "the sum of refunds decided", decided);
}

// What came back is refunded, or taken off what is due.
void CheckReturns(EquationChecker& check, const Order& order) {
  constexpr char kName[] = "returns_are_refunded";
  std::map<BookId, std::int64_t> received;
  std::int64_t amount = 0;
  for (const Return& given_back : order.returns) {
    if (given_back.state != ReturnState::kReceived) continue;
    amount += given_back.amount_minor;
    for (const Item& item : given_back.items) received[item.book] += item.quantity;
  }
  for (const OrderLine& line : order.lines) {
    check.Hold(kName, received[line.book] <= line.refunded_quantity,
               std::to_string(received[line.book]) + " of books/" + std::to_string(line.book.value()) + " came back, " +
                   std::to_string(line.refunded_quantity) + " are refunded");
  }
  check.Hold(kName, amount <= order.refunded_minor + order.credited_minor,
             "returns gave back " + std::to_string(amount) + ", refunded and credited are " +
                 std::to_string(order.refunded_minor + order.credited_minor));
}

void CheckKey(EquationChecker& check, const OrderFacts& facts) {
  constexpr char kName[] = "one_order_per_key";
  if (!facts.intent) return;  // Kept for 60 days only.
  const bool placed = facts.intent->state == Intent::State::kPlaced;
  check.Hold(kName, !placed || facts.order, "its intent says that it was placed, but there is no such order");
  check.Hold(kName, placed || !facts.order,
             "there is the order, but its intent is in state " + std::to_string(static_cast<int>(facts.intent->state)));
  if (!facts.columns || facts.columns->number == 0) return;
  check.Hold(kName, facts.columns->key == facts.intent->key,
             "the order has the key " + facts.columns->key + ", its intent " + facts.intent->key);
}

void CheckQuote(EquationChecker& check, const OrderFacts& facts) {
  constexpr char kName[] = "order_is_as_quoted";
  if (!facts.intent || facts.intent->state != Intent::State::kPlaced) return;
  const Order& draft = facts.intent->draft;
  const Order& order = *facts.order;
  check.Hold(kName, order.totals == draft.totals && order.currency_code == draft.currency_code,
             "the total is " + std::to_string(order.totals.total_minor) + " " + order.currency_code + ", quoted were " +
                 std::to_string(draft.totals.total_minor) + " " + draft.currency_code + ", or its parts differ");
  check.Hold(kName, order.campaigns == draft.campaigns, "the campaigns are not those of the quote");
  const bool same_lines = std::equal(
      order.lines.begin(), order.lines.end(), draft.lines.begin(), draft.lines.end(), [](const OrderLine& a, const OrderLine& b) {
        return a.book == b.book && a.quantity == b.quantity && a.unit_price_minor == b.unit_price_minor &&
               a.unit_total_minor == b.unit_total_minor && a.tax_minor == b.tax_minor;
      });
  check.Hold(kName, same_lines, "the lines are not those of the quote");
}

void CheckEvents(EquationChecker& check, const OrderFacts& facts) {
  constexpr char kName[] = "events_tell_orders";
  const auto of = [&](EventType type) {
    return std::count_if(facts.events.begin(), facts.events.end(), [&](const EventFacts& event) { return event.type == type; });
  };
  if (!facts.order) {
    check.Hold(kName, facts.events.empty(), std::to_string(facts.events.size()) + " events tell of an order that is not there");
    return;
  }
  check.Equal(kName, "the number of events of its placement", of(EventType::kPlaced), "the number of placements", 1);
  check.Hold(kName, facts.events.empty() || facts.events.front().type == EventType::kPlaced,
             "its first event is not its placement");
  check.Equal(kName, "the number of cancellations told", of(EventType::kCancelled), "the number of cancellations",
              facts.order->state == OrderState::kCancelled ? 1 : 0);
  if (!facts.told) return;
  const Order& told = *facts.told;
  const Order& order = *facts.order;
  check.Hold(kName,
             told.state == order.state && told.payment_state == order.payment_state &&
                 told.fulfilment_state == order.fulfilment_state && told.charged_minor == order.charged_minor &&
                 told.refunded_minor == order.refunded_minor && told.credited_minor == order.credited_minor &&
                 told.number == order.number && told.lines == order.lines && told.returns == order.returns,
             "the last event tells another state than the order's");
}

const char* EffectName(Effect::Kind kind) {
  switch (kind) {
    case Effect::Kind::kRefundPayment: return "refund";
    case Effect::Kind::kRestock: return "restock";
    case Effect::Kind::kReleaseRedemptions: return "release";
    case Effect::Kind::kStrikeOff: return "strike off";
  }
  return "unknown";
}

void CheckEffects(EquationChecker& check, const OrderFacts& facts) {
  constexpr char kName[] = "effects_follow_decisions";
  bool releases = false;
  for (const EffectFacts& effect : facts.effects) {
    const bool decided = std::any_of(facts.events.begin(), facts.events.end(),
                                     [&](const EventFacts& event) { return event.position == effect.event_position; });
    check.Hold(kName, decided, "effect " + std::to_string(effect.id) + " belongs to no event of its order");
    check.Hold(kName, !effect.given_up,
               "effect " + std::to_string(effect.id) + " (" + EffectName(effect.effect.kind) + ") was given up after " +
                   std::to_string(effect.attempts) + " attempts; the order says why");
    releases = releases || effect.effect.kind == Effect::Kind::kReleaseRedemptions;
  }
  if (!facts.order) return;
  check.Hold(kName, facts.order->state != OrderState::kCancelled || releases,
             "it was cancelled, but nothing gives its redemptions back");
}

}  // namespace

std::vector<Violation> CheckFacts(const OrderFacts& facts) {
  EquationChecker check(OrderName(facts.id));
  if (facts.damaged) {
    check.Hold("documents_read", false, "a stored document cannot be read");
    return check.Take();
  }
  CheckKey(check, facts);
  CheckEvents(check, facts);
  CheckEffects(check, facts);
  if (facts.order) {
    check.Hold("columns_repeat_document", *facts.columns == ColumnsOf(*facts.order, *facts.columns),
               "the columns say something else than the document");
    CheckSums(check, *facts.order);
    CheckMoney(check, facts);
    CheckReturns(check, *facts.order);
    CheckQuote(check, facts);
  } else {
    check.Hold("columns_repeat_document", !facts.columns, "there are lines of an order that is not there");
  }
  return check.Take();
}

std::vector<Violation> CheckLog(const LogFacts& facts) {
  std::vector<Violation> violations;
  const auto equal = [&](const char* equation, const char* what, std::int64_t found, std::int64_t wanted) {
    if (found == wanted) return;
    violations.push_back({equation, "", std::string(what) + " is " + std::to_string(found) + ", not " + std::to_string(wanted)});
  };
  equal("outbox_is_dense", "the number of events", facts.event_count, facts.last_position);
  equal("outbox_is_dense", "the last position", facts.event_last, facts.last_position);
  equal("outbox_is_dense", "the first position", facts.event_first, facts.last_position > 0 ? 1 : 0);
  equal("numbers_are_dense", "the number of orders", facts.order_count, facts.last_number - facts.skipped_numbers);
  if (facts.skipped_numbers == 0 || facts.number_last > facts.last_number) {
    equal("numbers_are_dense", "the last order's number", facts.number_last, facts.last_number);
  }
  return violations;
}

std::vector<Unfinished> ListUnfinished(const OrderFacts& facts, Timestamp now) {
  std::vector<Unfinished> unfinished;
  const std::string order = OrderName(facts.id);
  if (facts.intent && facts.intent->state == Intent::State::kRunning) {
    unfinished.push_back({"intent (running)", order, now - facts.intent->create_time});
  }
  if (facts.intent && facts.intent->state == Intent::State::kUndoing) {
    unfinished.push_back({"intent (being undone)", order, now - facts.intent->create_time});
  }
  for (const EffectFacts& effect : facts.effects) {
    if (effect.done || effect.given_up) continue;
    const auto decided = std::find_if(facts.events.begin(), facts.events.end(),
                                      [&](const EventFacts& event) { return event.position == effect.event_position; });
    unfinished.push_back({"effect " + std::to_string(effect.id) + " (" + EffectName(effect.effect.kind) + "), " +
                              std::to_string(effect.attempts) + " attempts",
                          order, decided == facts.events.end() ? now - Timestamp() : now - decided->time});
  }
  return unfinished;
}

Violation Stuck(const Unfinished& unfinished) {
  const auto age_ms = std::chrono::duration_cast<std::chrono::milliseconds>(unfinished.age).count();
  return {"nothing_is_stuck", unfinished.order, unfinished.what + " for " + std::to_string(age_ms) + " ms"};
}

AuditReport Audit(FactsSource& store, Timestamp now, std::chrono::microseconds limit) {
  AuditReport report{.violations = CheckLog(store.ReadLogFacts())};
  std::string after;
  while (true) {
    const std::vector<OrderFacts> page = store.ReadFacts(after, kBehindAll, kOrdersPerPage);
    if (page.empty()) return report;
    for (const OrderFacts& facts : page) {
      report.orders += facts.order ? 1 : 0;
      report.intents += facts.intent ? 1 : 0;
      report.events += static_cast<std::int64_t>(facts.events.size());
      report.effects += static_cast<std::int64_t>(facts.effects.size());
      for (Violation& violation : CheckFacts(facts)) report.violations.push_back(std::move(violation));
      for (Unfinished& unfinished : ListUnfinished(facts, now)) {
        if (unfinished.age > limit) report.violations.push_back(Stuck(unfinished));
        report.unfinished.push_back(std::move(unfinished));
      }
    }
    after = page.back().id.value();
  }
}

}  // namespace octavo::transactions
