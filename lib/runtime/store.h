// How a service opens its store: a SQLite file in its folder, or what the owner says with --<service>.database_url. And what
// else an owner may set of every service.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/base/thread_pool.h"
#include "lib/db/database.h"
#include "lib/db/migrations.h"
#include "lib/runtime/module.h"
#include "lib/runtime/options.h"

namespace octavo::runtime {

// The options that every service with a store has. A service's Configuration holds one, with its own defaults.
struct ServiceOptions {
  std::int64_t threads = 64;      // For calls that wait: for a commit, or for another service.
  std::int64_t queue_max = 1024;  // Calls that wait for a thread; more are refused.
  Secret database_url = {};       // A file, or postgresql://…; empty: StoreFile. Secret, because it may hold a password.

  // `what` is what the store holds: "carts".
  void AddTo(Options::Group options, const std::string& what);
  // INVALID_FIELD names the option of `service` that has a value it cannot have.
  Status Check(const std::string& service) const;
  ThreadPool::Options pool() const;
};

// The SQLite file of a service below the data folder. It need not be there.
std::filesystem::path StoreFile(const std::filesystem::path& data_dir, const std::string& service);
// `database_url`, or where that is empty "sqlite:" and StoreFile, whose folder is made. Fails with BAD_DATA_DIR.
Result<std::string> StoreUrl(const std::filesystem::path& data_dir, const std::string& service, const Secret& database_url);

// The service's database, brought up to the last of `migrations`. Fails with CANNOT_OPEN_DATABASE, or as StoreUrl and db::Migrate
// do.
Result<std::unique_ptr<db::Database>> OpenDatabase(const std::filesystem::path& data_dir, const std::string& service,
                                                   const Secret& database_url, std::span<const db::Migration> migrations,
                                                   Random& random, int connections_max = db::Options().connections_max);
// The same for a service that runs; a file is looked over in the background from now on (store_checks.h).
Result<std::unique_ptr<db::Database>> OpenDatabase(const Environment& environment, const std::string& service,
                                                   const Secret& database_url, std::span<const db::Migration> migrations,
                                                   int connections_max = db::Options().connections_max);

// Where `url` is a file: has it looked over.
void CheckInBackground(const Environment& environment, const std::string& service, const std::string& url);

}  // namespace octavo::runtime
