// A call between two services gets no answer, and arrives when it likes: at once, after the order was finished by other
// means, or after the shop has given the order up and taken everything back. Each call of a checkout, one after the other.
// What was taken back stays taken back only if the services remember releases of what they have never seen (tombstones).
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <set>

#include "lib/testing/temp_dir.h"
#include "tests/campaigns/flaws.h"
#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;
using transactions::Order;
using transactions::OrderId;

// Loses one call on its way, and has it.
class Network {
 public:
  explicit Network(int lose_at) : lose_at_(lose_at) {}

  template <typename Answer>
  Answer Call(std::function<Answer()> call) {
    if (++calls_ != lose_at_) return call();
    late_ = [call = std::move(call)] { (void)call(); };
    return Error{Code::kUnavailable, "NO_ANSWER", "the other side does not answer"};
  }
  // Whether there was something to bring.
  bool DeliverLate() {
    if (!late_) return false;
    std::exchange(late_, nullptr)();
    return true;
  }
  bool lost() const { return calls_ >= lose_at_; }

 private:
  const int lose_at_;
  int calls_ = 0;
  std::function<void()> late_;
};

// The ports behind the network. Each owns the port that it stands before, where there is a flawed one.
class DistantStock final : public transactions::Stock {
 public:
  DistantStock(Network& network, transactions::Stock& stock, std::unique_ptr<transactions::Stock> owned)
      : network_(network), owned_(std::move(owned)), stock_(owned_ ? *owned_ : stock) {}

  using Levels_ = Result<std::map<BookId, transactions::StockLevel>>;
  using Later = Result<std::map<BookId, std::int64_t>>;
  Levels_ Levels(const std::vector<BookId>& books, const rpc::Limits& limits) override {
    return network_.Call<Levels_>([=, this] { return stock_.Levels(books, limits); });
  }
  Later Reserve(const Order& order, const rpc::Limits& limits) override {
    return network_.Call<Later>([=, this] { return stock_.Reserve(order, limits); });
  }
  Status Commit(const OrderId& order, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return stock_.Commit(order, limits); });
  }
  Status Release(const OrderId& order, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return stock_.Release(order, limits); });
  }
  Status TakeBack(const OrderId& order, const std::string& key, const std::vector<transactions::Item>& items,
                  transactions::Restock restock, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return stock_.TakeBack(order, key, items, restock, limits); });
  }

 private:
  Network& network_;
  std::unique_ptr<transactions::Stock> owned_;
  transactions::Stock& stock_;
};

class DistantPricing final : public transactions::Pricing {
 public:
  DistantPricing(Network& network, transactions::Pricing& pricing, std::unique_ptr<transactions::Pricing> owned)
      : network_(network), owned_(std::move(owned)), pricing_(owned_ ? *owned_ : pricing) {}

  Result<Order> Quote(const transactions::Basket& basket, std::int64_t previous, const rpc::Limits& limits) override {
    return network_.Call<Result<Order>>([=, this] { return pricing_.Quote(basket, previous, limits); });
  }
  Status Claim(const Order& order, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return pricing_.Claim(order, limits); });
  }
  Status ReleaseClaim(const OrderId& order, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return pricing_.ReleaseClaim(order, limits); });
  }

 private:
  Network& network_;
  std::unique_ptr<transactions::Pricing> owned_;
  transactions::Pricing& pricing_;
};

class DistantCard final : public transactions::PaymentProvider {
 public:
  DistantCard(Network& network, transactions::PaymentProvider& card, std::unique_ptr<transactions::PaymentProvider> owned)
      : network_(network), owned_(std::move(owned)), card_(owned_ ? *owned_ : card) {}

  Status Authorize(const Order& order, const std::string& token, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return card_.Authorize(order, token, limits); });
  }
  Status Capture(const OrderId& order, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return card_.Capture(order, limits); });
  }
  Status Void(const OrderId& order, const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return card_.Void(order, limits); });
  }
  Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string& currency_code,
                const rpc::Limits& limits) override {
    return network_.Call<Status>([=, this] { return card_.Refund(order, key, amount_minor, currency_code, limits); });
  }

 private:
  Network& network_;
  std::unique_ptr<transactions::PaymentProvider> owned_;
  transactions::PaymentProvider& card_;
};

