#include "services/catalog/module.h"

#include <filesystem>
#include <optional>

#include "lib/base/change_signal.h"
#include "lib/base/uuid.h"
#include "lib/runtime/poller.h"
#include "lib/runtime/store.h"
#include "services/catalog/indexer.h"
#include "services/catalog/migrations.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/service.h"
#include "services/catalog/sql_store.h"

namespace octavo::catalog {

struct Module::Parts {
  Parts(const runtime::Environment& environment, const Configuration& configuration,
        std::unique_ptr<db::Database> opened, std::unique_ptr<SearchIndex> opened_index)
      : log(environment.log),
        database(std::move(opened)),
        index(std::move(opened_index)),
        pipeline(environment.telemetry(), {.threads = static_cast<std::size_t>(configuration.threads),
                                           .queue_max = static_cast<std::size_t>(configuration.queue_max)}),
        indexer(store, *index, signal, environment.log),
        service(store, *index, signal, environment.clock, environment.page_tokens, environment.currency, pipeline) {}

  obs::Log& log;
  std::unique_ptr<db::Database> database;
  SqlStore store{*database};
  std::unique_ptr<SearchIndex> index;
  ChangeSignal signal;
  rpc::Pipeline pipeline;
  Indexer indexer;
  CatalogService service;
  std::optional<runtime::Poller> watch;  // From Start to Close, where other processes may write to the database.
};

Module::Module() = default;
Module::~Module() = default;

void Module::Configure(runtime::Options::Group options) {
  options.Add("database_url", &configuration_.database_url,
              "Where the books are kept: a file, or postgresql://user@host/name. Empty: catalog/catalog.sqlite in the "
              "data folder. The search index is always in the data folder.");
  options.Add("threads", &configuration_.threads, "Threads that answer calls.");
  options.Add("queue_max", &configuration_.queue_max, "Calls that may wait for a thread; more are refused.");
}

Status Module::Open(const runtime::Environment& environment) {
  if (configuration_.threads < 1) return InvalidField("--catalog.threads", "must be at least 1");
  const std::filesystem::path folder = environment.data_dir / name();
  std::unique_ptr<db::Database> database =
      TRY(runtime::OpenStore(environment,
                             {.module = name(),
                              .file = "catalog.sqlite",
                              .url = std::string(configuration_.database_url.Reveal()),
                              .connections_max = static_cast<int>(configuration_.threads)},
                             Migrations()));
  const std::string catalogue = SqlStore(*database).CatalogueId(NewUuid(environment.clock, environment.random));
  std::unique_ptr<SearchIndex> index = TRY(SearchIndex::Open(folder / "search", catalogue));
  parts_ = std::make_unique<Parts>(environment, configuration_, std::move(database), std::move(index));
  return Ok();
}

std::vector<rpc::Service*> Module::services() { return {&parts_->service}; }

Status Module::Start(const runtime::Peers&) {
  parts_->indexer.Start();
  if (parts_->database->dialect() == db::Dialect::kPostgres) {
    parts_->watch.emplace("change_watch", parts_->log,
                          runtime::NotifyOfNew([&store = parts_->store] { return store.LastPosition(); }, parts_->signal));
  }
  parts_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  parts_->pipeline.Close();
  parts_->watch.reset();
  parts_->indexer.Stop();
}

void Module::Stop() { parts_.reset(); }

}  // namespace octavo::catalog
