// kill_loop: the services as processes of their own; buyers buy, pay, cancel and double-click; a service chosen at random is
// killed with SIGKILL every moment and started again. Afterwards every order that a buyer was told of is there exactly once,
// nothing is under way for longer than five seconds, and the audit is clean.
//
//     build/release/bin/kill_loop                             # 500 kills, 64 buyers; some minutes
//     build/release/bin/kill_loop --kills=50 --seed=7
//     build/release/bin/kill_loop --broken=answers-before-commit --expect-caught
//
// Exit codes: 0 as it should be, 1 not.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "apps/octavo/audit/audit.h"
#include "lib/testing/temp_dir.h"
#include "tests/campaigns/fleet.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;
using Moment = std::chrono::steady_clock::time_point;

struct Settings {
  int kills = 500;
  int buyers = 64;
  std::uint64_t seed = 0;
  int think_ms = 50;  // Between a buyer's purchases: time for a killed service to start, on a small machine.
  double seconds_max = 900;
  std::string programs;
  std::string broken;
  std::string only;  // Not empty: kills no other service.
  bool expect_caught = false;
};

constexpr std::int64_t kPriceMinor = 900;  // 1,000 less the campaign.
// No longer than this without a checkout, or under way.
constexpr auto kStuckAfter = 5s;
// The machine that the test runs on may be busy: a checkout that does not come for so long is not slow but stuck.
constexpr auto kNoCheckoutMax = 30s;
constexpr int kKillsPerAudit = 100;

double Milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// What the buyers were told. Thread-safe.
class Told {
 public:
  // An order that was begun at `began`.
  void Acknowledged(const std::string& key, const std::string& order, Moment began) {
    const std::lock_guard lock(mutex_);
    const auto [known, first] = orders_.emplace(key, order);
    if (!first && known->second != order) problems_.push_back(key + " was " + known->second + " and is " + order + " now");
    last_began_ = std::max(last_began_, began);
    changed_.notify_all();
  }
  void Refused(const std::string& key, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    ++refusals_[reason];
    if (orders_.contains(key)) problems_.push_back(key + " was acknowledged, and then refused: " + reason);
    refused_.insert(key);
  }
  // Asked once, got no answer, and went away.
  void Abandoned(const std::string& key) {
    const std::lock_guard lock(mutex_);
    abandoned_.insert(key);
  }
  void Problem(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    problems_.push_back(problem);
  }
  // Waits for a checkout that was begun after `moment`.
  bool WaitForCheckoutAfter(Moment moment, std::chrono::milliseconds wait_max) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, wait_max, [&] { return last_began_ > moment; });
  }

  std::map<std::string, std::string> orders() const { return Copy(orders_); }
  std::map<std::string, int> refusals() const { return Copy(refusals_); }
  std::set<std::string> refused() const { return Copy(refused_); }
  std::set<std::string> abandoned() const { return Copy(abandoned_); }
  std::vector<std::string> problems() const { return Copy(problems_); }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [key, order] : orders()) names.push_back(order);
    return names;
  }

 private:
  template <typename T>
  T Copy(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> orders_;  // By key. Guarded by mutex_, as all below.
  std::map<std::string, int> refusals_;
  std::set<std::string> refused_;
  std::set<std::string> abandoned_;
  std::vector<std::string> problems_;
  Moment last_began_;
};

// One buyer after the other: half pay by card, of which some are declined; some use the campaign's code (all see its
// price), some go away when they get no answer, some ask again for what they have, some cancel.
class Shopping {
 public:
  Shopping(const Settings& settings, Buyer& buyer, std::string book, Told& told)
      : settings_(settings), buyer_(buyer), book_(std::move(book)), told_(told) {
    for (int i = 0; i < settings.buyers; ++i) threads_.emplace_back([this, i] { Run(i); });
  }
  ~Shopping() { Stop(); }
  void Stop() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void Run(int number) {
    SeededRandom random(settings_.seed + static_cast<std::uint64_t>(number) + 1);
    while (!over_) {
      BuyOnce(random);
      Pause(std::chrono::milliseconds(random.Below(static_cast<std::uint64_t>(2 * settings_.think_ms + 1))));
    }
  }

