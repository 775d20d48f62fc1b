#include "services/accounts/courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/accounts/fake_neighbours.h"
#include "services/accounts/memory_store.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;

class CourierTest : public testing::Test {
 protected:
  void AddCustomer(const std::string& id, const std::string& email) {
    const TokenHash token(id);
    ASSERT_TRUE(
        store_.AddRegistration({.token = token, .customer = {.id = CustomerId(id), .email = email}, .expires = kNoon + 1h}));
    ASSERT_THAT(store_.ConfirmRegistration(token, kNoon), IsOk());
  }
  // Looks again at once, so that a test waits for what is done and for no time to pass.
  std::unique_ptr<Courier> Start(std::chrono::milliseconds look_every = 1ms) {
    return std::make_unique<Courier>(store_, neighbours_, errands_, clock_, *log_, metrics_,
                                     Courier::Options{.look_every = look_every});
  }
  void WaitUntilNothingIsDue(Timestamp when) {
    SystemClock wall;
    const auto end = wall.MonotonicNow() + 30s;
    while (!store_.DueErrands(when, 1).empty() && wall.MonotonicNow() < end) std::this_thread::yield();
  }

  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  MemoryStore store_;
  FakeNeighbours neighbours_;
  ChangeSignal errands_;
};

TEST_F(CourierTest, DoesWhatWasLeftBehindWhenItStarts) {
  AddCustomer("1", "ada@example.org");
  AddCustomer("2", "bob@example.org");
  ASSERT_THAT(store_.Erase(CustomerId("2"), kNoon), IsOk());

  const auto courier = Start();

  EXPECT_THAT(neighbours_.WaitFor(2), ElementsAre("claim 1 ada@example.org", "erase 2 bob@example.org"));
  WaitUntilNothingIsDue(kNoon + 24h);
  EXPECT_THAT(store_.DueErrands(kNoon + 24h, 10), IsEmpty());
}

TEST_F(CourierTest, ErasesAgainWhomOthersRememberAsErased) {
  AddCustomer("1", "ada@example.org");
  AddCustomer("2", "bob@example.org");
  ASSERT_THAT(store_.Erase(CustomerId("2"), kNoon), IsOk());
  for (const Errand& errand : store_.DueErrands(kNoon, 10)) store_.FinishErrand(errand);
  neighbours_.known = {.erased = {CustomerId("1")}, .last = CustomerId("2")};

  const auto courier = Start();

  EXPECT_THAT(neighbours_.WaitFor(2), testing::UnorderedElementsAre("erase 1 ada@example.org", "erase 2 "));
  EXPECT_FALSE(store_.FindCustomer(CustomerId("1")).has_value());
  EXPECT_THAT(metrics_.Text(), testing::HasSubstr("older_copy{store=\"accounts\"} 0"));
}

TEST_F(CourierTest, CustomersWhoAreLostAreSaid) {
  neighbours_.known = {.erased = {}, .last = CustomerId("9")};
  AddCustomer("1", "ada@example.org");

  const auto courier = Start();

  EXPECT_EQ(neighbours_.WaitFor(1).size(), 1U) << "it has looked back before";
  EXPECT_THAT(metrics_.Text(), testing::HasSubstr("older_copy{store=\"accounts\"} 1"));
}

TEST_F(CourierTest, ComesWhenThereIsAnErrand) {
  const auto courier = Start(/*look_every=*/1h);
  AddCustomer("1", "ada@example.org");

  errands_.Notify();

  EXPECT_THAT(neighbours_.WaitFor(1), ElementsAre("claim 1 ada@example.org"));
}

TEST_F(CourierTest, TriesAgainAfterAPauseThatDoublesAndLosesNothing) {
  neighbours_.Fail(Error{Code::kUnavailable, "STOPPING", "gone"});
  AddCustomer("1", "ada@example.org");
  const auto courier = Start();

  EXPECT_EQ(neighbours_.WaitForFailed(1).size(), 1u);
  WaitUntilNothingIsDue(kNoon);
  EXPECT_THAT(store_.DueErrands(kNoon + 999ms, 1), IsEmpty());
  EXPECT_EQ(store_.DueErrands(kNoon + 1s, 1).size(), 1u);
  clock_.Advance(1s);
  EXPECT_EQ(neighbours_.WaitForFailed(2).size(), 2u);
  WaitUntilNothingIsDue(kNoon + 1s);
  EXPECT_THAT(store_.DueErrands(kNoon + 2999ms, 1), IsEmpty());
  neighbours_.Fail(Ok());
  clock_.Advance(2s);

  EXPECT_THAT(neighbours_.WaitFor(1), ElementsAre("claim 1 ada@example.org"));
}

TEST_F(CourierTest, AnErrandThatKeepsFailingWaitsFiveMinutesAtMost) {
  AddCustomer("1", "ada@example.org");
  Errand errand = store_.DueErrands(kNoon, 1).at(0);
  for (int i = 0; i < 40; ++i) store_.PutOffErrand(errand, kNoon);
  neighbours_.Fail(Error{Code::kUnavailable, "STOPPING", "gone"});

  const auto courier = Start();

  ASSERT_EQ(neighbours_.WaitForFailed(1).size(), 1u);
  WaitUntilNothingIsDue(kNoon);
  EXPECT_THAT(store_.DueErrands(kNoon + 5min - 1ms, 1), IsEmpty());
  EXPECT_EQ(store_.DueErrands(kNoon + 5min, 1).size(), 1u);
}

}  // namespace
}  // namespace octavo::accounts
