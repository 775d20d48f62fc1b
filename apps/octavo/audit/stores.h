// Stores: the stores of the eight services, opened to be read beside the shop that owns them. Nothing is ever written.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "lib/base/random.h"
#include "lib/db/database.h"
#include "services/cart/sql_store.h"
#include "services/inventory/sql_store.h"
#include "services/payments/sql_store.h"
#include "services/promotions/sql_store.h"
#include "services/transactions/sql_store.h"

namespace octavo::audit {

// Where each service keeps its store, as db::Options::url.
struct StoreUrls {
  std::string cart;
  std::string inventory;
  std::string payments;
  std::string promotions;
  std::string transactions;
  // Empty: not looked at, as where a service of these has not run yet; a violation where other stores name what is in it.
  std::string catalog = {};
  std::string accounts = {};
  std::string recommendations = {};
};

// The SQLite files of a shop with this --data-dir; of the last three, those that are there.
StoreUrls UrlsUnder(const std::filesystem::path& data_dir);

class Stores {
 private:
  // Before the stores that refer to them.
  const std::unique_ptr<db::Database> cart_database_;
  const std::unique_ptr<db::Database> inventory_database_;
  const std::unique_ptr<db::Database> payments_database_;
  const std::unique_ptr<db::Database> promotions_database_;
  const std::unique_ptr<db::Database> transactions_database_;

 public:
  // Throws db::Error where one cannot be opened. `random` outlives it.
  Stores(const StoreUrls& urls, Random& random);

  cart::SqlStore cart;
  inventory::SqlStore inventory;
  payments::SqlStore payments;
  promotions::SqlStore promotions;
  transactions::SqlStore transactions;
  // Null where they are not looked at.
  const std::unique_ptr<db::Database> catalog;
  const std::unique_ptr<db::Database> accounts;
  const std::unique_ptr<db::Database> recommendations;
};

}  // namespace octavo::audit