// The same shop, with the network between its services.
Flaw Behind(Network& network, const Flaw& flaw) {
  Flaw distant = flaw;
  distant.stock = [&](transactions::Stock& stock) {
    return std::make_unique<DistantStock>(network, stock, flaw.stock ? flaw.stock(stock) : nullptr);
  };
  distant.pricing = [&](transactions::Pricing& pricing) {
    return std::make_unique<DistantPricing>(network, pricing, flaw.pricing ? flaw.pricing(pricing) : nullptr);
  };
  distant.card = [&](transactions::PaymentProvider& card) {
    return std::make_unique<DistantCard>(network, card, flaw.card ? flaw.card(card) : nullptr);
  };
  return distant;
}

enum class Arrives { kAtOnce, kAfterTheOrder, kAfterGivingUp };

class LateCallsTest : public testing::Test {
 protected:
  LateCallsTest() {
    FakeClock clock;
    SeededRandom random(1);
    const Flaw flaw = NoFlaw();
    SmallShop({disk_, folder_, clock, random, flaw}).Furnish();
    furnished_ = disk_.Save();
  }

  // nullopt: the checkout makes fewer calls.
  std::optional<std::vector<std::string>> Lose(int at, Arrives arrives, const Flaw& flaw) {
    Network network(at);
    const Flaw distant = Behind(network, flaw);
    FakeClock clock;
    SeededRandom random(static_cast<std::uint64_t>(at));
    disk_.Load(furnished_);
    SmallShop shop({disk_, folder_, clock, random, distant});
    std::vector<Purchase> purchases = {{.number = 1, .items = {{BookId(1), 2}, {BookId(2), 1}}}};

    (void)shop.Buy(purchases[0]);
    if (!network.lost()) return std::nullopt;
    if (arrives == Arrives::kAtOnce) network.DeliverLate();
    if (arrives == Arrives::kAfterGivingUp) clock.Advance(20min);
    shop.Settle();
    if (network.DeliverLate()) shop.Settle();
    std::vector<std::string> violations = shop.Violations(purchases);
    // The reader comes back, and hears how it ended.
    (void)shop.Buy(purchases[0]);
    if (!purchases[0].done()) violations.push_back("the order has not ended");
    for (std::string& violation : shop.Violations(purchases)) violations.push_back(std::move(violation));
    return violations;
  }

  // Every call and arrival; the violations of the first that has any.
  std::vector<std::string> LoseEach(const Flaw& flaw, int& points) {
    for (const Arrives arrives : {Arrives::kAtOnce, Arrives::kAfterTheOrder, Arrives::kAfterGivingUp}) {
      for (int at = 1;; ++at) {
        auto violations = Lose(at, arrives, flaw);
        if (!violations) break;
        ++points;
        if (violations->empty()) continue;
        violations->insert(violations->begin(),
                           "call " + std::to_string(at) + " arrives at moment " + std::to_string(static_cast<int>(arrives)));
        return *violations;
      }
    }
    return {};
  }

  const TempDir temp_;
  const std::string folder_ = temp_.path().string();
  FakeDisk disk_;
  FakeDisk::Image furnished_;
};

TEST_F(LateCallsTest, NoCallThatComesLateDoesHarm) {
  int points = 0;

  EXPECT_EQ(LoseEach(NoFlaw(), points), std::vector<std::string>());

  std::cout << points << " points\n";
  EXPECT_GT(points, 3 * 7);
}

TEST_F(LateCallsTest, CatchesReleasesThatAreNotRemembered) {
  for (const Flaw& flaw : {ReleasesWithoutTombstone(), VoidsWithoutTombstone(), GivesBackWithoutTombstone()}) {
    int points = 0;
    const std::vector<std::string> violations = LoseEach(flaw, points);
    EXPECT_FALSE(violations.empty()) << "not caught: a shop where " << flaw.name;
    if (!violations.empty()) std::cout << flaw.name << ": caught: " << violations[0] << ": " << violations[1] << "\n";
  }
}

}  // namespace
}  // namespace octavo::campaigns
