// kill_loop: the services as processes of their own; buyers buy, pay, cancel and double-click; a service chosen at random is
// killed with SIGKILL every moment and started again. After every so many kills the buyers are sent home, and then every order
// that one was told of is there exactly once, nothing is under way for longer than five seconds, and the audit is clean.
//
//     build/release/bin/kill_loop                             # 500 kills, 64 buyers; some minutes
//     build/release/bin/kill_loop --kills=50 --seed=7
//     build/release/bin/kill_loop --broken=answers-before-commit --look_every=2 --expect_caught
//
// Exit codes: 0 as it should be, 1 not, 2 it could not be tried.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "apps/octavo/audit/audit.h"
#include "lib/testing/temp_dir.h"
#include "tests/campaigns/load_generator.h"
#include "tests/campaigns/selling_shop.h"
#include "tests/campaigns/service_processes.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;

struct Settings {
  int kills = 500;
  int look_every = 100;  // Kills between two looks at the stores.
  int buyers = 64;
  std::uint64_t seed = 0;
  int think_ms = 50;  // Between a buyer's purchases: time for a killed service to start, on a small machine.
  int stuck_after_s = 5;
  int seconds_max = 1800;
  std::string programs;
  std::string broken;
  std::string only;  // Not empty: kills no other service.
  bool expect_caught = false;
};

constexpr std::int64_t kCopies = 500'000;
constexpr std::int64_t kPriceMinor = 1000;
constexpr std::int64_t kReducedMinor = 900;
// The machine that this runs on may be busy: a checkout that does not come for so long is not slow but stuck.
constexpr auto kNoCheckoutMax = 30s;
constexpr std::size_t kProblemsShownMax = 20;

double Milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

class KillLoop {
 public:
  explicit KillLoop(const Settings& settings)
      : settings_(settings),
        random_(settings.seed),
        log_(obs::Log::Silent(clock_)),
        processes_({settings.programs, folder_.path(), settings.broken}),
        buyer_(processes_, {*log_, metrics_, tracer_, clock_, &owner_}) {}

  // Until all kills, or the first look that finds something.
  void Run();
  void Report() const;

  // What the shop did wrong.
  bool caught() const { return !problems_.empty(); }
  // Not empty: why there are fewer kills than asked for, though nothing was wrong.
  const std::string& broken_off() const { return broken_off_; }

 private:
  LoadGenerator::World Furnish();
  void KillSome(LoadGenerator& load);
  void KillOne();
  void LookAtStores();
  void Audit(audit::Stores& stores, Moment until);
  void CompareWithOrders(audit::Stores& stores);
  bool GoesOn() const { return kills_ < settings_.kills && problems_.empty() && broken_off_.empty(); }
  void Problem(const std::string& problem) { problems_.push_back(problem); }

  const Settings settings_;
  const TempDir folder_;
  SeededRandom random_;
  SystemRandom keys_;
  SystemClock clock_;
  const std::unique_ptr<obs::Log> log_;
  obs::Metrics metrics_;
  const obs::Tracer tracer_;
  const identity::Workload owner_ = OwnerOf(folder_.path(), clock_);
  ServiceProcesses processes_;
  Buyer buyer_;
  BuyerRecord record_;
  int kills_ = 0;
  std::map<std::string, std::vector<double>> recovery_ms_;  // By service.
  std::vector<double> settle_ms_;
  std::vector<std::string> problems_;
  std::string broken_off_;
};

void KillLoop::Run() {
  const Moment until = clock_.MonotonicNow() + std::chrono::seconds(settings_.seconds_max);
  LoadGenerator load(Furnish(), record_);
  while (GoesOn()) {
    KillSome(load);
    LookAtStores();
    fmt::print("{} kills, {} orders acknowledged, settled within {:.0f} ms\n", kills_, record_.orders().size(),
               settle_ms_.back());
    std::fflush(stdout);
    if (GoesOn() && clock_.MonotonicNow() > until) broken_off_ = fmt::format("{} s are over", settings_.seconds_max);
  }
}

