#include "lib/runtime/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "lib/obs/metrics.h"
#include "lib/testing/fake_clock.h"

namespace octavo::runtime {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Bounds with the number of observations up to each.
prometheus::ClientMetric::Histogram Histogram(std::vector<std::pair<double, std::uint64_t>> buckets) {
  prometheus::ClientMetric::Histogram histogram;
  for (const auto& [bound, cumulative] : buckets) {
    histogram.bucket.push_back({cumulative, bound});
    histogram.sample_count = cumulative;
  }
  return histogram;
}

TEST(QuantileTest, LiesWithinItsBucketByStraightLine) {
  const auto histogram = Histogram({{1, 10}, {2, 20}, {4, 20}, {std::numeric_limits<double>::infinity(), 20}});
  EXPECT_DOUBLE_EQ(Quantile(histogram, 0.25), 0.5);
  EXPECT_DOUBLE_EQ(Quantile(histogram, 0.5), 1);
  EXPECT_DOUBLE_EQ(Quantile(histogram, 0.75), 1.5);
  EXPECT_DOUBLE_EQ(Quantile(histogram, 1), 2);
}

TEST(QuantileTest, NothingIsZeroAndWhatIsTooLongIsTheLastBound) {
  EXPECT_EQ(Quantile(Histogram({}), 0.5), 0);
  EXPECT_EQ(Quantile(Histogram({{1, 0}, {2, 0}}), 0.5), 0);
  EXPECT_DOUBLE_EQ(Quantile(Histogram({{1, 0}, {2, 0}, {std::numeric_limits<double>::infinity(), 9}}), 0.5), 2);
}

class StatusPageTest : public testing::Test {
 protected:
  std::string Page() {
    return StatusPage(
        {.program = "octavo", .version = "1.2.3", .now = FakeClock::kNoon, .health = health_, .metrics = metrics_.Collect()});
  }

  obs::Metrics metrics_;
  std::map<std::string, bool> health_ = {{"", true}};
};

TEST_F(StatusPageTest, SaysWhenTheCertificateEnds) {
  EXPECT_THAT(Page(), Not(HasSubstr("certificate")));
  const double now = static_cast<double>(ToMicros(FakeClock::kNoon)) / 1e6;
  constexpr double kDay = 86'400;
  auto& end = metrics_.Gauge("tls_certificate_end_seconds", "");
  end.Set(now + 20.5 * kDay);
  EXPECT_THAT(Page(), HasSubstr("<td>certificate</td><td>ends in 20 days</td>"));
  end.Set(now + 13.5 * kDay);
  EXPECT_THAT(Page(), HasSubstr("<td>certificate</td><td><span class=\"bad\">ends in 13 days</span></td>"));
  end.Set(now);
  EXPECT_THAT(Page(), HasSubstr("<td>certificate</td><td><span class=\"bad\">has ended</span></td>"));
}

TEST_F(StatusPageTest, SaysWhatServesAndHowTheProcessFares) {
  health_["octavo.cart.v1.CartService"] = false;

  EXPECT_THAT(Page(), AllOf(HasSubstr("<h1>octavo 1.2.3</h1>"), HasSubstr("<td>the whole</td><td>serves</td>"),
                            HasSubstr("<td>octavo.cart.v1.CartService</td><td><span class=\"bad\">does not serve</span></td>"),
                            HasSubstr("<td>memory</td>"), HasSubstr("<td>bugs</td><td>0</td>")));
}

TEST_F(StatusPageTest, PutsTheOutcomesOfAMethodTogetherAndNamesWhatWentWrong) {
  const auto histogram = [&](const char* method, const char* code) -> obs::Histogram& {
    return metrics_.Histogram("rpc_server_duration_seconds", "",
                              {{"rpc_service", "s"}, {"rpc_method", method}, {"rpc_grpc_status_code", code}});
  };
  for (int i = 0; i < 3; ++i) histogram("Get", "0").Observe(0.002);
  histogram("Get", "14").Observe(0.004);
  histogram("Slow", "0").Observe(2);
  (void)histogram("Never", "0");

  const std::string page = Page();

  EXPECT_THAT(page, HasSubstr("<td>s/Get</td><td>4</td><td><span class=\"bad\">1 × 14</span></td><td>2.50</td>"));
  EXPECT_THAT(page, HasSubstr("<td>s/Slow</td><td>1</td><td></td><td>2000</td>"));
  EXPECT_THAT(page, Not(HasSubstr("s/Never"))) << "what was never called is left out";
  EXPECT_LT(page.find("s/Slow"), page.find("s/Get")) << "what takes the most time comes first";
  EXPECT_THAT(page, HasSubstr("<title>up to 2.50 ms: 3</title>"));
}

TEST_F(StatusPageTest, ShowsBackgroundWorkThatFails) {
  metrics_.Counter("background_turns_total", "", {{"worker", "sweep"}, {"outcome", "done"}}).Increment(7);
  metrics_.Counter("background_turns_total", "", {{"worker", "sweep"}, {"outcome", "failed"}}).Increment(2);
  metrics_.Gauge("background_worker_failing", "", {{"worker", "sweep"}}).Set(1);
  metrics_.Counter("outbox_items_total", "", {{"outbox", "mails"}, {"outcome", "lost"}}).Increment(5);

  EXPECT_THAT(Page(), AllOf(HasSubstr("<td>sweep</td><td>9</td><td>2</td><td><span class=\"bad\">failed</span></td>"),
                            HasSubstr("<td>mails</td><td>0</td><td><span class=\"bad\">5</span></td>")));
}

TEST_F(StatusPageTest, TextOfOthersIsNoHtml) {
  health_["<script>alert(1)</script>"] = true;
  metrics_
      .Histogram("http_server_request_duration_seconds", "", {{"http_route", "/a\"><b>"}, {"http_response_status_code", "200"}})
      .Observe(1);

  EXPECT_THAT(Page(), AllOf(Not(HasSubstr("<script>")), HasSubstr("/a&quot;&gt;&lt;b&gt;")));
}

}  // namespace
}  // namespace octavo::runtime
