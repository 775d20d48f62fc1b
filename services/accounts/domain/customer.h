// Customers and their roles. No account has an unverified address: a registration becomes an account only when its message is
// answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"

namespace octavo::accounts {

using CustomerId = StrongId<struct CustomerIdTag>;  // A UUID.

// Each role has all rights of those before it.
enum class Role {
  kCustomer = 1,
  kBookseller = 2,
  kManager = 3,
  kOwner = 4,
};

std::string_view RoleName(Role role);  // "owner".

struct Customer {
  CustomerId id;
  std::string email;  // As ParseEmail (lib/email) gives it, unique.
  std::string full_name;
  Role role = Role::kCustomer;
  Timestamp created;

  bool operator==(const Customer&) const = default;
};

// At most 200 bytes of UTF-8 without control characters; trimmed, may be empty. Errors: INVALID_ARGUMENT
// (INVALID_FIELD).
Result<std::string> ParseFullName(std::string_view field, std::string_view text);

// The address that links in messages begin with: "http://host:port" or "https://host", without a path. Errors:
// INVALID_ARGUMENT.
Result<std::string> ParseBaseUri(std::string_view field, std::string_view text);

}  // namespace octavo::accounts