LoadGenerator::World KillLoop::Furnish() {
  const std::string book = buyer_.AddBook(kPriceMinor, kCopies);
  promotions::v1::Campaign campaign;
  campaign.set_display_name("Ten percent");
  campaign.mutable_percent_off()->set_basis_points(1000);
  campaign.add_codes("TEN");
  buyer_.AddCampaign(campaign);
  return {.buyer = buyer_,
          .book = book,
          .price_minor = kReducedMinor,
          .code = "TEN",
          .think = std::chrono::milliseconds(settings_.think_ms),
          .seed = settings_.seed};
}

// While buyers buy.
void KillLoop::KillSome(LoadGenerator& load) {
  load.Start(settings_.buyers);
  if (!record_.WaitForCheckoutAfter(clock_.MonotonicNow(), kNoCheckoutMax)) Problem("there is no checkout at all");
  for (int i = 0; i < settings_.look_every && GoesOn() && record_.problems().empty(); ++i) KillOne();
  load.Stop();
  for (const std::string& problem : record_.problems()) Problem(problem);
}

void KillLoop::KillOne() {
  const auto& services = ServiceProcesses::services();
  const std::string victim = settings_.only.empty() ? services[random_.Below(services.size())] : settings_.only;
  const Moment killed = clock_.MonotonicNow();
  processes_.Kill(victim);
  ++kills_;
  processes_.Start(victim);
  if (!record_.WaitForCheckoutAfter(killed, kNoCheckoutMax)) {
    return Problem(fmt::format("no checkout within {} s after the end of {}", kNoCheckoutMax.count(), victim));
  }
  recovery_ms_[victim].push_back(Milliseconds(clock_.MonotonicNow() - killed));
  if (const std::string dead = processes_.FindDead(); !dead.empty()) broken_off_ = dead + " ended by itself";
  Pause(std::chrono::milliseconds(random_.Below(100)));
}

// Nobody buys or kills any more: what is under way ends by itself, and then all stores tell one story.
void KillLoop::LookAtStores() {
  audit::Stores stores(audit::UrlsUnder(folder_.path()), keys_);
  const Moment began = clock_.MonotonicNow();
  const Moment until = began + std::chrono::seconds(settings_.stuck_after_s);
  const auto idle = [&] {
    return stores.transactions.DueIntents(Timestamp::max(), 1).empty() &&
           stores.transactions.DueEffects(Timestamp::max(), 1).empty() &&
           stores.promotions.OrderPosition() == stores.transactions.LastPosition();
  };
  while (!idle() && clock_.MonotonicNow() < until) Pause(20ms);
  settle_ms_.push_back(Milliseconds(clock_.MonotonicNow() - began));
  if (!idle()) Problem(fmt::format("something is under way {} s after the last buyer left", settings_.stuck_after_s));
  Audit(stores, until);
  CompareWithOrders(stores);
}

// Until it is clean or time is up: carts are the last to follow.
void KillLoop::Audit(audit::Stores& stores, Moment until) {
  audit::Options options{.limit = 0s};
  for (const auto& [key, order] : record_.orders()) options.acknowledged.push_back(order);
  while (true) {
    const bool last = clock_.MonotonicNow() > until;
    const audit::Ledger ledger = audit::AuditShop(stores, clock_, options);
    if (ledger.clean()) return;
    if (last) return Problem(fmt::format("the audit after {} kills:\n{}", kills_, ledger.Text()));
    Pause(20ms);
  }
}

// One order for each acknowledged key, none for a refused one, at most one for one that was abandoned, and no others.
void KillLoop::CompareWithOrders(audit::Stores& stores) {
  std::int64_t expected = 0;
  const auto placed = [&](const std::string& key) -> std::string {
    const auto intent = stores.transactions.FindIntent("guest/" + key);
    const bool there = intent && intent->state == transactions::Intent::State::kPlaced;
    return there ? "orders/" + intent->draft.id.value() : "";
  };
  for (const auto& [key, order] : record_.orders()) {
    ++expected;
    if (placed(key) != order) Problem(key + " was acknowledged as " + order + ", but is \"" + placed(key) + "\"");
  }
  for (const std::string& key : record_.refused()) {
    if (!placed(key).empty()) Problem(key + " was refused, but is " + placed(key));
  }
  for (const std::string& key : record_.abandoned()) expected += placed(key).empty() ? 0 : 1;
  const std::int64_t orders = stores.transactions.ReadLogFacts().order_count;
  if (orders != expected) Problem(fmt::format("there are {} orders, not {}", orders, expected));
}

