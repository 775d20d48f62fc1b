// Facts: the content of transactions' tables, read for the audit. The tables repeat each other on purpose (a document and its
// columns for searching, an order and its events, a decision and its effects), so they can be compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/transactions/domain/order.h"
#include "services/transactions/store.h"

namespace octavo::transactions {

struct LineColumns {
  BookId book;
  std::int64_t quantity = 0;
  std::int64_t backordered_quantity = 0;
  std::int64_t refunded_quantity = 0;
  std::int64_t total_minor = 0;

  bool operator==(const LineColumns&) const = default;
};

// A row of orders and its rows of order_lines, by book.
struct OrderColumns {
  std::int64_t number = 0;
  std::string key;
  std::string customer;
  std::string email;
  std::string currency_code;
  OrderState state = OrderState::kPlaced;
  PaymentState payment_state = PaymentState::kDue;
  PaymentMethod payment_method = PaymentMethod::kOnCollection;
  std::int64_t total_minor = 0;
  std::int64_t charged_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t open_return_count = 0;
  Timestamp run_out_time;
  std::vector<LineColumns> lines;

  bool operator==(const OrderColumns&) const = default;
};

struct EventFacts {
  std::int64_t position = 0;
  EventType type = EventType::kPlaced;
  Timestamp time;
};

struct EffectFacts {
  std::int64_t id = 0;
  std::int64_t event_position = 0;  // Of the decision.
  Effect effect;
  std::int64_t attempts = 0;
  bool done = false;
  bool given_up = false;  // Refused for so long that it is not tried any more.
};

// Facts of one order id, at one moment.
struct OrderFacts {
  OrderId id;
  std::optional<Intent> intent;  // None: forgotten after its time, or never there.
  std::optional<OrderColumns> columns;
  std::optional<Order> order;        // The document of the same row.
  std::vector<EventFacts> events;    // By position.
  std::optional<Order> told;         // The order in its last event.
  std::vector<EffectFacts> effects;  // By id.
  bool damaged = false;              // Some stored JSON cannot be read; the other facts are incomplete.
};

// Facts of whole tables, at one moment.
struct LogFacts {
  std::int64_t last_position = 0;  // As counted …
  std::int64_t event_count = 0;    // … and as stored.
  std::int64_t event_first = 0;    // 0: there is none.
  std::int64_t event_last = 0;
  std::int64_t last_number = 0;
  std::int64_t order_count = 0;
  std::int64_t number_last = 0;
  std::int64_t skipped_numbers = 0;  // Skipped after an older copy was restored.
};

// The source of facts. It is not a part of Store, because a store in memory has no tables that could disagree. Thread-safe.
class FactsSource {
 public:
  virtual ~FactsSource() = default;

  // Facts of at most `limit` order ids with `after` < id <= `until` that any table has, by id, at one moment.
  virtual std::vector<OrderFacts> ReadFacts(const std::string& after, const std::string& until, int limit) = 0;
  virtual LogFacts ReadLogFacts() = 0;
};

}  // namespace octavo::transactions
