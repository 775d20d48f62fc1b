#include "apps/octavo/audit_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>

#include "apps/octavo/audit/audit.h"
#include "lib/base/clock.h"
#include "lib/base/failure.h"
#include "lib/base/random.h"

namespace octavo {
namespace {

enum ExitCode { kClean = 0, kViolated = 1, kNotChecked = 2 };

struct Settings {
  std::string data_dir = "data";
  audit::StoreUrls urls;
  double limit_s = 5;
  std::string acknowledged;
};

void AddOptions(CLI::App& app, Settings& settings) {
  app.add_option("--data-dir", settings.data_dir, "The folder of the shop; SQLite stores are looked for there.")
      ->capture_default_str();
  const auto add_url = [&](const std::string& service, std::string& url) {
    std::string name = "OCTAVO_" + service + "_DATABASE_URL";
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    app.add_option("--" + service + ".database_url", url, "Where " + service + " is kept, if not there: postgresql://….")
        ->envname(name);
  };
  add_url("cart", settings.urls.cart);
  add_url("inventory", settings.urls.inventory);
  add_url("payments", settings.urls.payments);
  add_url("promotions", settings.urls.promotions);
  add_url("transactions", settings.urls.transactions);
  add_url("catalog", settings.urls.catalog);
  add_url("accounts", settings.urls.accounts);
  add_url("recommendations", settings.urls.recommendations);
  app.add_option("--limit", settings.limit_s, "Seconds that an order, an effect or a follower may be under way.")
      ->capture_default_str();
  app.add_option("--acknowledged", settings.acknowledged,
                 "A file of order names, one a line, that buyers were told of: each has to be there.");
}

void FillUrls(Settings& settings) {
  const audit::StoreUrls files = audit::UrlsUnder(settings.data_dir);
  const auto fill = [](std::string& url, const std::string& file) {
    if (url.empty()) url = file;
  };
  fill(settings.urls.cart, files.cart);
  fill(settings.urls.inventory, files.inventory);
  fill(settings.urls.payments, files.payments);
  fill(settings.urls.promotions, files.promotions);
  fill(settings.urls.transactions, files.transactions);
  fill(settings.urls.catalog, files.catalog);
  fill(settings.urls.accounts, files.accounts);
  fill(settings.urls.recommendations, files.recommendations);
}

// False when the file does not read.
bool ReadLines(const std::string& path, std::vector<std::string>& lines) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return file.eof();
}

}  // namespace

int RunAudit(const std::vector<std::string>& arguments) {
  Settings settings;
  CLI::App app("Proves from the stores alone that nothing was sold twice, lost, or charged wrongly. Reads only.", "octavo audit");
  AddOptions(app, settings);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // As CLI11 wants them.
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kClean : kNotChecked;
  }
  FillUrls(settings);
  audit::Options options{.limit = std::chrono::microseconds(static_cast<std::int64_t>(settings.limit_s * 1e6))};
  if (!settings.acknowledged.empty() && !ReadLines(settings.acknowledged, options.acknowledged)) {
    std::fprintf(stderr, "octavo audit: cannot read %s\n", settings.acknowledged.c_str());
    return kNotChecked;
  }
  try {
    SystemRandom random;
    audit::Stores stores(settings.urls, random);
    const audit::Ledger ledger = audit::AuditShop(stores, SystemClock(), options);
    std::fputs(ledger.Text().c_str(), stdout);
    return ledger.clean() ? kClean : kViolated;
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "octavo audit: %s\n", exception.what());
    return kNotChecked;
  }
}

}  // namespace octavo
