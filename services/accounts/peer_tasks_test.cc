#include "services/accounts/peer_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/wait_until.h"
#include "services/accounts/fake_peers.h"
#include "services/accounts/memory_store.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;

class PeerTaskWorkerTest : public testing::Test {
 protected:
  void AddCustomer(const std::string& id, const std::string& email) {
    const TokenHash token(id);
    ASSERT_TRUE(
        store_.AddRegistration({.token = token, .customer = {.id = CustomerId(id), .email = email}, .expires = kNoon + 1h}));
    ASSERT_THAT(store_.ConfirmRegistration(token, kNoon), IsOk());
  }
  // Looks again at once, so that a test waits for what is done and for no time to pass.
  std::unique_ptr<PeerTaskWorker> Start(std::chrono::milliseconds look_every = 1ms) {
    return std::make_unique<PeerTaskWorker>(store_, peers_, tasks_added_, clock_, *log_, metrics_,
                                            PeerTaskWorker::Options{.look_every = look_every});
  }
  void WaitUntilNothingIsDue(Timestamp when) {
    EXPECT_TRUE(WaitUntil([&] { return store_.DueTasks(when, 1).empty(); }));
  }

  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  MemoryStore store_;
  FakePeerServices peers_;
  ChangeSignal tasks_added_;
};

TEST_F(PeerTaskWorkerTest, DoesWhatWasLeftBehindWhenItStarts) {
  AddCustomer("1", "ada@example.org");
  AddCustomer("2", "bob@example.org");
  ASSERT_THAT(store_.Erase(CustomerId("2"), kNoon), IsOk());

  const auto peer_task_worker = Start();

  EXPECT_THAT(peers_.WaitFor(2), ElementsAre("claim 1 ada@example.org", "erase 2 bob@example.org"));
  WaitUntilNothingIsDue(kNoon + 24h);
  EXPECT_THAT(store_.DueTasks(kNoon + 24h, 10), IsEmpty());
}

TEST_F(PeerTaskWorkerTest, ErasesAgainWhomOthersRememberAsErased) {
  AddCustomer("1", "ada@example.org");
  AddCustomer("2", "bob@example.org");
  ASSERT_THAT(store_.Erase(CustomerId("2"), kNoon), IsOk());
  for (const PeerTask& task : store_.DueTasks(kNoon, 10)) store_.FinishTask(task);
  peers_.known = {.erased = {CustomerId("1")}, .last = CustomerId("2")};

  const auto peer_task_worker = Start();

  EXPECT_THAT(peers_.WaitFor(2), testing::UnorderedElementsAre("erase 1 ada@example.org", "erase 2 "));
  EXPECT_FALSE(store_.FindCustomer(CustomerId("1")).has_value());
  EXPECT_THAT(metrics_.Text(), testing::HasSubstr("older_copy{store=\"accounts\"} 0"));
}

TEST_F(PeerTaskWorkerTest, CustomersWhoAreLostAreSaid) {
  peers_.known = {.erased = {}, .last = CustomerId("9")};
  AddCustomer("1", "ada@example.org");

  const auto peer_task_worker = Start();

  EXPECT_EQ(peers_.WaitFor(1).size(), 1U) << "it has looked back before";
  EXPECT_THAT(metrics_.Text(), testing::HasSubstr("older_copy{store=\"accounts\"} 1"));
}

TEST_F(PeerTaskWorkerTest, RunsWhenThereIsATask) {
  const auto peer_task_worker = Start(/*look_every=*/1h);
  AddCustomer("1", "ada@example.org");

  tasks_added_.Notify();

  EXPECT_THAT(peers_.WaitFor(1), ElementsAre("claim 1 ada@example.org"));
}

TEST_F(PeerTaskWorkerTest, TriesAgainAfterAPauseThatDoublesAndLosesNothing) {
  peers_.Fail(Error{Code::kUnavailable, "STOPPING", "gone"});
  AddCustomer("1", "ada@example.org");
  const auto peer_task_worker = Start();

  EXPECT_EQ(peers_.WaitForFailed(1).size(), 1u);
  WaitUntilNothingIsDue(kNoon);
  EXPECT_THAT(store_.DueTasks(kNoon + 999ms, 1), IsEmpty());
  EXPECT_EQ(store_.DueTasks(kNoon + 1s, 1).size(), 1u);
  clock_.Advance(1s);
  EXPECT_EQ(peers_.WaitForFailed(2).size(), 2u);
  WaitUntilNothingIsDue(kNoon + 1s);
  EXPECT_THAT(store_.DueTasks(kNoon + 2999ms, 1), IsEmpty());
  peers_.Fail(Ok());
  clock_.Advance(2s);

  EXPECT_THAT(peers_.WaitFor(1), ElementsAre("claim 1 ada@example.org"));
}

TEST_F(PeerTaskWorkerTest, ATaskThatKeepsFailingWaitsFiveMinutesAtMost) {
  AddCustomer("1", "ada@example.org");
  PeerTask task = store_.DueTasks(kNoon, 1).at(0);
  for (int i = 0; i < 40; ++i) store_.PutOffTask(task, kNoon);
  peers_.Fail(Error{Code::kUnavailable, "STOPPING", "gone"});

  const auto peer_task_worker = Start();

  ASSERT_EQ(peers_.WaitForFailed(1).size(), 1u);
  WaitUntilNothingIsDue(kNoon);
  EXPECT_THAT(store_.DueTasks(kNoon + 5min - 1ms, 1), IsEmpty());
  EXPECT_EQ(store_.DueTasks(kNoon + 5min, 1).size(), 1u);
}

}  // namespace
}  // namespace octavo::accounts
