#include "services/accounts/courier.h"

#include <algorithm>

#include "lib/obs/older_copy.h"

namespace octavo::accounts {

Courier::Courier(Store& store, Neighbours& neighbours, ChangeSignal& errands, const Clock& clock, obs::Log& log,
                 obs::Metrics& metrics, Options options)
    : store_(store),
      neighbours_(neighbours),
      clock_(clock),
      log_(log),
      done_(metrics.Counter("accounts_errands_done_total", "What other services did about a customer")),
      failed_(metrics.Counter("accounts_errands_failed_total", "What they could not do, and is tried again")),
      older_copy_(obs::OlderCopy(metrics, "accounts")),
      options_(options),
      repeater_({.name = "accounts_errands", .interval = options.look_every}, log, metrics,
                [this](const std::stop_token& stop) {
                  looked_back_ = looked_back_ || LookBack();
                  RunDue(stop);
                }),
      subscription_(errands.Listen([this] { repeater_.Ring(); })) {}

bool Courier::LookBack() {
  const Result<KnownElsewhere> known = neighbours_.ReadKnown();
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

void Courier::RunDue(const std::stop_token& stop) {
  for (const Errand& errand : store_.DueErrands(clock_.Now(), options_.errands_max)) {
    if (stop.stop_requested()) return;
    Do(errand);
  }
}

void Courier::Do(const Errand& errand) {
  const bool claim = errand.kind == Errand::Kind::kClaimGuestOrders;
  const Status done =
      claim ? neighbours_.ClaimGuestOrders(errand.customer, errand.email) : neighbours_.Erase(errand.customer, errand.email);
  if (done.ok()) {
    store_.FinishErrand(errand);
    done_.Increment();
    return;
  }
  failed_.Increment();
  const auto doublings = std::min<std::int64_t>(errand.failed_count, 20);
  const auto pause = std::min(options_.pause_first * (std::int64_t{1} << doublings), options_.pause_max);
  store_.PutOffErrand(errand, clock_.Now() + pause);
  // The first may be a neighbour that is just starting.
  if (errand.failed_count != 2) return;
  log_.Warn("errand_put_off", {{"kind", claim ? "claim_guest_orders" : "erase"}, {"why", ToString(done.error())}});
}

}  // namespace octavo::accounts
