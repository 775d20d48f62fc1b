// One checkout, and every single call that it makes to the disk goes wrong once: the process is killed there, or the call
// fails. Afterwards the shop is whole, with the same key again or by recovery alone; an error is success or a clean refusal.
// In short only every so-many-th point is tried; OCTAVO_TEST_EVERY_POINT=1 tries all (README.md).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/campaigns/flaws.h"
#include "tests/campaigns/one_checkout.h"
#include "tests/campaigns/seed.h"

namespace octavo::campaigns {
namespace {

using Fault = FakeDisk::Fault;

// Every so-many-th point in short.
constexpr std::int64_t kStrideInShort = 67;
constexpr std::size_t kFlawsInShort = 3;

bool InShort() { return std::getenv("OCTAVO_TEST_EVERY_POINT") == nullptr; }

struct Tally {
  std::int64_t tried = 0;
  std::int64_t ended = 0;  // With the end of the process.
  std::map<std::string, std::int64_t> refusals;
  std::vector<std::string> violations;
};

class DiskCallsTest : public testing::Test {
 protected:
  // False: there is no such point.
  bool Try(const Point& point, const Flaw& flaw, Tally& tally) {
    const Outcome outcome = checkout_.Run(point, flaw);
    if (!outcome.happened) return false;
    ++tally.tried;
    tally.ended += outcome.ended ? 1 : 0;
    for (const Error& refusal : outcome.refusals) ++tally.refusals[refusal.reason];
    for (const std::string& violation : outcome.violations) tally.violations.push_back(ToString(point) + ": " + violation);
    return true;
  }

  // Every so-many-th point, from a random first, of each scenario and after.
  Tally TryMany(Fault fault, std::int64_t stride) {
    Tally tally;
    for (const Scenario scenario : kScenarios) {
      for (const AfterFault& after : kAfterFaults) {
        std::int64_t at = 1 + static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(stride)));
        while (Try({scenario, fault, at, after}, NoFlaw(), tally)) at += stride;
      }
    }
    return tally;
  }

  // All points, in an order that finds early what shows at a few calls in a row; stops at the first violation.
  Tally TryUntilCaught(Fault fault, const Flaw& flaw) {
    constexpr std::int64_t kStride = 11;
    Tally tally;
    for (const Scenario scenario : kScenarios) {
      for (const AfterFault& after : kAfterFaults) {
        for (std::int64_t first = 1; first <= kStride; ++first) {
          for (std::int64_t at = first; Try({scenario, fault, at, after}, flaw, tally); at += kStride) {
            if (!tally.violations.empty()) return tally;
          }
        }
      }
    }
    return tally;
  }

  void ExpectToCatch(Fault fault, const std::vector<Flaw>& flaws) {
    for (const Flaw& flaw : flaws) {
      const Tally tally = TryUntilCaught(fault, flaw);
      EXPECT_FALSE(tally.violations.empty()) << "not caught: a shop where " << flaw.name << "; " << Text(tally);
      if (!tally.violations.empty()) std::cout << flaw.name << ": caught: " << tally.violations.front() << "\n";
    }
  }

  static std::string Text(const Tally& tally) {
    std::string text = fmt::format("seed {}: {} points; the process ended at {}", CampaignSeed(), tally.tried, tally.ended);
    for (const auto& [reason, count] : tally.refusals) text += fmt::format("; {} {}", count, reason);
    for (const std::string& violation : tally.violations) text += "\n  " + violation;
    return text;
  }

  OneCheckout checkout_;
  SeededRandom random_{CampaignSeed()};
};

class EveryCallTest : public DiskCallsTest, public testing::WithParamInterface<Fault> {};

TEST_P(EveryCallTest, LeavesTheShopWhole) {
  const Tally tally = TryMany(GetParam(), InShort() ? kStrideInShort : 1);

  std::cout << Text(tally) << "\n";
  EXPECT_TRUE(tally.violations.empty()) << Text(tally);
  EXPECT_GT(tally.tried, 0);
}

std::string NameOf(const testing::TestParamInfo<Fault>& fault) {
  switch (fault.param) {
    case Fault::kKill: return "Killed";
    case Fault::kIoError: return "FailsWithAnIoError";
    case Fault::kNoSpace: return "FindsNoSpace";
    case Fault::kShortWrite: return "WritesHalf";
    default: return "FailsToSync";
  }
}

INSTANTIATE_TEST_SUITE_P(EachCall, EveryCallTest,
                         testing::Values(Fault::kKill, Fault::kIoError, Fault::kNoSpace, Fault::kShortWrite, Fault::kSyncError),
                         NameOf);

TEST_F(DiskCallsTest, KillingCatchesEveryFlaw) { ExpectToCatch(Fault::kKill, AllFlaws()); }

// In short a few, by the seed: an error ends the process mostly, and what a killed one shows was shown above.
TEST_F(DiskCallsTest, IoErrorsCatchEveryFlaw) {
  std::vector<Flaw> flaws = AllFlaws();
  while (InShort() && flaws.size() > kFlawsInShort) {
    flaws.erase(flaws.begin() + static_cast<std::ptrdiff_t>(random_.Below(flaws.size())));
  }
  ExpectToCatch(Fault::kIoError, flaws);
}

// What a database would do that takes a failed sync for a good one.
TEST_F(DiskCallsTest, CatchesAFailedSyncThatIsIgnored) {
  const Tally tally = TryUntilCaught(Fault::kSyncIgnored, NoFlaw());

  EXPECT_FALSE(tally.violations.empty()) << Text(tally);
}

}  // namespace
}  // namespace octavo::campaigns
