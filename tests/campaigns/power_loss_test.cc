// The power goes, at random moments, while readers buy and cancel: what has not been synced is lost or torn. No order that
// was acknowledged may be lost, nobody charged twice, no equation broken. OCTAVO_TEST_CUTS=10000 says how often (README.md);
// OCTAVO_TEST_SEED repeats a run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "lib/testing/temp_dir.h"
#include "tests/campaigns/flaws.h"
#include "tests/campaigns/seed.h"
#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {
namespace {

constexpr std::uint64_t kCutsInShort = 200;
constexpr std::uint64_t kCutsOfAFlaw = 400;  // Within so many it has to be caught.
constexpr int kCutsOfALife = 8;
constexpr int kPurchasesBetweenCuts = 4;
// A purchase makes about so many changes to the disk; a start after a cut, as many as two.
constexpr std::uint64_t kChangesOfAPurchase = 90;

std::uint64_t Cuts() {
  const char* const text = std::getenv("OCTAVO_TEST_CUTS");
  return text == nullptr ? kCutsInShort : std::strtoull(text, nullptr, 10);
}

struct Tally {
  std::int64_t cuts = 0;
  std::int64_t in_the_middle = 0;  // Of a call; the others came between two.
  std::int64_t placed = 0;         // Acknowledged, of all lives.
  std::int64_t refused = 0;
  std::vector<std::string> violations;
};

// One shop and its readers, from its first day through several losses of power.
class Life {
 public:
  Life(FakeDisk& disk, const std::string& folder, const Flaw& flaw, std::uint64_t seed)
      : disk_(disk), random_(seed), world_{disk, folder, clock_, random_, flaw} {}

  void Run(const FakeDisk::Image& image, Tally& tally) {
    disk_.Load(image);
    for (int cut = 0; cut < kCutsOfALife && tally.violations.empty(); ++cut) {
      LiveUntilTheCut(tally);
      disk_.RestartAfterPowerLoss(random_);
      ++tally.cuts;
      // Not each time, so that the power also goes while the last loss is being mended.
      const bool last = cut + 1 == kCutsOfALife;
      if (last || random_.Below(2) == 0) LookAround(tally);
    }
    for (const Purchase& purchase : purchases_) {
      tally.placed += purchase.placed ? 1 : 0;
      tally.refused += purchase.refused ? 1 : 0;
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
    tally.in_the_middle += disk_.halted() ? 1 : 0;
    disk_.Halt();
  }

  void Trade(SmallShop& shop, Tally& tally) {
    for (Purchase& purchase : purchases_) {
      // Some readers come back to an order of which they have not heard, some do not.
      if (!purchase.done() && random_.Below(2) == 0) Expect(shop.Buy(purchase), purchase, tally);
    }
    for (int i = 0; i < kPurchasesBetweenCuts; ++i) {
      purchases_.push_back(NewPurchase());
      Expect(shop.Buy(purchases_.back()), purchases_.back(), tally);
      Purchase& some = purchases_[random_.Below(purchases_.size())];
      if (random_.Below(4) == 0 && some.placed) Expect(shop.Cancel(some), some, tally);
      if (random_.Below(4) == 0) shop.Settle();
    }
  }

  Purchase NewPurchase() {
    Purchase purchase{.number = static_cast<int>(purchases_.size()) + 1};
    const std::uint64_t first = random_.Below(SmallShop::kBooks);
    const std::uint64_t books = 1 + random_.Below(2);
    for (std::uint64_t i = 0; i < books; ++i) {
      const auto book = static_cast<std::int64_t>((first + i) % SmallShop::kBooks) + 1;
      purchase.items.push_back({transactions::BookId(book), 1 + static_cast<std::int64_t>(random_.Below(2))});
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
    furnished_ = disk_.Save();
  }

  // Until so many cuts, or the first violation.
  Tally Cut(const Flaw& flaw, std::uint64_t cuts) {
    Tally tally;
    SeededRandom seeds(CampaignSeed());
    while (tally.violations.empty() && tally.cuts < static_cast<std::int64_t>(cuts)) {
      Life(disk_, folder_, flaw, seeds.Next()).Run(furnished_, tally);
    }
    return tally;
  }

  static std::string Text(const Tally& tally) {
    std::string text = fmt::format("seed {}: {} cuts, {} of them in the middle of a call; {} orders, {} refusals", CampaignSeed(),
                                   tally.cuts, tally.in_the_middle, tally.placed, tally.refused);
    for (const std::string& violation : tally.violations) text += "\n  " + violation;
    return text;
  }

  const TempDir temp_;
  const std::string folder_ = temp_.path().string();
  FakeDisk disk_;
  FakeDisk::Image furnished_;
};

TEST_F(PowerLossTest, NothingThatWasAcknowledgedIsLost) {
  const Tally tally = Cut(NoFlaw(), Cuts());

  std::cout << Text(tally) << "\n";
  EXPECT_TRUE(tally.violations.empty()) << Text(tally);
  EXPECT_GT(tally.in_the_middle, tally.cuts / 2);
  EXPECT_GT(tally.placed, tally.cuts / 4);
}

TEST_F(PowerLossTest, WithoutASyncForEachCommitSomeAreLost) {
  disk_.ForceNormalSynchronous();

  const Tally tally = Cut(NoFlaw(), kCutsOfAFlaw);

  EXPECT_FALSE(tally.violations.empty()) << Text(tally);
}

TEST_F(PowerLossTest, CatchesEveryFlaw) {
  for (const Flaw& flaw : AllFlaws()) {
    const Tally tally = Cut(flaw, kCutsOfAFlaw);
    EXPECT_FALSE(tally.violations.empty()) << "not caught: a shop that " << flaw.name << "; " << Text(tally);
    if (!tally.violations.empty()) {
      std::cout << fmt::format("{}: caught after {} cuts: {}\n", flaw.name, tally.cuts, tally.violations.front());
    }
  }
}

}  // namespace
}  // namespace octavo::campaigns
