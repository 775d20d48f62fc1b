#include "services/catalog/module.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

#include "lib/background/log_watch.h"
#include "lib/base/change_signal.h"
#include "lib/base/uuid.h"
#include "lib/rpc/client.h"
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

struct Module::Serving {
  Serving(const runtime::Environment& environment, const Configuration& configuration, std::unique_ptr<db::Database> opened,
          std::unique_ptr<SearchIndex> opened_index)
      : log(environment.log),
        metrics(environment.metrics),
        database(std::move(opened)),
        index(std::move(opened_index)),
        pipeline(environment.telemetry(), configuration.service.pool()),
        indexer(store, *index, signal, environment.log, environment.metrics),
        numbers(store, environment.log, environment.metrics),
        caller(environment.telemetry()),
        service(store, *index, signal, environment.clock, environment.page_tokens, environment.currency, numbers, pipeline) {}

  // The services that store names of books.
  std::map<std::string, BookNumbers::Ask> BookNumberPeers(const runtime::Peers& peers) const {
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
  configuration_.service.AddTo(options, "the books");
  options.Add("alone", &configuration_.alone,
              "No shop belongs to this catalogue: on start nobody is asked whether they name books that an older copy has lost.");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(configuration_.service.Check(name()));
  const std::filesystem::path folder = environment.data_dir / name();
  std::unique_ptr<db::Database> database = TRY(runtime::OpenDatabase(
      environment, name(), configuration_.service.database_url, Migrations(), static_cast<int>(configuration_.service.threads)));
  const std::string catalogue = SqlStore(*database).CatalogueId(NewUuid(environment.clock, environment.random));
  std::unique_ptr<SearchIndex> index = TRY(SearchIndex::Open(folder / "search", catalogue));
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database), std::move(index));
  return Ok();
}

std::vector<rpc::Service*> Module::services() { return {&serving_->service}; }

Status Module::Start(const runtime::Peers& peers) {
  const auto asked = configuration_.alone ? std::map<std::string, BookNumbers::Ask>() : serving_->BookNumberPeers(peers);
  serving_->ask.emplace(background::Repeater::Options{.name = "book_numbers", .interval = background::kWatchInterval},
                        serving_->log, serving_->metrics,
                        [this, asked](const std::stop_token&) { serving_->numbers.AskAll(asked); });
  serving_->indexer.Start();
  if (serving_->database->dialect() == db::Dialect::kPostgres) {
    serving_->watch.emplace(
        background::Repeater::Options{.name = "change_watch", .interval = background::kWatchInterval}, serving_->log,
        serving_->metrics,
        background::NotifyOfNew([&store = serving_->store] { return store.LastPosition(); }, serving_->signal));
  }
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->watch.reset();
  serving_->ask.reset();
  serving_->indexer.Stop();
}

void Module::Stop() { serving_.reset(); }

}  // namespace octavo::catalog
