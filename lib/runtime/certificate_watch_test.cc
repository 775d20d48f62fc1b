#include "lib/runtime/certificate_watch.h"

#include <gtest/gtest.h>

namespace octavo::runtime {
namespace {

using namespace std::chrono_literals;

TEST(CertificateStateTest, SaysBeforeItsEndThatItEnds) {
  const Timestamp noon{1'700'000'000s};
  const rpc::CertificateTimes times{.begins = noon, .ends = noon + 24h * 90};
  EXPECT_EQ(StateOf(times, noon - 1s), CertificateState::kNotYetValid);
  EXPECT_EQ(StateOf(times, noon), CertificateState::kValid);
  EXPECT_EQ(StateOf(times, times.ends - kEndsSoon), CertificateState::kValid);
  EXPECT_EQ(StateOf(times, times.ends - kEndsSoon + 1s), CertificateState::kEndsSoon);
  EXPECT_EQ(StateOf(times, times.ends - 1s), CertificateState::kEndsSoon);
  EXPECT_EQ(StateOf(times, times.ends), CertificateState::kEnded);
}

}  // namespace
}  // namespace octavo::runtime
