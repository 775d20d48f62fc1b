#include "lib/base/completion.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace octavo {
namespace {

using std::chrono::milliseconds;

TEST(CompletionTest, SaysWhenItTakesTooLong) {
  Completion completion;
  EXPECT_FALSE(completion.WaitFor(milliseconds(1)));
  completion.Set();
  EXPECT_TRUE(completion.WaitFor(milliseconds(0)));
}

TEST(CompletionTest, WhoWaitsSeesWhatWasDoneBeforeAndMayDestroyIt) {
  int sum = 0;
  for (int i = 1; i <= 1000; ++i) {
    int done = 0;
    auto completion = std::make_unique<Completion>();
    std::thread other([&done, i, &completion = *completion] {
      done = i;
      completion.Set();
    });
    completion->Wait();
    completion.reset();
    sum += done;
    other.join();
  }
  EXPECT_EQ(sum, 1000 * 1001 / 2);
}

}  // namespace
}  // namespace octavo
