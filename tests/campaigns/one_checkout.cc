#include "tests/campaigns/one_checkout.h"

#include <fmt/format.h>

#include "tests/campaigns/flaws.h"

namespace octavo::campaigns {
namespace {

constexpr const char* kScenarioNames[] = {"buys", "is declined", "cancels", "starts and stops"};
constexpr const char* kFaultNames[] = {"power cut", "kill", "EIO", "ENOSPC", "short write", "failed sync", "ignored sync"};

// A refusal names its reason; what is said without one helps nobody.
void Hear(const Status& status, const Purchase& purchase, Outcome& outcome) {
  if (status.ok() || purchase.refused) return;
  outcome.refusals.push_back(status.error());
  if (status.error().reason.empty()) outcome.violations.push_back("a refusal without a reason: " + ToString(status.error()));
}

void Live(SmallShop& shop, Scenario scenario, std::vector<Purchase>& purchases, Outcome& outcome) {
  if (scenario == Scenario::kStartsAndStops) return;
  Purchase& purchase = purchases.front();
  Hear(shop.Buy(purchase), purchase, outcome);
  if (scenario == Scenario::kCancels && purchase.placed) {
    Hear(shop.Cancel(purchase), purchase, outcome);
    shop.Settle();
  }
}

}  // namespace

std::string ToString(const Point& point) {
  return fmt::format("reader {}, {} at call {}{}{}", kScenarioNames[static_cast<int>(point.scenario)],
                     kFaultNames[static_cast<int>(point.fault)], point.at, point.after.power_loss ? ", then the power goes" : "",
                     point.after.reader_returns ? ", then the same key" : ", then recovery alone");
}

OneCheckout::OneCheckout() {
  FakeClock clock;
  SeededRandom random(1);
  const Flaw flaw = NoFlaw();
  SmallShop({disk_, folder_, clock, random, flaw}).Furnish();
  furnished_ = disk_.Save();
}

Outcome OneCheckout::Run(const Point& point, const Flaw& flaw) {
  FakeClock clock;
  SeededRandom random(++runs_);  // Another order id each time.
  const SmallShop::World world{disk_, folder_, clock, random, flaw};
  disk_.Load(furnished_);
  purchases_ = {{.number = 1,
                 .items = {{BookId(1), 2}, {BookId(2), 1}},
                 .token = point.scenario == Scenario::kIsDeclined ? "tok_decline" : "tok_approve"}};
  Outcome outcome = Suffer(point, world);
  if (!outcome.happened) return outcome;
  disk_.Halt();
  point.after.power_loss ? disk_.RestartAfterPowerLoss(random) : disk_.Restart();
  Mend(point, world, outcome);
  return outcome;
}

Outcome OneCheckout::Suffer(const Point& point, const SmallShop::World& world) {
  Outcome outcome;
  const auto begin = [&] { disk_.Break(point.fault, point.at); };
  if (point.scenario == Scenario::kStartsAndStops) begin();
  try {
    SmallShop shop(world);
    if (point.scenario != Scenario::kStartsAndStops) begin();
    Live(shop, point.scenario, purchases_, outcome);
    outcome.happened = disk_.broke();
    if (point.scenario == Scenario::kStartsAndStops) return outcome;
    // The disk is well again, and the process has come through: it goes on without a restart, and is killed one day.
    if (!disk_.halted() && point.fault != FakeDisk::Fault::kSyncIgnored) {
      disk_.Heal();
      LookAround(shop, outcome);
    }
    disk_.Halt();
  } catch (const ProcessEnded&) {
    outcome.ended = true;
  } catch (const Failure& failure) {
    outcome.ended = true;  // It did not start, and says why.
  }
  outcome.happened = disk_.broke();
  return outcome;
}

void OneCheckout::Mend(const Point& point, const SmallShop::World& world, Outcome& outcome) {
  try {
    SmallShop shop(world);
    LookAround(shop, outcome);
    if (point.scenario == Scenario::kStartsAndStops || !point.after.reader_returns) return;
    Purchase& purchase = purchases_.front();
    const bool knew = purchase.done();
    const Status bought = shop.Buy(purchase);
    if (!bought.ok() && !purchase.refused) outcome.violations.push_back("refused again: " + ToString(bought.error()));
    if (!knew) {
      const char* const expected = point.scenario == Scenario::kIsDeclined ? "PAYMENT_DECLINED" : "";
      const std::string answer = purchase.refused ? purchase.refused->reason : "";
      if (answer != expected) outcome.violations.push_back("the same key again is answered by " + answer);
    }
    LookAround(shop, outcome);
  } catch (const ProcessEnded&) {
    outcome.violations.push_back("the disk fails that should not");
  } catch (const Failure& failure) {
    outcome.violations.push_back(std::string("the shop does not start again: ") + failure.what());
  }
}

void OneCheckout::LookAround(SmallShop& shop, Outcome& outcome) {
  shop.Settle();
  for (std::string& violation : shop.Violations(purchases_)) outcome.violations.push_back(std::move(violation));
}

}  // namespace octavo::campaigns
