// Audit: proves from the store alone, order by order, that its tables agree. It only reads, page by page, each page as of one
// moment, so it can run while the shop sells. What other services must hold for each order is checked by octavo audit.
//
// The equations:
//   outbox_is_dense           events are numbered 1, 2, 3 … up to the counter, none is missing
//   numbers_are_dense         so are orders, by their number, except for skipped numbers
//   documents_read            every stored document can be read
//   columns_repeat_document   the columns for searching equal the document, including the lines
//   sums_add_up               unit shares add up to the line, lines and delivery to the total
//   paid_is_kept_and_refunded 0 <= refunded <= charged, charged and credited are within the total, the payment's state agrees,
//                             refunds decided = refunded
//   returns_are_refunded      what came back is refunded, or taken off what is due
//   one_order_per_key         a placed intent has its order, an order its placed intent (or a forgotten one), of one key; no
//                             order exists for another intent
//   order_is_as_quoted        prices, campaigns and totals are those frozen into the intent
//   events_tell_orders        an order has one placement event, its first; its last event has the order as it is now
//   effects_follow_decisions  each effect belongs to an event of its order; a cancelled order releases its redemptions
//   nothing_is_stuck          no intent or effect is unfinished for longer than the limit
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/violation.h"
#include "services/transactions/store_facts.h"

namespace octavo::transactions {

// Unfinished work; a violation only if it is too old.
struct Unfinished {
  std::string what;  // "intent (running)", "effect 17 (refund), 3 attempts".
  std::string order;
  std::chrono::microseconds age{0};
};

struct AuditReport {
  std::int64_t orders = 0;
  std::int64_t intents = 0;
  std::int64_t events = 0;
  std::int64_t effects = 0;
  std::vector<Unfinished> unfinished;
  std::vector<Violation> violations;
};

// Names of the equations of one order, and of those of the log.
inline constexpr const char* kOrderEquations[] = {
    "documents_read",       "columns_repeat_document", "sums_add_up",        "paid_is_kept_and_refunded",
    "one_order_per_key",    "order_is_as_quoted",      "events_tell_orders", "effects_follow_decisions",
    "returns_are_refunded", "nothing_is_stuck"};
inline constexpr const char* kLogEquations[] = {"outbox_is_dense", "numbers_are_dense"};

// Checks the equations of one order, except nothing_is_stuck.
std::vector<Violation> CheckFacts(const OrderFacts& facts);
std::vector<Violation> CheckLog(const LogFacts& facts);
std::vector<Unfinished> ListUnfinished(const OrderFacts& facts, Timestamp now);
// The violation of nothing_is_stuck.
Violation Stuck(const Unfinished& unfinished);

// Audits the whole store. `limit`: how long something may stay unfinished. Throws what the store throws.
AuditReport Audit(FactsSource& store, Timestamp now, std::chrono::microseconds limit);

}  // namespace octavo::transactions
