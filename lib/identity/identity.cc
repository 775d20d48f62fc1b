#include "lib/identity/identity.h"

#include <algorithm>
#include <utility>

#include "lib/names/resource_names.h"

namespace octavo::identity {
namespace {

constexpr std::pair<StaffRole, std::string_view> kRoleNames[] = {{StaffRole::kNone, "none"},
                                                                 {StaffRole::kBookseller, "bookseller"},
                                                                 {StaffRole::kManager, "manager"},
                                                                 {StaffRole::kOwner, "owner"}};
// What stands before the id of the customer whose they are.
constexpr std::string_view kCustomersCart = "carts/c-";
constexpr std::string_view kCustomersReader = "readers/c-";

}  // namespace

std::string_view NameOf(StaffRole role) {
  for (const auto& [known, name] : kRoleNames) {
    if (known == role) return name;
  }
  return "none";
}

std::optional<StaffRole> FindStaffRole(std::string_view name) {
  for (const auto& [role, known] : kRoleNames) {
    if (known == name) return role;
  }
  return std::nullopt;
}

bool IsScope(std::string_view scope) { return std::ranges::find(kScopes, scope) != std::end(kScopes); }

std::string_view Identity::customer() const {
  return subject.starts_with(names::kCustomers) ? std::string_view(subject) : std::string_view();
}

bool Identity::has_scope(std::string_view scope) const { return std::ranges::find(scopes, scope) != scopes.end(); }

std::string Identity::ToText() const {
  if (is_nobody()) return "nobody";
  std::string person = subject;
  if (role != StaffRole::kNone) person += " (" + std::string(NameOf(role)) + ")";
  if (service.empty()) return person;
  return subject.empty() ? service : service + " for " + person;
}

std::string OwnerOf(std::string_view name) {
  if (name.starts_with(names::kCustomers)) return std::string(name);
  for (const std::string_view prefix : {kCustomersCart, kCustomersReader}) {
    if (name.starts_with(prefix)) return std::string(names::kCustomers) + std::string(name.substr(prefix.size()));
  }
  return "";
}

}  // namespace octavo::identity
