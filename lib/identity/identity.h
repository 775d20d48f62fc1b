// Identity: who makes a call. A service of the shop, a customer, a member of staff or an integration shows it with a signed token
// (tokens.h); who shows none is nobody. A call that a service makes for somebody has both: the service, and the person.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace octavo::identity {

// Each role may do all that those before it may. The numbers are those of octavo.type.v1.StaffRole.
enum class StaffRole { kNone = 0, kBookseller = 2, kManager = 3, kOwner = 4 };

// "bookseller", "manager", "owner"; "none".
std::string_view NameOf(StaffRole role);
std::optional<StaffRole> FindStaffRole(std::string_view name);

// What an integration may do.
inline constexpr std::string_view kScopes[] = {"campaigns.read", "campaigns.write", "catalogue.read", "catalogue.write",
                                               "events.write",   "orders.read",     "orders.write",   "reports.read",
                                               "stock.read",     "stock.write",     "storefront"};
bool IsScope(std::string_view scope);

struct Identity {
  // Whose token it was: "customers/<id>", "operators/<name>", "apiKeys/<id>"; empty: the call carries none.
  std::string subject = {};
  // The service of the shop that makes the call: "cart"; empty: none.
  std::string service = {};
  StaffRole role = StaffRole::kNone;
  std::vector<std::string> scopes = {};

  bool is_nobody() const { return subject.empty() && service.empty(); }
  // "customers/<id>", or empty.
  std::string_view customer() const;
  bool has_scope(std::string_view scope) const;
  // For errors: "marketplace for customers/…", "nobody".
  std::string ToText() const;

  bool operator==(const Identity&) const = default;
};

// Whose data a name is about: "customers/<id>" of itself, of "carts/c-<id>" and of "readers/c-<id>"; empty where no customer owns
// it, as for a guest's cart.
std::string OwnerOf(std::string_view name);

}  // namespace octavo::identity
