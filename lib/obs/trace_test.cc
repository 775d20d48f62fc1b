#include "lib/obs/trace.h"

#include <gtest/gtest.h>

namespace octavo::obs {
namespace {

constexpr char kValid[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceTest, ReadsAndWritesTheHeader) {
  const auto context = ParseTraceparent(kValid);

  ASSERT_TRUE(context.has_value());
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(ToTraceparent(*context), kValid);
  EXPECT_EQ(TraceIdText(*context), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(TraceTest, RefusesWhatTheStandardRefuses) {
  const char* const kBad[] = {
      "",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
  };

  for (const char* header : kBad) EXPECT_FALSE(ParseTraceparent(header).has_value()) << header;
  EXPECT_TRUE(ParseTraceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").has_value());
}

TEST(TraceTest, AChildKeepsTheTraceAndHasItsOwnSpan) {
  const TraceContext parent = NewTrace(/*sampled=*/true);

  const TraceContext child = ChildOf(parent, /*sampled_if_new=*/false);

  EXPECT_EQ(child.trace_high, parent.trace_high);
  EXPECT_EQ(child.trace_low, parent.trace_low);
  EXPECT_NE(child.span, parent.span);
  EXPECT_TRUE(child.sampled);
}

}  // namespace
}  // namespace octavo::obs
