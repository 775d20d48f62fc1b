// The names of what services share beside books: "orders/0198f0a2-…". One way to write and to read them; what stands behind the
// collection is told by whoever owns it. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace octavo::names {

inline constexpr std::string_view kCampaigns = "campaigns/";  // Behind it a number, from 1.
inline constexpr std::string_view kCarts = "carts/";          // "v-" and a visitor's id, or "c-" and a customer's.
inline constexpr std::string_view kCustomers = "customers/";  // A UUID.
inline constexpr std::string_view kOrders = "orders/";        // A UUID.

std::string NameOf(std::string_view collection, std::string_view id);

// What stands behind the collection; nullopt for a name of something else, and where nothing stands there.
std::optional<std::string_view> FindId(std::string_view collection, std::string_view name);
std::optional<std::string> FindUuid(std::string_view collection, std::string_view name);

// INVALID_ARGUMENT (INVALID_FIELD) about `field` where there is no UUID, or no number from 1 in its one way of writing.
Result<std::string> ParseUuid(std::string_view collection, std::string_view name, const std::string& field);
Result<std::int64_t> ParseNumber(std::string_view collection, std::string_view name, const std::string& field);

}  // namespace octavo::names
