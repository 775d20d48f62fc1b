#include "services/payments/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "lib/testing/fake_clock.h"

namespace octavo::payments {
namespace {

using namespace std::chrono_literals;

using testing::SizeIs;

const Charge kCharge{.key = ChargeKey("order-1"),
                     .state = State::kCaptured,
                     .currency_code = "EUR",
                     .amount_minor = 1000,
                     .captured_minor = 1000,
                     .entry_count = 2};

// A shop that refuses a number of notices and takes the others.
class FakeShop {
 public:
  explicit FakeShop(int refusals) : refusals_(refusals) {}

  Status Take(const Notice& notice) {
    const std::lock_guard lock(mutex_);
    attempts_ += 1;
    changed_.notify_all();
    if (refusals_ > 0) {
      refusals_ -= 1;
      return Error{Code::kUnavailable, "DOWN", "the shop is down"};
    }
    taken_.push_back(notice);
    return Ok();
  }
  std::vector<Notice> WaitForTaken(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_.size() >= count; });
    return taken_;
  }
  void WaitForAttempts(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return attempts_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int refusals_;
  int attempts_ = 0;
  std::vector<Notice> taken_;
};

class NotifierTest : public testing::Test {
 protected:
  double Lost() {
    return metrics_.Counter("outbox_items_total", "", {{"outbox", "payments_notices"}, {"outcome", "lost"}}).Value();
  }

  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
};

TEST_F(NotifierTest, TellsAsOftenAsTheChargeSaysWithTheSameId) {
  FakeShop shop(0);
  Notifier notifier(Secret("key"), [&](const Notice& n) { return shop.Take(n); }, *log_, metrics_, {});
  Charge twice = kCharge;
  twice.notices_per_change = 2;

  notifier.Tell(twice);

  const std::vector<Notice> taken = shop.WaitForTaken(2);
  ASSERT_THAT(taken, SizeIs(2));
  EXPECT_EQ(taken[0].body, taken[1].body);
  const auto body = nlohmann::json::parse(taken[0].body);
  EXPECT_EQ(body["id"], "order-1/2");
  EXPECT_EQ(body["charge"], "order-1");
  EXPECT_EQ(body["state"], "CAPTURED");
  EXPECT_EQ(body["captured_minor"], 1000);
}

TEST_F(NotifierTest, TriesAgainUntilTheShopIsBack) {
  FakeShop shop(2);
  Notifier notifier(Secret("key"), [&](const Notice& n) { return shop.Take(n); }, *log_, metrics_, {.pause = 1ms});

  notifier.Tell(kCharge);

  EXPECT_THAT(shop.WaitForTaken(1), SizeIs(1));
}

TEST_F(NotifierTest, GivesUpAfterItsAttemptsAndGoesOnWithTheNext) {
  FakeShop shop(2);
  Notifier notifier(Secret("key"), [&](const Notice& n) { return shop.Take(n); }, *log_, metrics_,
                    {.attempts_max = 2, .pause = 1ms});

  notifier.Tell(kCharge);
  Charge next = kCharge;
  next.key = ChargeKey("order-2");
  notifier.Tell(next);

  const std::vector<Notice> taken = shop.WaitForTaken(1);
  EXPECT_NE(taken[0].body.find("order-2"), std::string::npos);
  notifier.Stop();
  EXPECT_EQ(Lost(), 1);
}

TEST_F(NotifierTest, StopDoesNotWaitForAShopThatIsDown) {
  FakeShop shop(1'000'000);
  Notifier notifier(Secret("key"), [&](const Notice& n) { return shop.Take(n); }, *log_, metrics_, {.pause = 24h});
  notifier.Tell(kCharge);
  notifier.Tell(kCharge);
  shop.WaitForAttempts(1);

  notifier.Stop();

  EXPECT_EQ(Lost(), 2);
}

TEST(MakeNoticeTest, SignsTheBodyWithHmacSha256) {
  const Notice notice = MakeNotice(kCharge, Secret("key"));

  // printf %s '<body>' | openssl dgst -sha256 -hmac key
  EXPECT_EQ(notice.body,
            R"({"amount_minor":1000,"captured_minor":1000,"charge":"order-1","currency_code":"EUR","id":"order-1/2",)"
            R"("refunded_minor":0,"state":"CAPTURED"})");
  EXPECT_EQ(notice.signature, "b86686f087df84297b9d9f853c810f04943d0ee1c306157f2be294c49112e03f");
  EXPECT_NE(MakeNotice(kCharge, Secret("other")).signature, notice.signature);
}

}  // namespace
}  // namespace octavo::payments
