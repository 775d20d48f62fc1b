// The power goes, at random moments, while readers buy and cancel: what has not been synced is lost or torn. No order that
// was acknowledged may be lost, nobody charged twice, no equation broken. OCTAVO_TEST_CUTS=10000 says how often (README.md);
// OCTAVO_TEST_SEED repeats a run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <thread>

#include "lib/testing/temp_dir.h"
#include "tests/campaigns/flaws.h"
#include "tests/campaigns/seed.h"
#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {
namespace {

constexpr std::int64_t kCutsInShort = 200;
constexpr std::int64_t kCutsOfAFlaw = 400;  // Within so many it has to be caught.
constexpr int kCutsOfALife = 8;
constexpr int kPurchasesBetweenCuts = 4;
constexpr int kReadersAtOnce = 4;
// lib/db copies the log to the file once it has 1,000 pages, each with 24 bytes before it.
constexpr std::size_t kNearlyFullBytes = 950 * (4096 + 24);
constexpr std::int64_t kCutsPerCutOfTheLog = 8;  // These shops are older, and slower to look through.
// A purchase makes about so many changes to the disk; a start after a cut, as many as two.
constexpr std::uint64_t kChangesOfAPurchase = 90;

std::int64_t Cuts() {
  const char* const text = std::getenv("OCTAVO_TEST_CUTS");
  return text == nullptr ? kCutsInShort : std::strtoll(text, nullptr, 10);
}

struct Tally {
  std::int64_t cuts = 0;
  std::map<std::string, std::int64_t> in_the_middle;  // Of which call; the others came between two.
  std::int64_t placed = 0;                            // Acknowledged, of all lives.
  std::int64_t refused = 0;
  std::vector<std::string> violations;
};

// How a life begins.
struct Past {
  FakeDisk::Image image;
  std::vector<Purchase> purchases;
};

// One shop and its readers, through several losses of power.
class Life {
 public:
  Life(FakeDisk& disk, const std::string& folder, const Flaw& flaw, std::uint64_t seed)
      : disk_(disk), random_(seed), world_{disk, folder, clock_, random_, flaw} {}

  void Run(const Past& past, Tally& tally) {
    disk_.Load(past.image);
    purchases_ = past.purchases;
    for (int cut = 0; cut < kCutsOfALife && tally.violations.empty(); ++cut) {
      LiveUntilTheCut(tally);
      disk_.RestartAfterPowerLoss(random_);
      ++tally.cuts;
      // Not each time, so that the power also goes while the last loss is mended.
      const bool last = cut + 1 == kCutsOfALife;
      if (last || random_.Below(2) == 0) LookAround(tally);
    }
    for (std::size_t i = past.purchases.size(); i < purchases_.size(); ++i) {
      tally.placed += purchases_[i].placed ? 1 : 0;
      tally.refused += purchases_[i].refused ? 1 : 0;
    }
  }

 private:
  void LiveUntilTheCut(Tally& tally) {
    const std::uint64_t changes_max = random_.Below(4) == 0 ? 20 : kPurchasesBetweenCuts * kChangesOfAPurchase;
    disk_.Break(FakeDisk::Fault::kPowerCut, 1 + static_cast<std::int64_t>(random_.Below(changes_max)));
    try {
      SmallShop shop(world_);
      if (random_.Below(2) == 0) shop.Settle();
      Trade(shop, tally);
    } catch (const ProcessEnded&) {
    } catch (const Failure& failure) {
      tally.violations.push_back(std::string("the shop does not start: ") + failure.what());
    }
    if (disk_.broke()) ++tally.in_the_middle[disk_.broke_at()];
    disk_.Halt();
  }

  void Trade(SmallShop& shop, Tally& tally) {
    for (Purchase& purchase : purchases_) {
      // Some readers come back to an order of which they have not heard, some do not.
      if (!purchase.done() && random_.Below(2) == 0) Expect(shop.Buy(purchase), purchase, tally);
    }
    if (world_.flaw.name == NoFlaw().name && random_.Below(4) == 0) return BuyAtOnce(shop, tally);
    for (int i = 0; i < kPurchasesBetweenCuts; ++i) {
      purchases_.push_back(NewPurchase());
      Expect(shop.Buy(purchases_.back()), purchases_.back(), tally);
      Purchase& some = purchases_[random_.Below(purchases_.size())];
      if (random_.Below(4) == 0 && some.placed) Expect(shop.Cancel(some), some, tally);
      if (random_.Below(4) == 0) shop.Settle();
    }
  }

  // Several readers, whose writes share commits. The flaws know only one.
  void BuyAtOnce(SmallShop& shop, Tally& tally) {
    const std::size_t first = purchases_.size();
    for (int i = 0; i < kReadersAtOnce; ++i) purchases_.push_back(NewPurchase());
    std::vector<Status> answers(kReadersAtOnce);
    std::atomic<bool> ended = false;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          answers[i] = shop.Buy(purchases_[first + i]);
        } catch (const ProcessEnded&) {
          ended = true;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < answers.size(); ++i) Expect(answers[i], purchases_[first + i], tally);
    if (ended) throw ProcessEnded();
  }

