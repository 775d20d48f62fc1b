#include "services/accounts/sql_store_audit.h"

namespace octavo::accounts {
namespace {

constexpr db::Equation kEquations[] = {
    {"accounts.sessions_have_customers",
     "SELECT 'customers/' || customer_id FROM sessions WHERE customer_id NOT IN (SELECT customer_id FROM customers)",
     "a session is open for a customer who is not there"},
    {"accounts.second_steps_have_customers",
     "SELECT 'customers/' || customer_id FROM two_step WHERE customer_id NOT IN (SELECT customer_id FROM customers)",
     "two steps are on for a customer who is not there"},
    {"accounts.recovery_codes_have_second_steps",
     "SELECT 'customers/' || customer_id FROM recovery_codes WHERE customer_id NOT IN (SELECT customer_id FROM two_step)",
     "there are recovery codes for a customer who signs in with one step"},
};

}  // namespace

std::span<const db::Equation> Equations() { return kEquations; }

}  // namespace octavo::accounts
