#include "apps/octavo/audit/stores.h"

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
  const auto url = [&](const std::string& service) { return "sqlite:" + (data_dir / service / (service + ".db")).string(); };
  const auto url_if_there = [&](const std::string& service, const std::string& file) {
    const std::filesystem::path path = data_dir / service / file;
    return std::filesystem::exists(path) ? "sqlite:" + path.string() : "";
  };
  return {.cart = url("cart"),
          .inventory = url("inventory"),
          .payments = url("payments"),
          .promotions = url("promotions"),
          .transactions = url("transactions"),
          .catalog = url_if_there("catalog", "catalog.sqlite"),
          .accounts = url_if_there("accounts", "accounts.db"),
          .recommendations = url_if_there("recommendations", "events.db")};
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
