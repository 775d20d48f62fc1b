#include "lib/background/worker_state.h"

namespace octavo::background {
namespace {

obs::Counter& Turns(const std::string& name, const char* outcome, obs::Metrics& metrics) {
  return metrics.Counter("background_turns_total", "Turns of each background worker", {{"worker", name}, {"outcome", outcome}});
}

obs::Gauge& FailingWorkers(obs::Metrics& metrics) {
  return metrics.Gauge("background_workers_failing", "How many background workers failed in their last turn");
}

}  // namespace

WorkerState::WorkerState(const std::string& name, obs::Metrics& metrics)
    : done_(Turns(name, "done", metrics)),
      failed_(Turns(name, "failed", metrics)),
      is_failing_(
          metrics.Gauge("background_worker_failing", "Whether the last turn of a background worker failed", {{"worker", name}})),
      failing_workers_(FailingWorkers(metrics)) {}

WorkerState::~WorkerState() { SetFailing(false); }

void WorkerState::Succeeded() {
  done_.Increment();
  SetFailing(false);
}

bool WorkerState::Failed() {
  failed_.Increment();
  const bool is_first = !failing_;
  SetFailing(true);
  return is_first;
}

void WorkerState::SetFailing(bool failing) {
  if (failing_.exchange(failing) == failing) return;
  is_failing_.Set(failing ? 1 : 0);
  failing_workers_.Increment(failing ? 1 : -1);
}

bool AnyWorkerFailing(obs::Metrics& metrics) { return FailingWorkers(metrics).Value() > 0; }

}  // namespace octavo::background
