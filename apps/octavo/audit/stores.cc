#include "apps/octavo/audit/stores.h"

namespace octavo::audit {
namespace {

std::unique_ptr<db::Database> OpenToRead(const std::string& url, Random& random) {
  return db::Open({.url = url, .read_only = true, .connections_max = 2}, random);
}

}  // namespace

StoreUrls UrlsUnder(const std::filesystem::path& data_dir) {
  const auto url = [&](const std::string& service) { return "sqlite:" + (data_dir / service / (service + ".db")).string(); };
  return {url("cart"), url("inventory"), url("payments"), url("promotions"), url("transactions")};
}

Stores::Stores(const StoreUrls& urls, Random& random)
    : cart_database_(OpenToRead(urls.cart, random)),
      inventory_database_(OpenToRead(urls.inventory, random)),
      payments_database_(OpenToRead(urls.payments, random)),
      promotions_database_(OpenToRead(urls.promotions, random)),
      transactions_database_(OpenToRead(urls.transactions, random)),
      cart(*cart_database_),
      inventory(*inventory_database_),
      payments(*payments_database_),
      promotions(*promotions_database_),
      transactions(*transactions_database_) {}

}  // namespace octavo::audit
