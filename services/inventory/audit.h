// Audit: proves from the store alone, book by book, that its tables agree. It only reads, page by page, each page as of one
// moment, so it can run while the shop sells.
//
// The equations, for every book:
//   on_hand_is_ledger      on hand = the sum of the ledger = the balance of its last entry
//   ledger_is_unbroken     entries are numbered 1, 2, 3 … and each begins where the one before ended
//   reserved_is_open       reserved = what open reservations hold
//   backordered_is_waiting backordered = what open and committed reservations wait for; closed ones wait for nothing
//   sold_is_committed      copies that left by sales = what committed reservations hold
//   promises_are_kept      0 <= reserved <= on hand, and nobody waits while a copy is free
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/violation.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

struct AuditReport {
  std::int64_t books = 0;
  std::int64_t movements = 0;
  std::int64_t copies_on_hand = 0;
  std::int64_t copies_reserved = 0;
  std::int64_t copies_sold = 0;
  std::int64_t equations = 0;  // Checked in all.
  std::vector<Violation> violations;
};

// The equations of one book.
std::vector<Violation> CheckFacts(const BookFacts& facts);

// All books of the store. Throws what the store throws.
AuditReport Audit(Store& store);

}  // namespace octavo::inventory
