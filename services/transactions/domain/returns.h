// Returns: how books come back after they were sent. The buyer asks, the shop accepts or rejects, and when the books have arrived
// the money goes back: it is refunded if it was paid, else taken off what is due.
//
//   requested → accepted → received        requested, accepted → rejected
//
// When the buyer keeps nothing of the order, they have withdrawn from all of it, and the delivery is refunded too (the shop has
// one price of delivery, so it is the cheapest one); otherwise the shares of the units are. Values and rules; no clock, no
// storage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/transactions/domain/order.h"

namespace octavo::transactions {

// Order::return_end_time binds buyers, not the shop's staff.
enum class Asker { kBuyer, kStaff };

// Asks to return `items`; no items: every unit that is left and in no open return. FAILED_PRECONDITION: NOT_SENT,
// RETURN_PERIOD_OVER, NOTHING_TO_RETURN (more units than are left); INVALID_ARGUMENT for a quantity below 1.
Result<Change> RequestReturn(const Order& order, const std::vector<Item>& items, const std::string& reason, Asker asker,
                             Timestamp now);

// The shop agrees. NOT_FOUND (UNKNOWN_RETURN), FAILED_PRECONDITION (BAD_STATE). nullopt: it is accepted already.
Result<std::optional<Change>> AcceptReturn(const Order& order, std::int64_t number, Timestamp now);

// The shop refuses and says why. Errors as AcceptReturn. nullopt: it is rejected already.
Result<std::optional<Change>> RejectReturn(const Order& order, std::int64_t number, const std::string& answer, Timestamp now);

// The books have arrived: the money goes back, and with `restock` the books go back to stock. Errors as AcceptReturn, and
// FAILED_PRECONDITION (NOTHING_TO_RETURN) if units were refunded in another way meanwhile. nullopt: it is received already.
Result<std::optional<Change>> ReceiveReturn(const Order& order, std::int64_t number, bool restock, Timestamp now);

// Whether the shop still has to act on it.
bool IsOpen(const Return& given_back);
std::int64_t OpenReturnCount(const Order& order);

// Nothing is left to send, to pay or to return.
bool IsOver(const Order& order);

// Removes what tells who bought: name, e-mail, address except the country, and all that leads to them.
void ErasePerson(Order& order);
// The same at `now`, unless the order is not over, which still needs them: false.
bool Erase(Order& order, Timestamp now);

}  // namespace octavo::transactions