void KillLoop::Report() const {
  std::vector<double> all;
  fmt::print("{:<14}{:>7}{:>12}{:>12}{:>12}\n", "killed", "times", "p50 ms", "p99 ms", "max ms");
  const auto line = [](const std::string& name, const std::vector<double>& values) {
    fmt::print("{:<14}{:>7}{:>12.0f}{:>12.0f}{:>12.0f}\n", name, values.size(), Percentile(values, 0.5), Percentile(values, 0.99),
               Percentile(values, 1));
  };
  for (const auto& [service, values] : recovery_ms_) {
    line(service, values);
    all.insert(all.end(), values.begin(), values.end());
  }
  line("any", all);
  fmt::print("acknowledged {}, abandoned {}, settled within {:.0f} ms at most", record_.orders().size(),
             record_.abandoned().size(), Percentile(settle_ms_, 1));
  for (const auto& [reason, count] : record_.refusals()) fmt::print(", {} {}", reason, count);
  fmt::print("\n");
  for (std::size_t i = 0; i < std::min(problems_.size(), kProblemsShownMax); ++i) fmt::print("PROBLEM {}\n", problems_[i]);
  if (problems_.size() > kProblemsShownMax) fmt::print("and {} more\n", problems_.size() - kProblemsShownMax);
  if (!broken_off_.empty()) fmt::print("broken off after {} kills: {}\n", kills_, broken_off_);
  if (problems_.empty()) fmt::print("{} kills: every order is there exactly once, the audit is clean\n", kills_);
}

int Main(int argc, char** argv) {
  Settings settings;
  settings.seed = SystemRandom().Below(1'000'000);
  settings.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  CLI::App app("Kills services at random while buyers buy, and looks whether anything was lost or doubled.", "kill_loop");
  app.add_option("--kills", settings.kills)->capture_default_str();
  app.add_option("--look_every", settings.look_every, "Kills between two looks at the stores.")->capture_default_str();
  app.add_option("--buyers", settings.buyers)->capture_default_str();
  app.add_option("--seed", settings.seed, "Which services are killed, and what is bought.");
  app.add_option("--think_ms", settings.think_ms, "Between a buyer's purchases, on average.")->capture_default_str();
  app.add_option("--stuck_after_s", settings.stuck_after_s, "What is under way for longer is stuck.")->capture_default_str();
  app.add_option("--seconds_max", settings.seconds_max, "Then it is broken off.")->capture_default_str();
  app.add_option("--broken", settings.broken, "A variant of octavo-broken.");
  app.add_option("--only", settings.only, "Kills no other service.")->check(CLI::IsMember(ServiceProcesses::services()));
  app.add_flag("--expect_caught", settings.expect_caught, "Succeeds when something is found.");
  CLI11_PARSE(app, argc, argv);
  fmt::print("kill_loop --kills={} --look_every={} --buyers={} --seed={}{}\n", settings.kills, settings.look_every,
             settings.buyers, settings.seed, settings.broken.empty() ? "" : " --broken=" + settings.broken);
  std::fflush(stdout);
  KillLoop loop(settings);
  loop.Run();
  loop.Report();
  if (settings.expect_caught) fmt::print("{}\n", loop.caught() ? "caught" : "NOT caught");
  if (!loop.broken_off().empty()) return 2;
  return loop.caught() == settings.expect_caught ? 0 : 1;
}

}  // namespace
}  // namespace octavo::campaigns

int main(int argc, char** argv) { return octavo::campaigns::Main(argc, argv); }
