// For tests: a store of each kind, and short calls for it.
#pragma once

#include <string>
#include <utility>

#include "lib/testing/fake_clock.h"
#include "lib/testing/test_store.h"
#include "services/inventory/memory_store.h"
#include "services/inventory/migrations.h"
#include "services/inventory/sql_store.h"

namespace octavo::inventory {

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

inline Receipt Delivery(const std::string& request, Demand copies) {
  return {.request = RequestId{request}, .copies = std::move(copies)};
}

inline ReserveOrder Order(const std::string& request, Demand demand,
                          std::chrono::microseconds time_to_live = kTimeToLiveDefault) {
  return {.request = RequestId{request}, .demand = std::move(demand), .time_to_live = time_to_live};
}

}  // namespace octavo::inventory
