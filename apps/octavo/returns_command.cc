#include "apps/octavo/returns_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "lib/base/money.h"
#include "lib/identity/tool.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/client.h"
#include "lib/rpc/tls.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"

namespace octavo {
namespace {

namespace v1 = transactions::v1;
using Stub = v1::TransactionsService::StubInterface;

constexpr std::chrono::seconds kBudget{10};
constexpr int kPageSize = 100;

struct Settings {
  std::string address = "127.0.0.1:50051";
  rpc::TlsFiles tls;
  identity::ToolOptions identity;
  std::string name;
  std::string answer;
  bool restock = false;
};

int Fail(const Error& error) {
  std::fprintf(stderr, "octavo returns: %s\n", error.message.c_str());
  return 1;
}

const char* StateName(v1::Return::State state) {
  switch (state) {
    case v1::Return::STATE_REQUESTED: return "requested";
    case v1::Return::STATE_ACCEPTED: return "accepted";
    case v1::Return::STATE_REJECTED: return "rejected";
    case v1::Return::STATE_RECEIVED: return "received";
    default: return "unknown";
  }
}

// "12.90 EUR".
std::string Written(const type::v1::Money& money) {
  const Result<Currency> currency = Currency::Parse(money.currency_code());
  return currency.ok() ? ToString(Money(money.minor(), *currency)) : std::to_string(money.minor());
}

// One return: its name for the next step, and what the shop wants to know to decide.
void Print(const v1::Order& order, const v1::Return& given_back) {
  std::printf("%s  order %s  %s\n", given_back.name().c_str(), order.number().c_str(), StateName(given_back.state()));
  for (const v1::OrderItem& item : given_back.items()) {
    std::string title = item.book();
    for (const v1::OrderLine& line : order.lines()) title = line.book() == item.book() ? line.title() : title;
    std::printf("    %lld of %s\n", static_cast<long long>(item.quantity()), title.c_str());
  }
  if (!given_back.reason().empty()) std::printf("    the buyer says: %s\n", given_back.reason().c_str());
  if (!given_back.answer().empty()) std::printf("    the shop said: %s\n", given_back.answer().c_str());
  if (given_back.has_amount()) {
    std::printf("    given back: %s\n", Written(given_back.amount()).c_str());
  }
}

int List(const rpc::Caller& caller, Stub& stub) {
  v1::ListOrdersRequest request;
  request.set_as_staff(true);
  request.set_with_open_returns(true);
  request.set_page_size(kPageSize);
  do {
    const auto page = caller.Invoke(stub, &Stub::ListOrders, request, {.budget = kBudget});
    if (!page.ok()) return Fail(page.error());
    for (const v1::Order& order : page->orders()) {
      for (const v1::Return& given_back : order.returns()) {
        const bool is_open =
            given_back.state() == v1::Return::STATE_REQUESTED || given_back.state() == v1::Return::STATE_ACCEPTED;
        if (is_open) Print(order, given_back);
      }
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return 0;
}

// What became of the return that the step was about.
int PrintStep(const Result<v1::Order>& order, const std::string& name) {
  if (!order.ok()) return Fail(order.error());
  for (const v1::Return& given_back : order->returns()) {
    if (given_back.name() == name) Print(*order, given_back);
  }
  return 0;
}

}  // namespace

int RunReturns(const std::vector<std::string>& arguments) {
  Settings settings;
  CLI::App app("Returned books in a running shop: what waits for an answer, and the steps that staff do.", "octavo returns");
  app.add_option("--address", settings.address, "Where transactions listen (gRPC).")->capture_default_str();
  rpc::AddTlsOptions(app, settings.tls);
  identity::AddToolOptions(app, settings.identity);
  app.require_subcommand(1);
  const auto add_step = [&](const char* name, const char* about) {
    auto* step = app.add_subcommand(name, about)->fallthrough();
    step->add_option("name", settings.name, "The return, as the list names it: orders/…/returns/1.")->required();
    return step;
  };
  const auto* list = app.add_subcommand("list", "The returns that wait for the shop.")->fallthrough();
  const auto* accept = add_step("accept", "Agree; the buyer then sends the books.");
  auto* reject = add_step("reject", "Do not agree, and tell the buyer why.");
  reject->add_option("--answer", settings.answer, "Why, for the buyer.")->required();
  auto* receive = add_step("receive", "The books are here: the money goes back.");
  receive->add_flag("--restock", settings.restock, "They go on the shelf again.");
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // As CLI11 wants them.
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  const SystemClock clock;
  const auto log = obs::Log::ToStandardError(clock, obs::Level::kWarn, obs::LogFormat::kLogfmt);
  obs::Metrics metrics;
  const obs::Tracer tracer;
  const identity::Workload workload = identity::WorkloadOfTool(settings.identity, clock);
  const rpc::Caller caller({*log, metrics, tracer, clock, &workload});
  const auto credentials = rpc::MakeChannelCredentials(settings.tls);
  if (!credentials.ok()) return Fail(credentials.error());
  const auto stub = v1::TransactionsService::NewStub(rpc::Connect({.target = settings.address, .credentials = *credentials}));
  if (list->parsed()) return List(caller, *stub);
  if (accept->parsed()) {
    v1::AcceptReturnRequest request;
    request.set_name(settings.name);
    return PrintStep(caller.Invoke(*stub, &Stub::AcceptReturn, request, {.budget = kBudget}), settings.name);
  }
  if (reject->parsed()) {
    v1::RejectReturnRequest request;
    request.set_name(settings.name);
    request.set_answer(settings.answer);
    return PrintStep(caller.Invoke(*stub, &Stub::RejectReturn, request, {.budget = kBudget}), settings.name);
  }
  v1::ReceiveReturnRequest request;
  request.set_name(settings.name);
  request.set_restock(settings.restock);
  return PrintStep(caller.Invoke(*stub, &Stub::ReceiveReturn, request, {.budget = kBudget}), settings.name);
}

}  // namespace octavo