  Purchase NewPurchase() {
    Purchase purchase{.number = static_cast<int>(purchases_.size()) + 1};
    const std::uint64_t first = random_.Below(SmallShop::kBooks);
    const std::uint64_t books = 1 + random_.Below(2);
    for (std::uint64_t i = 0; i < books; ++i) {
      const auto book = static_cast<std::int64_t>((first + i) % SmallShop::kBooks) + 1;
      purchase.items.push_back({BookId(book), 1 + static_cast<std::int64_t>(random_.Below(2))});
    }
    if (random_.Below(8) == 0) purchase.token = "tok_decline";
    return purchase;
  }

  // Nothing is refused but for a good reason.
  static void Expect(const Status& status, const Purchase& purchase, Tally& tally) {
    if (status.ok() || purchase.refused) return;
    tally.violations.push_back(fmt::format("purchase {}: {}", purchase.number, ToString(status.error())));
  }

  void LookAround(Tally& tally) {
    try {
      SmallShop shop(world_);
      shop.Settle();
      for (std::string& violation : shop.Violations(purchases_)) tally.violations.push_back(std::move(violation));
    } catch (const ProcessEnded&) {
      tally.violations.push_back("the disk fails that should not");
    } catch (const Failure& failure) {
      tally.violations.push_back(std::string("the shop does not start: ") + failure.what());
    }
  }

  FakeDisk& disk_;
  FakeClock clock_;
  SeededRandom random_;
  const SmallShop::World world_;
  std::vector<Purchase> purchases_;
};

class PowerLossTest : public testing::Test {
 protected:
  PowerLossTest() {
    FakeClock clock;
    SeededRandom random(1);
    const Flaw flaw = NoFlaw();
    SmallShop({disk_, folder_, clock, random, flaw}).Furnish();
    first_day_.image = disk_.Save();
  }

  // A shop that has sold so much that the log of its orders is about to be copied to the file: then also this is cut.
  Past LogNearlyFull() {
    FakeClock clock;
    SeededRandom random(1);
    const Flaw flaw = NoFlaw();
    Past past = first_day_;
    disk_.Load(past.image);
    while (past.image[folder_ + "/orders.db-wal"].size() < kNearlyFullBytes) {
      {
        SmallShop shop({disk_, folder_, clock, random, flaw});
        for (int i = 0; i < kPurchasesBetweenCuts; ++i) {
          past.purchases.push_back({.number = static_cast<int>(past.purchases.size()) + 1, .items = {{BookId(1 + i), 1}}});
          CHECK(shop.Buy(past.purchases.back()).ok() || past.purchases.back().refused);
        }
        shop.Settle();
        disk_.Halt();  // Without a clean stop, which would empty the log.
      }
      disk_.Restart();
      past.image = disk_.Save();
    }
    return past;
  }

  // Until so many cuts, or the first violation.
  Tally Cut(const Past& past, const Flaw& flaw, std::int64_t cuts) {
    Tally tally;
    SeededRandom seeds(CampaignSeed());
    while (tally.violations.empty() && tally.cuts < cuts) {
      Life(disk_, folder_, flaw, seeds.Next()).Run(past, tally);
    }
    return tally;
  }

  static std::string Text(const Tally& tally) {
    std::string text = fmt::format("seed {}: {} cuts; {} orders, {} refusals; in the middle of:", CampaignSeed(), tally.cuts,
                                   tally.placed, tally.refused);
    for (const auto& [call, count] : tally.in_the_middle) text += fmt::format("\n  {:5} {}", count, call);
    for (const std::string& violation : tally.violations) text += "\n  " + violation;
    return text;
  }

  const TempDir temp_;
  const std::string folder_ = temp_.path().string();
  FakeDisk disk_;
  Past first_day_;
};

TEST_F(PowerLossTest, NothingThatWasAcknowledgedIsLost) {
  const Tally tally = Cut(first_day_, NoFlaw(), Cuts());

  std::cout << Text(tally) << "\n";
  EXPECT_TRUE(tally.violations.empty()) << Text(tally);
  EXPECT_GT(tally.in_the_middle.size(), 5U);
  EXPECT_GT(tally.placed, tally.cuts / 4);
}

TEST_F(PowerLossTest, NorWhileTheLogIsCopied) {
  const Tally tally = Cut(LogNearlyFull(), NoFlaw(), Cuts() / kCutsPerCutOfTheLog);

  std::cout << Text(tally) << "\n";
  EXPECT_TRUE(tally.violations.empty()) << Text(tally);
  if (tally.cuts < kCutsInShort) return;  // Too few to hit it for certain.
  EXPECT_GT(tally.in_the_middle.count("write orders.db"), 0U);
}

TEST_F(PowerLossTest, WithoutASyncForEachCommitSomeAreLost) {
  disk_.ForceNormalSynchronous();

  const Tally tally = Cut(first_day_, NoFlaw(), kCutsOfAFlaw);

  EXPECT_FALSE(tally.violations.empty()) << Text(tally);
}

TEST_F(PowerLossTest, CatchesEveryFlaw) {
  for (const Flaw& flaw : AllFlaws()) {
    const Tally tally = Cut(first_day_, flaw, kCutsOfAFlaw);
    EXPECT_FALSE(tally.violations.empty()) << "not caught: a shop that " << flaw.name << "; " << Text(tally);
    if (!tally.violations.empty()) {
      std::cout << fmt::format("{}: caught after {} cuts: {}\n", flaw.name, tally.cuts, tally.violations.front());
    }
  }
}

}  // namespace
}  // namespace octavo::campaigns
