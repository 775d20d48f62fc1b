#include "lib/base/change_signal.h"

#include <gtest/gtest.h>

#include <optional>

namespace octavo {
namespace {

TEST(ChangeSignalTest, TellsEveryListenerUntilItIsGone) {
  ChangeSignal signal;
  int first = 0;
  int second = 0;
  const ChangeSignal::Subscription stays = signal.Listen([&] { ++first; });
  {
    const ChangeSignal::Subscription goes = signal.Listen([&] { ++second; });
    signal.Notify();
  }

  signal.Notify();

  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 1);
}

// A stream whose client has gone may end with the call that wakes it.
TEST(ChangeSignalTest, AListenerMayEndItsOwnSubscription) {
  ChangeSignal signal;
  int calls = 0;
  std::optional<ChangeSignal::Subscription> subscription;
  subscription = signal.Listen([&] {
    ++calls;
    subscription.reset();
  });

  signal.Notify();
  signal.Notify();

  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace octavo
