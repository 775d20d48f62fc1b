#include "services/recommendations/sql_store_audit.h"

namespace octavo::recommendations {
namespace {

constexpr db::Equation kEquations[] = {
    {"recommendations.events_are_within_log",
     "SELECT 'position ' || CAST(position AS TEXT) FROM events WHERE position > (SELECT last_position FROM event_log)",
     "the event is behind the last position that was given"},
    {"recommendations.models_are_within_log",
     "SELECT 'model ' || name FROM models WHERE last_position > (SELECT last_position FROM event_log)",
     "it has learned from events that are not there"},
};

}  // namespace

std::span<const db::Equation> Equations() { return kEquations; }

std::int64_t OrderPosition(db::Database& database) {
  return database.Read([](db::Transaction& transaction) {
    return transaction.QueryOne("SELECT order_position FROM event_log")->Int(0);
  });
}

}  // namespace octavo::recommendations
