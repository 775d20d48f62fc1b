#include "services/accounts/peer_tasks.h"

#include <algorithm>

#include "lib/obs/older_copy.h"

namespace octavo::accounts {

PeerTaskWorker::PeerTaskWorker(Store& store, PeerServices& peers, ChangeSignal& tasks_added, const Clock& clock, obs::Log& log,
                               obs::Metrics& metrics, Options options)
    : store_(store),
      peers_(peers),
      clock_(clock),
      log_(log),
      done_(metrics.Counter("accounts_errands_done_total", "What other services did about a customer")),
      failed_(metrics.Counter("accounts_errands_failed_total", "What they could not do yet; it is tried again")),
      older_copy_(obs::OlderCopy(metrics, "accounts")),
      options_(options),
      repeater_({.name = "accounts_errands", .interval = options.look_every}, log, metrics,
                [this](const std::stop_token& stop) {
                  looked_back_ = looked_back_ || LookBack();
                  RunDue(stop);
                }),
      subscription_(tasks_added.Listen([this] { repeater_.Ring(); })) {}

bool PeerTaskWorker::LookBack() {
  const Result<KnownElsewhere> known = peers_.ReadKnown();
  if (!known.ok()) return false;
  const std::int64_t again = store_.EraseAgain(known->erased, clock_.Now());
  const bool lost = known->last && !store_.Knows(*known->last);
  if (again > 0 || lost) {
    older_copy_.Set(lost ? 1 : 0);
    log_.Warn("older_copy_found", {{"store", "accounts"},
                                   {"erased_again", again},
                                   {"first_left", lost ? "customers/" + known->last->value() : ""},
                                   {"what", "an older copy of the accounts was put back; octavo audit names who is lost"}});
  }
  store_.AskToEraseAgain(clock_.Now() - options_.erased_again);
  return true;
}

void PeerTaskWorker::RunDue(const std::stop_token& stop) {
  for (const PeerTask& task : store_.DueTasks(clock_.Now(), options_.tasks_max)) {
    if (stop.stop_requested()) return;
    Do(task);
  }
}

void PeerTaskWorker::Do(const PeerTask& task) {
  const bool claim = task.kind == PeerTask::Kind::kClaimGuestOrders;
  const Status done = claim ? peers_.ClaimGuestOrders(task.customer, task.email) : peers_.Erase(task.customer, task.email);
  if (done.ok()) {
    store_.FinishTask(task);
    done_.Increment();
    return;
  }
  failed_.Increment();
  const auto doublings = std::min<std::int64_t>(task.failed_count, 20);
  const auto pause = std::min(options_.pause_first * (std::int64_t{1} << doublings), options_.pause_max);
  store_.PutOffTask(task, clock_.Now() + pause);
  // The first failures may come from a service that is just starting.
  if (task.failed_count != 2) return;
  log_.Warn("errand_put_off", {{"kind", claim ? "claim_guest_orders" : "erase"}, {"why", ToString(done.error())}});
}

}  // namespace octavo::accounts