  void BuyOnce(SeededRandom& random) {
    const std::int64_t number = ++next_;
    Purchase purchase{.key = Key(number),
                      .book = book_,
                      .expected_minor = kPriceMinor,
                      .email = "reader" + std::to_string(number) + "@example.org",
                      .code = "TEN"};
    if (random.Below(2) == 0) purchase.token = random.Below(20) == 0 ? "tok_decline" : "tok_approve";
    if (random.Below(4) == 0) purchase.cart = "carts/v-" + std::to_string(number);
    const Moment began = clock_.MonotonicNow();
    if (random.Below(5) == 0) {
      const auto order = buyer_.TryToBuy(purchase);
      if (!order.ok() && AsksAgain(order.error())) return told_.Abandoned(purchase.key);
    }
    const auto order = buyer_.Buy(purchase);
    if (!order.ok()) {
      if (AsksAgain(order.error())) return told_.Problem(purchase.key + " never got an answer");
      return told_.Refused(purchase.key, order.error().reason);
    }
    told_.Acknowledged(purchase.key, order->name(), began);
    if (random.Below(10) == 0) Again(purchase);
    if (random.Below(10) == 0 && !buyer_.Cancel(order->name()).ok()) told_.Problem(order->name() + " cannot be cancelled");
  }

  void Again(const Purchase& purchase) {
    const auto order = buyer_.Buy(purchase);
    if (order.ok()) {
      told_.Acknowledged(purchase.key, order->name(), {});
    } else if (!AsksAgain(order.error())) {
      told_.Refused(purchase.key, order.error().reason);
    }
  }

  const Settings& settings_;
  Buyer& buyer_;
  const std::string book_;
  Told& told_;
  const SystemClock clock_;
  std::atomic<std::int64_t> next_ = 0;
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

class KillLoop {
 public:
  explicit KillLoop(const Settings& settings)
      : settings_(settings),
        random_(settings.seed),
        log_(obs::Log::Silent(clock_)),
        fleet_({settings.programs, folder_.path(), settings.broken}),
        buyer_(fleet_, {*log_, metrics_, tracer_, clock_}) {}

  // Whether all was as it should be; prints what was not.
  bool Run();

 private:
  void Open();
  bool KillOne();
  void KillAll();
  void Settle();
  void Audit(std::chrono::seconds limit);
  void CompareWithOrders();
  void Report() const;
  void Problem(const std::string& problem) { problems_.push_back(problem); }

