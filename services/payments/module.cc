#include "services/payments/module.h"

#include <sodium.h>

#include <algorithm>
#include "services/payments/migrations.h"

namespace octavo::payments {
namespace {

constexpr std::chrono::milliseconds kNoticeBudget(1000);
// Late answers may hold one thread in eight.
constexpr std::int64_t kThreadsPerLateAnswer = 8;

}  // namespace

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::Database> opened)
    : environment(environment),
      database(std::move(opened)),
      caller(environment.telemetry()),
      sandbox(store, environment.clock,
              {.late_after = configuration.late_after,
               .late_max = static_cast<int>(std::max<std::int64_t>(1, configuration.service.threads / kThreadsPerLateAnswer))},
              [this](const Charge& charge) {
                if (notifier) notifier->Tell(charge);
              }),
      pipeline(environment.telemetry(), configuration.service.pool()),
      service(sandbox, store, environment.clock, environment.page_tokens, pipeline) {}

void Module::Configure(runtime::Options::Group options) {
  configuration_.service.AddTo(options, "charges and refunds");
  options.Add("notice_key", &configuration_.notice_key,
              "Signs the notices to transactions, which has the same key; empty: none are sent.");
  options.Add("late_after", &configuration_.late_after, "How long the token tok_late holds its answer back.");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(configuration_.service.Check(name()));
  if (sodium_init() < 0) {
    return Error{Code::kInternal, "NO_SODIUM", "libsodium does not start on this machine"};
  }
  std::unique_ptr<db::Database> database =
      TRY(runtime::OpenDatabase(environment, name(), configuration_.service.database_url, Migrations()));
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database));
  return Ok();
}

Status Module::Serving::Deliver(const Notice& notice) {
  transactions::v1::NotifyPaymentRequest request;
  request.set_body(notice.body);
  request.set_signature(notice.signature);
  TRY(caller.Invoke(*transactions, &transactions::v1::TransactionsService::StubInterface::NotifyPayment, request,
                    {.budget = kNoticeBudget}));
  return Ok();
}

Status Module::Start(const runtime::Peers& peers) {
  if (!configuration_.notice_key.empty()) {
    serving_->transactions = transactions::v1::TransactionsService::NewStub(peers.To("transactions"));
    serving_->notifier.emplace(
        configuration_.notice_key, [serving = serving_.get()](const Notice& notice) { return serving->Deliver(notice); },
        serving_->environment.log, serving_->environment.metrics, Notifier::Options{});
  }
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->sandbox.Stop();
  serving_->pipeline.Close();
  serving_->notifier.reset();
}

}  // namespace octavo::payments
