#include "services/inventory/audit.h"

#include <utility>

namespace octavo::inventory {
namespace {

constexpr std::int64_t kEquationsOfABook = 6;
// Some 200 kB of facts, and a read of a few milliseconds.
constexpr int kBooksPerPage = 500;

}  // namespace

std::vector<Violation> CheckFacts(const BookFacts& facts) {
  const Stock& stock = facts.stock;
  EquationChecker check(BookName(stock.book));
  check.Equal("on_hand_is_ledger", "on hand", stock.on_hand, "the ledger's sum", facts.ledger_sum);
  check.Equal("on_hand_is_ledger", "on hand", stock.on_hand, "the last balance", facts.ledger_last_balance);
  check.Equal("ledger_is_unbroken", "the last entry", facts.ledger_last_sequence, "the number of entries", facts.ledger_entries);
  check.Equal("ledger_is_unbroken", "the last entry", facts.ledger_last_sequence, "the stock's last movement",
              stock.movement_sequence);
  check.Equal("ledger_is_unbroken", "the number of breaks", facts.ledger_breaks, "the number allowed", 0);
  check.Equal("reserved_is_open", "reserved", stock.reserved, "what open reservations hold", facts.open_held);
  check.Equal("backordered_is_waiting", "backordered", stock.backordered, "what reservations wait for", facts.waiting);
  check.Equal("backordered_is_waiting", "what closed reservations wait for", facts.closed_waiting, "what they may", 0);
  check.Equal("sold_is_committed", "sold by the ledger", facts.ledger_sold, "what committed reservations hold",
              facts.committed_held);
  check.Hold("promises_are_kept", stock.reserved >= 0 && stock.reserved <= stock.on_hand,
             std::to_string(stock.reserved) + " are reserved of " + std::to_string(stock.on_hand));
  check.Hold("promises_are_kept", stock.backordered >= 0 && (stock.backordered == 0 || stock.available() == 0),
             std::to_string(stock.backordered) + " are waited for while " + std::to_string(stock.available()) + " are free");
  return check.Take();
}

AuditReport Audit(Store& store) {
  AuditReport report;
  BookId last{0};
  for (;;) {
    const std::vector<BookFacts> page = store.ReadFacts(last, kBooksPerPage);
    if (page.empty()) return report;
    for (const BookFacts& facts : page) {
      ++report.books;
      report.movements += facts.ledger_entries;
      report.copies_on_hand += facts.stock.on_hand;
      report.copies_reserved += facts.stock.reserved;
      report.copies_sold += facts.ledger_sold;
      report.equations += kEquationsOfABook;
      for (Violation& violation : CheckFacts(facts)) report.violations.push_back(std::move(violation));
    }
    last = page.back().stock.book;
  }
}

}  // namespace octavo::inventory