  const Settings settings_;
  const TempDir folder_;
  SeededRandom random_;
  SystemRandom keys_;
  SystemClock clock_;
  const std::unique_ptr<obs::Log> log_;
  obs::Metrics metrics_;
  const obs::Tracer tracer_;
  Fleet fleet_;
  Buyer buyer_;
  Told told_;
  std::string book_;
  int kills_ = 0;
  std::map<std::string, std::vector<double>> recovery_ms_;  // By service.
  double settle_ms_ = 0;
  std::vector<std::string> problems_;
};

void KillLoop::Open() {
  book_ = buyer_.AddBook(1000, 500'000);
  promotions::v1::Campaign campaign;
  campaign.set_display_name("Ten percent");
  campaign.mutable_percent_off()->set_basis_points(1000);
  campaign.add_codes("TEN");
  buyer_.AddCampaign(campaign);
}

// False when the shop does not come back.
bool KillLoop::KillOne() {
  const auto& services = Fleet::services();
  const std::string victim = settings_.only.empty() ? services[random_.Below(services.size())] : settings_.only;
  const Moment killed = clock_.MonotonicNow();
  fleet_.Kill(victim);
  ++kills_;
  fleet_.Start(victim);
  if (!told_.WaitForCheckoutAfter(killed, kNoCheckoutMax)) {
    Problem("no checkout within " + std::to_string(kNoCheckoutMax.count()) + " s after the end of " + victim);
    return false;
  }
  recovery_ms_[victim].push_back(Milliseconds(clock_.MonotonicNow() - killed));
  if (const std::string dead = fleet_.FindDead(); !dead.empty()) {
    Problem(dead + " ended by itself");
    return false;
  }
  Pause(std::chrono::milliseconds(random_.Below(100)));
  return true;
}

void KillLoop::KillAll() {
  Shopping shopping(settings_, buyer_, book_, told_);
  const Moment began = clock_.MonotonicNow();
  const auto until = began + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                 std::chrono::duration<double>(settings_.seconds_max));
  if (!told_.WaitForCheckoutAfter(began, kNoCheckoutMax)) return Problem("no checkout at all");
  while (kills_ < settings_.kills && clock_.MonotonicNow() < until && problems_.empty()) {
    if (!KillOne()) return;
    if (kills_ % kKillsPerAudit == 0) Audit(kNoCheckoutMax);
  }
}

// Nobody buys or kills any more: what is under way ends by itself.
void KillLoop::Settle() {
  audit::Stores stores(audit::UrlsUnder(folder_.path()), keys_);
  const Moment began = clock_.MonotonicNow();
  while (clock_.MonotonicNow() - began < kStuckAfter) {
    const bool idle = stores.transactions.DueIntents(Timestamp::max(), 1).empty() &&
                      stores.transactions.DueEffects(Timestamp::max(), 1).empty();
    if (idle && stores.promotions.OrderPosition() == stores.transactions.LastPosition()) break;
    Pause(20ms);
  }
  settle_ms_ = Milliseconds(clock_.MonotonicNow() - began);
}

void KillLoop::Audit(std::chrono::seconds limit) {
  audit::Stores stores(audit::UrlsUnder(folder_.path()), keys_);
  const audit::Ledger ledger = audit::AuditShop(stores, clock_, {.limit = limit, .acknowledged = told_.names()});
  if (!ledger.clean()) Problem("the audit after " + std::to_string(kills_) + " kills:\n" + ledger.Text());
}

// One order for each acknowledged key, none for a refused one, at most one for one that was abandoned, and no others.
void KillLoop::CompareWithOrders() {
  audit::Stores stores(audit::UrlsUnder(folder_.path()), keys_);
  std::int64_t expected = 0;
  const auto placed = [&](const std::string& key) -> std::string {
    const auto intent = stores.transactions.FindIntent("guest/" + key);
    const bool there = intent && intent->state == transactions::Intent::State::kPlaced;
    return there ? "orders/" + intent->draft.id.value() : "";
  };
  for (const auto& [key, order] : told_.orders()) {
    ++expected;
    if (placed(key) != order) Problem(key + " was acknowledged as " + order + ", but is \"" + placed(key) + "\"");
  }
  for (const std::string& key : told_.refused()) {
    if (!placed(key).empty()) Problem(key + " was refused, but is " + placed(key));
  }
  for (const std::string& key : told_.abandoned()) expected += placed(key).empty() ? 0 : 1;
  const std::int64_t orders = stores.transactions.ReadLogFacts().order_count;
  if (orders != expected) Problem(fmt::format("there are {} orders, not {}", orders, expected));
}

void KillLoop::Report() const {
  std::vector<double> all;
  fmt::print("{:<14}{:>7}{:>12}{:>12}{:>12}\n", "killed", "times", "p50 ms", "p99 ms", "max ms");
  const auto line = [](const std::string& name, const std::vector<double>& values) {
    fmt::print("{:<14}{:>7}{:>12.0f}{:>12.0f}{:>12.0f}\n", name, values.size(), Percentile(values, 0.5),
               Percentile(values, 0.99), Percentile(values, 1));
  };
  for (const auto& [service, values] : recovery_ms_) {
    line(service, values);
    all.insert(all.end(), values.begin(), values.end());
  }
  line("any", all);
  fmt::print("acknowledged {}, abandoned {}, settled in {:.0f} ms", told_.orders().size(), told_.abandoned().size(),
             settle_ms_);
  for (const auto& [reason, count] : told_.refusals()) fmt::print(", {} {}", reason, count);
  fmt::print("\n");
}

bool KillLoop::Run() {
  Open();
  KillAll();
  for (const std::string& problem : told_.problems()) Problem(problem);
  Settle();
  Audit(std::chrono::duration_cast<std::chrono::seconds>(kStuckAfter));
  CompareWithOrders();
  Report();
  for (std::size_t i = 0; i < problems_.size() && i < 20; ++i) fmt::print("PROBLEM {}\n", problems_[i]);
  if (problems_.empty() && settings_.broken.empty()) {
    fmt::print("{} kills: every order is there exactly once, the audit is clean\n", kills_);
  }
  return problems_.empty();
}

int Main(int argc, char** argv) {
  Settings settings;
  settings.seed = SystemRandom().Below(1'000'000);
  settings.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  CLI::App app("Kills services at random while buyers buy, and looks whether anything was lost or doubled.", "kill_loop");
  app.add_option("--kills", settings.kills)->capture_default_str();
  app.add_option("--buyers", settings.buyers)->capture_default_str();
  app.add_option("--seed", settings.seed, "Which services are killed, and when.");
  app.add_option("--think_ms", settings.think_ms, "Between a buyer's purchases, on average.")->capture_default_str();
  app.add_option("--seconds_max", settings.seconds_max, "Kills no more after so long.")->capture_default_str();
  app.add_option("--broken", settings.broken, "A variant of octavo-broken-transactions.");
  app.add_option("--only", settings.only, "Kills no other service.")->check(CLI::IsMember(Fleet::services()));
  app.add_flag("--expect-caught", settings.expect_caught, "Succeeds when something was found.");
  CLI11_PARSE(app, argc, argv);
  fmt::print("kill_loop --kills={} --buyers={} --seed={}{}\n", settings.kills, settings.buyers, settings.seed,
             settings.broken.empty() ? "" : " --broken=" + settings.broken);
  std::fflush(stdout);
  const bool sound = KillLoop(settings).Run();
  if (settings.expect_caught) fmt::print("{}\n", sound ? "NOT caught" : "caught");
  return sound == settings.expect_caught ? 1 : 0;
}

}  // namespace
}  // namespace octavo::campaigns

int main(int argc, char** argv) { return octavo::campaigns::Main(argc, argv); }
