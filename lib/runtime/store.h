// OpenStore: how a module opens its database: a file in its folder, or where --<module>.database_url says.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/db/database.h"
#include "lib/db/migrations.h"
#include "lib/runtime/module.h"

namespace octavo::runtime {

struct StoreOptions {
  std::string module;     // "inventory": its folder in the data folder, and its name in messages.
  std::string file = {};  // In that folder; empty: the module's name with ".db".
  std::string url = {};   // What the owner gave: a path, sqlite:path or postgresql://…; empty: the file above.
  int connections_max = db::Options().connections_max;
};

// The database, brought up to the last of `migrations`. Fails with CANNOT_OPEN_DATABASE, or as StoreUrl and
// db::Migrate do.
Result<std::unique_ptr<db::Database>> OpenStore(const std::filesystem::path& data_dir, const StoreOptions& options,
                                                std::span<const db::Migration> migrations, Random& random);
// The same for a module that runs; a file is looked over in the background from now on (store_checks.h).
Result<std::unique_ptr<db::Database>> OpenStore(const Environment& environment, const StoreOptions& options,
                                                std::span<const db::Migration> migrations);

// What `options` come to: "sqlite:<path>" or "postgresql://…". Makes the module's folder where the file is to
// be in it; BAD_DATA_DIR where that fails.
Result<std::string> StoreUrl(const std::filesystem::path& data_dir, const StoreOptions& options);
// Where `url` is a file: has it looked over.
void CheckInBackground(const Environment& environment, const std::string& module, const std::string& url);

}  // namespace octavo::runtime
