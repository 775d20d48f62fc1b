// For tests: a store of each kind.
#pragma once

#include "lib/testing/test_store.h"
#include "services/promotions/memory_store.h"
#include "services/promotions/migrations.h"
#include "services/promotions/sql_store.h"

namespace octavo::promotions {

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

}  // namespace octavo::promotions
