// Returns: how books come back after they were sent. The buyer asks, the shop accepts or rejects, and when the books have
// arrived the money goes back: refunded where it was paid, taken off what is due where it was not.
//
//   requested → accepted → received        requested, accepted → rejected
//
// When nothing of the order is left with the buyer, they have withdrawn from all of it, and the delivery goes back too (the
// shop has one price of delivery, so that is the cheapest one); a part gives back the shares of its units. Values and rules;
// no clock, no storage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/transactions/domain/order.h"

namespace octavo::transactions {

// Buyers are bound to Order::return_end_time; the shop's staff are not.
enum class Asker { kBuyer, kStaff };

// Asks to return `items`; none: every unit that is left and in no open return. FAILED_PRECONDITION: NOT_SENT,
// RETURN_PERIOD_OVER, NOTHING_TO_RETURN (more units than are left); INVALID_ARGUMENT for a quantity below 1.
Result<Change> RequestReturn(const Order& order, const std::vector<Item>& items, const std::string& reason, Asker asker,
                             Timestamp now);

// The shop agrees. NOT_FOUND (UNKNOWN_RETURN), FAILED_PRECONDITION (BAD_STATE). nullopt: it is accepted already.
Result<std::optional<Change>> AcceptReturn(const Order& order, std::int64_t number, Timestamp now);

// The shop does not agree, and says why. Errors as AcceptReturn. nullopt: it is rejected already.
Result<std::optional<Change>> RejectReturn(const Order& order, std::int64_t number, const std::string& answer, Timestamp now);

// The books have arrived: the money goes back, and the books on the shelf where `restock`. Errors as AcceptReturn, and
// FAILED_PRECONDITION (NOTHING_TO_RETURN) when units were refunded in another way since. nullopt: it is received already.
Result<std::optional<Change>> ReceiveReturn(const Order& order, std::int64_t number, bool restock, Timestamp now);

// Whether the shop has something to do about it.
bool IsOpen(const Return& given_back);
std::int64_t OpenReturnCount(const Order& order);

// Nothing is left to send, to pay or to take back.
bool IsOver(const Order& order);

// Takes out what tells who bought: name, e-mail, address but for the country, and what leads to them.
void ErasePerson(Order& order);

}  // namespace octavo::transactions
