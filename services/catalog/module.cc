#include "services/catalog/module.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

#include "lib/background/log_watch.h"
#include "lib/base/change_signal.h"
#include "lib/base/uuid.h"
#include "lib/rpc/client.h"
#include "lib/runtime/store.h"
#include "octavo/cart/v1/cart.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/catalog/book_numbers.h"
#include "services/catalog/indexer.h"
#include "services/catalog/migrations.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/service.h"
#include "services/catalog/sql_store.h"

namespace octavo::catalog {

namespace {

constexpr std::chrono::milliseconds kAskBudget{1000};

}  // namespace

struct Module::Parts {
  Parts(const runtime::Environment& environment, const Configuration& configuration, std::unique_ptr<db::Database> opened,
        std::unique_ptr<SearchIndex> opened_index)
      : log(environment.log),
        metrics(environment.metrics),
        database(std::move(opened)),
        index(std::move(opened_index)),
        pipeline(environment.telemetry(), {.threads = static_cast<std::size_t>(configuration.threads),
                                           .queue_max = static_cast<std::size_t>(configuration.queue_max)}),
        indexer(store, *index, signal, environment.log, environment.metrics),
        numbers(store, environment.log, environment.metrics),
        caller(environment.telemetry()),
        service(store, *index, signal, environment.clock, environment.page_tokens, environment.currency, numbers, pipeline) {}

  // Whoever names books.
  std::map<std::string, BookNumbers::Ask> Neighbours(const runtime::Peers& peers) const {
    return {{"cart", AskOf<cart::v1::CartService, cart::v1::GetKnownRequest>(peers.To("cart"))},
            {"inventory", AskOf<inventory::v1::InventoryService, inventory::v1::GetKnownRequest>(peers.To("inventory"))},
            {"promotions", AskOf<promotions::v1::PromotionsService, promotions::v1::GetKnownRequest>(peers.To("promotions"))},
            {"transactions",
             AskOf<transactions::v1::TransactionsService, transactions::v1::GetKnownRequest>(peers.To("transactions"))}};
  }

  template <class Service, class Request>
  BookNumbers::Ask AskOf(const std::shared_ptr<grpc::Channel>& channel) const {
    // Shared, because a std::function is copied.
    return [this, stub = std::shared_ptr<typename Service::Stub>(Service::NewStub(channel))](
               std::int64_t most) -> Result<std::int64_t> {
      Request request;
      request.set_book_number_max(most);
      return TRY(caller.Invoke(*stub, &Service::StubInterface::GetKnown, request, {.budget = kAskBudget})).book_number();
    };
  }

  obs::Log& log;
  obs::Metrics& metrics;
  std::unique_ptr<db::Database> database;
  SqlStore store{*database};
  std::unique_ptr<SearchIndex> index;
  ChangeSignal signal;
  rpc::Pipeline pipeline;
  Indexer indexer;
  BookNumbers numbers;
  const rpc::Caller caller;
  CatalogService service;
  std::optional<background::Repeater> ask;    // From Start to Close: until the numbers are known.
  std::optional<background::Repeater> watch;  // From Start to Close, where other processes may write to the database.
};

Module::Module() = default;
Module::~Module() = default;

void Module::Configure(runtime::Options::Group options) {
  options.Add("database_url", &configuration_.database_url,
              "Where the books are kept: a file, or postgresql://user@host/name. Empty: catalog/catalog.sqlite in the "
              "data folder. The search index is always in the data folder.");
  options.Add("threads", &configuration_.threads, "Threads that answer calls.");
  options.Add("queue_max", &configuration_.queue_max, "Calls that may wait for a thread; more are refused.");
  options.Add("alone", &configuration_.alone,
              "No shop belongs to this catalogue: on start nobody is asked whether they name books that an older copy has lost.");
}

Status Module::Open(const runtime::Environment& environment) {
  if (configuration_.threads < 1) return InvalidField("--catalog.threads", "must be at least 1");
  const std::filesystem::path folder = environment.data_dir / name();
  std::unique_ptr<db::Database> database = TRY(runtime::OpenStore(environment,
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

Status Module::Start(const runtime::Peers& peers) {
  const auto neighbours = configuration_.alone ? std::map<std::string, BookNumbers::Ask>() : parts_->Neighbours(peers);
  parts_->ask.emplace(background::Repeater::Options{.name = "book_numbers", .interval = background::kWatchInterval}, parts_->log,
                      parts_->metrics, [this, neighbours](const std::stop_token&) { parts_->numbers.AskAll(neighbours); });
  parts_->indexer.Start();
  if (parts_->database->dialect() == db::Dialect::kPostgres) {
    parts_->watch.emplace(background::Repeater::Options{.name = "change_watch", .interval = background::kWatchInterval},
                          parts_->log, parts_->metrics,
                          background::NotifyOfNew([&store = parts_->store] { return store.LastPosition(); }, parts_->signal));
  }
  parts_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  parts_->pipeline.Close();
  parts_->watch.reset();
  parts_->ask.reset();
  parts_->indexer.Stop();
}

void Module::Stop() { parts_.reset(); }

}  // namespace octavo::catalog
