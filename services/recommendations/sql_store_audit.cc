#include "services/recommendations/sql_store_audit.h"

namespace octavo::recommendations {
namespace {

// A log whose last position is not there counts as empty, so that whatever stands in it is found.
constexpr db::Equation kEquations[] = {
    {"recommendations.events_are_within_log",
     "SELECT 'position ' || CAST(position AS TEXT) FROM events "
     "WHERE position > COALESCE((SELECT last_position FROM event_log), 0)",
     "the event is behind the last position that was given"},
    {"recommendations.models_are_within_log",
     "SELECT 'model ' || name FROM models WHERE last_position > COALESCE((SELECT last_position FROM event_log), 0)",
     "it has learned from events that are not there"},
};

}  // namespace

std::span<const db::Equation> Equations() { return kEquations; }

std::int64_t OrderPosition(db::Database& database) {
  return database.Read([](db::Transaction& transaction) {
    constexpr std::string_view kPosition = "SELECT COALESCE(MAX(order_position), 0) FROM event_log";
    return transaction.QueryTheOne(kPosition).Int(0);
  });
}

}  // namespace octavo::recommendations
