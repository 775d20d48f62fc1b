// Orders, items and errors as JSON text, for what the store need not search. Reading what was written gives the same value; text
// of ours that does not parse means a damaged store and throws Failure (DATA_LOSS).
#pragma once

#include <string>
#include <vector>

#include "lib/base/error.h"
#include "services/transactions/domain/order.h"

namespace octavo::transactions {

std::string ToJson(const Order& order);
Order OrderFromJson(const std::string& text);

// The content of an event, except type, time and position.
std::string ToJson(const OrderEvent& event);
void EventFromJson(const std::string& text, OrderEvent& event);

std::string ToJson(const std::vector<Item>& items);
std::vector<Item> ItemsFromJson(const std::string& text);

std::string ToJson(const Error& error);
Error ErrorFromJson(const std::string& text);

}  // namespace octavo::transactions
