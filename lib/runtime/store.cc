#include "lib/runtime/store.h"

#include <string_view>
#include <system_error>

#include "lib/db/errors.h"
#include "lib/runtime/store_checks.h"

namespace octavo::runtime {

void ServiceOptions::AddTo(Options::Group options, const std::string& what) {
  options.Add("database_url", &database_url,
              "What holds " + what + ": postgresql://…, or a file; empty: a file in the data folder.");
  options.Add("threads", &threads, "Calls that are worked on at once.");
  options.Add("queue_max", &queue_max, "Calls that may wait for a thread; more are refused.");
}

Status ServiceOptions::Check(const std::string& service) const {
  if (threads < 1) return InvalidField("--" + service + ".threads", "must be at least 1");
  return Ok();
}

ThreadPool::Options ServiceOptions::pool() const {
  return {.threads = static_cast<std::size_t>(threads), .queue_max = static_cast<std::size_t>(queue_max)};
}

std::filesystem::path StoreFile(const std::filesystem::path& data_dir, const std::string& service) {
  // Two keep the names that the first releases gave them, so that living shops find their files.
  const std::string file = service == "catalog" ? "catalog.sqlite" : service == "recommendations" ? "events.db" : service + ".db";
  return data_dir / service / file;
}

Result<std::string> StoreUrl(const std::filesystem::path& data_dir, const std::string& service, const Secret& database_url) {
  if (!database_url.empty()) return std::string(database_url.Reveal());
  const std::filesystem::path file = StoreFile(data_dir, service);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) {
    return Error{Code::kFailedPrecondition, "BAD_DATA_DIR",
                 "cannot make " + file.parent_path().string() + ": " + error.message()};
  }
  return "sqlite:" + file.string();
}

Result<std::unique_ptr<db::Database>> OpenDatabase(const std::filesystem::path& data_dir, const std::string& service,
                                                   const Secret& database_url, std::span<const db::Migration> migrations,
                                                   Random& random, int connections_max) {
  const std::string url = TRY(StoreUrl(data_dir, service, database_url));
  try {
    std::unique_ptr<db::Database> database = db::Open({.url = url, .connections_max = connections_max}, random);
    TRY(db::Migrate(*database, migrations));
    return database;
  } catch (const db::Error& error) {
    return Error{Code::kUnavailable, "CANNOT_OPEN_DATABASE", service + ": " + error.what()};
  }
}

Result<std::unique_ptr<db::Database>> OpenDatabase(const Environment& environment, const std::string& service,
                                                   const Secret& database_url, std::span<const db::Migration> migrations,
                                                   int connections_max) {
  std::unique_ptr<db::Database> database =
      TRY(OpenDatabase(environment.data_dir, service, database_url, migrations, environment.random, connections_max));
  CheckInBackground(environment, service, TRY(StoreUrl(environment.data_dir, service, database_url)));
  return database;
}

void CheckInBackground(const Environment& environment, const std::string& service, const std::string& url) {
  constexpr std::string_view kScheme = "sqlite:";
  if (environment.store_checks == nullptr) return;
  if (url.starts_with(kScheme)) return environment.store_checks->Add(service, url.substr(kScheme.size()));
  if (url.find("://") == std::string::npos) environment.store_checks->Add(service, url);
}

}  // namespace octavo::runtime
