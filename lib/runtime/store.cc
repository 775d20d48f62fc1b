#include "lib/runtime/store.h"

#include <string_view>
#include <system_error>

#include "lib/db/errors.h"
#include "lib/runtime/store_checks.h"

namespace octavo::runtime {

Result<std::string> StoreUrl(const std::filesystem::path& data_dir, const StoreOptions& options) {
  if (!options.url.empty()) return options.url;
  const std::filesystem::path folder = data_dir / options.module;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return Error{Code::kFailedPrecondition, "BAD_DATA_DIR", "cannot make " + folder.string() + ": " + error.message()};
  }
  return "sqlite:" + (folder / (options.file.empty() ? options.module + ".db" : options.file)).string();
}

Result<std::unique_ptr<db::Database>> OpenStore(const std::filesystem::path& data_dir, const StoreOptions& options,
                                                std::span<const db::Migration> migrations, Random& random) {
  const std::string url = TRY(StoreUrl(data_dir, options));
  try {
    std::unique_ptr<db::Database> database = db::Open({.url = url, .connections_max = options.connections_max}, random);
    TRY(db::Migrate(*database, migrations));
    return database;
  } catch (const db::Error& error) {
    return Error{Code::kUnavailable, "CANNOT_OPEN_DATABASE", options.module + ": " + error.what()};
  }
}

Result<std::unique_ptr<db::Database>> OpenStore(const Environment& environment, const StoreOptions& options,
                                                std::span<const db::Migration> migrations) {
  std::unique_ptr<db::Database> database = TRY(OpenStore(environment.data_dir, options, migrations, environment.random));
  CheckInBackground(environment, options.module, TRY(StoreUrl(environment.data_dir, options)));
  return database;
}

void CheckInBackground(const Environment& environment, const std::string& module, const std::string& url) {
  constexpr std::string_view kScheme = "sqlite:";
  if (environment.store_checks == nullptr) return;
  if (url.starts_with(kScheme)) return environment.store_checks->Add(module, url.substr(kScheme.size()));
  if (url.find("://") == std::string::npos) environment.store_checks->Add(module, url);
}

}  // namespace octavo::runtime
