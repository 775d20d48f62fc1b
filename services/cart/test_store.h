// For tests: a store of each kind.
#pragma once

#include "lib/testing/fake_clock.h"
#include "lib/testing/test_store.h"
#include "services/cart/memory_store.h"
#include "services/cart/migrations.h"
#include "services/cart/sql_store.h"

namespace octavo::cart {

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

}  // namespace octavo::cart
