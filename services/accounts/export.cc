#include "services/accounts/export.h"

#include <nlohmann/json.hpp>

namespace octavo::accounts {
namespace {

nlohmann::ordered_json Times(const std::vector<Timestamp>& times) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Timestamp time : times) list.push_back({{"expire_time", ToString(time)}});
  return list;
}

}  // namespace

std::string ToJson(const CustomerData& data, const SessionPolicy& policy, const HeldElsewhere& elsewhere) {
  const Customer& customer = data.customer;
  nlohmann::ordered_json sessions = nlohmann::ordered_json::array();
  for (const SessionTimes& times : data.sessions) {
    sessions.push_back({{"create_time", ToString(times.created)},
                        {"last_use_time", ToString(times.last_used)},
                        {"expire_time", ToString(ExpiryOf(times, policy))}});
  }
  nlohmann::ordered_json two_step = "off";
  if (data.two_step) {
    two_step = {{"turn_on_time", ToString(data.two_step->turned_on)},
                {"secret", "kept sealed"},
                {"recovery_codes_left", data.two_step->recovery_codes_left},
                {"recovery_codes", "kept as hashes only"}};
  }
  const nlohmann::ordered_json all = {
      {"customer",
       {{"name", "customers/" + customer.id.value()},
        {"email", customer.email},
        {"email_verified", true},
        {"full_name", customer.full_name},
        {"role", RoleName(customer.role)},
        {"create_time", ToString(customer.created)}}},
      {"password", "kept as a hash only"},
      {"two_step_sign_in", two_step},
      {"sessions", sessions},
      {"password_resets", Times(data.reset_expiries)},
      {"registrations", Times(data.registration_expiries)},
      {"orders", nlohmann::ordered_json::parse(elsewhere.orders)},
      {"cart", nlohmann::ordered_json::parse(elsewhere.cart)},
      {"reading_events", nlohmann::ordered_json::parse(elsewhere.reading_events)},
  };
  // A name that is not UTF-8 shows a replacement character instead of failing.
  return all.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace octavo::accounts
