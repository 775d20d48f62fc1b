#include "apps/octavo/audit/stores.h"

#include "lib/runtime/store.h"

namespace octavo::audit {
namespace {

std::unique_ptr<db::Database> OpenToRead(const std::string& url, Random& random) {
  return db::Open({.url = url, .read_only = true, .connections_max = 2}, random);
}

std::unique_ptr<db::Database> OpenIfThere(const std::string& url, Random& random) {
  return url.empty() ? nullptr : OpenToRead(url, random);
}

}  // namespace

StoreUrls UrlsUnder(const std::filesystem::path& data_dir) {
  const auto url = [&](const std::string& service) { return "sqlite:" + runtime::StoreFile(data_dir, service).string(); };
  const auto url_if_there = [&](const std::string& service) {
    return std::filesystem::exists(runtime::StoreFile(data_dir, service)) ? url(service) : "";
  };
  return {.cart = url("cart"),
          .inventory = url("inventory"),
          .payments = url("payments"),
          .promotions = url("promotions"),
          .transactions = url("transactions"),
          .catalog = url_if_there("catalog"),
          .accounts = url_if_there("accounts"),
          .recommendations = url_if_there("recommendations")};
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
      transactions(*transactions_database_),
      catalog(OpenIfThere(urls.catalog, random)),
      accounts(OpenIfThere(urls.accounts, random)),
      recommendations(OpenIfThere(urls.recommendations, random)) {}

}  // namespace octavo::audit
