#include "services/accounts/sql_store_audit.h"

#include <algorithm>
#include <set>

#include "lib/db/sql_text.h"

namespace octavo::accounts {
namespace {

constexpr db::Equation kEquations[] = {
    {"accounts.sessions_have_customers",
     "SELECT 'customers/' || customer_id FROM sessions WHERE customer_id NOT IN (SELECT customer_id FROM customers)",
     "a session is open for a customer who is not there"},
    {"accounts.resets_have_customers",
     "SELECT 'customers/' || customer_id FROM resets WHERE customer_id NOT IN (SELECT customer_id FROM customers)",
     "a new password is to be set for a customer who is not there"},
    {"accounts.emails_differ", "SELECT 'customers/' || MAX(customer_id) FROM customers GROUP BY LOWER(email) HAVING COUNT(*) > 1",
     "another customer has the same e-mail, except for capital letters"},
    {"accounts.second_steps_have_customers",
     "SELECT 'customers/' || customer_id FROM two_step WHERE customer_id NOT IN (SELECT customer_id FROM customers)",
     "two steps are on for a customer who is not there"},
    {"accounts.recovery_codes_have_second_steps",
     "SELECT 'customers/' || customer_id FROM recovery_codes WHERE customer_id NOT IN (SELECT customer_id FROM two_step)",
     "there are recovery codes for a customer who signs in with one step"},
};

}  // namespace

std::span<const db::Equation> Equations() { return kEquations; }

std::vector<std::string> UnknownCustomers(db::Database& database, std::span<const std::string> ids) {
  std::set<std::string> unknown(ids.begin(), ids.end());
  constexpr std::size_t kAtOnce = 500;
  return database.Read([&](db::Transaction& transaction) {
    for (std::size_t first = 0; first < ids.size(); first += kAtOnce) {
      const auto some = ids.subspan(first, std::min(kAtOnce, ids.size() - first));
      const std::vector<db::Value> values(some.begin(), some.end());
      const std::string in = db::Placeholders(static_cast<int>(values.size()));
      for (const db::Row& row : transaction.Query("SELECT customer_id FROM customers WHERE customer_id IN (" + in +
                                                      ") UNION SELECT customer_id FROM errands WHERE kind = 2 AND "
                                                      "customer_id IN (" +
                                                      in + ")",
                                                  values)) {
        unknown.erase(row.Text(0));
      }
    }
    return std::vector<std::string>(unknown.begin(), unknown.end());
  });
}

}  // namespace octavo::accounts
