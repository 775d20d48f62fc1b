// An older copy of one service's store is put back: what holds afterwards. Each time the shop sells, is
// copied, sells on and takes back what it sold before, and then goes on with the copy of one store beside the
// others as they were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "lib/testing/matchers.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {
namespace {

namespace fs = std::filesystem;

class OlderCopyTest : public testing::Test {
 protected:
  OlderCopyTest() {
    book_ = shop_.buyer().AddBook(1000, 20);
    promotions::v1::Campaign campaign;
    campaign.set_display_name("Ten percent");
    campaign.mutable_percent_off()->set_basis_points(1000);
    campaign.add_codes("TEN");
    campaign.set_total_limit(10);
    shop_.buyer().AddCampaign(campaign);
    for (int i = 0; i < 3; ++i) early_.push_back(Buy());
    shop_.WaitUntilQuiet();
  }

  transactions::v1::Order Buy() {
    const auto order = shop_.buyer().Buy({.key = Key(++purchases_),
                                          .book = book_,
                                          .expected_minor = 900,
                                          .token = "tok_approve",
                                          .code = "TEN"});
    EXPECT_THAT(order, IsOk());
    return order.ok() ? *order : transactions::v1::Order();
  }
  // Sells on behind the copy, takes back one order of before it and one of after it, and puts the copy back.
  void PutOlderCopyBack(const std::string& service) {
    const fs::path folder = shop_.data_dir() / service;
    const fs::path copy = shop_.data_dir() / "copy";
    shop_.Stop();
    fs::copy(folder, copy, fs::copy_options::recursive);
    shop_.Start();
    for (int i = 0; i < 3; ++i) late_.push_back(Buy());
    EXPECT_THAT(shop_.buyer().Cancel(early_[0].name()), IsOk());
    EXPECT_THAT(shop_.buyer().Cancel(late_[0].name()), IsOk());
    shop_.WaitUntilQuiet();
    shop_.Stop();
    fs::remove_all(folder);
    fs::copy(copy, folder, fs::copy_options::recursive);
    shop_.Start();
  }
  std::set<std::string> Violated() {
    std::set<std::string> equations;
    const audit::Ledger ledger = shop_.Audit();
    for (const audit::Finding& finding : ledger.findings()) equations.insert(finding.equation);
    return equations;
  }

  SellingShop shop_{TestDatabaseKind::kSqlite};
  std::string book_;
  std::vector<transactions::v1::Order> early_;
  std::vector<transactions::v1::Order> late_;
  int purchases_ = 0;
};

// A late order may be cancelled there, what was cancelled stays so, and all stores tell one story again.
class RepairsItself : public OlderCopyTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, RepairsItself, testing::Values("cart", "inventory", "promotions"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST_P(RepairsItself, FromWhatTheOrdersKnow) {
  PutOlderCopyBack(GetParam());
  EXPECT_THAT(shop_.buyer().Cancel(late_[1].name()), IsOk());
  EXPECT_GT(Buy().number(), late_[2].number());

  shop_.WaitUntilQuiet();  // Until the audit is clean.

  EXPECT_EQ(shop_.buyer().Available(book_), 20 - 4);
}

// What a provider has forgotten cannot be charged again; it is named, the order can be cancelled, and the
// shop goes on.
TEST_F(OlderCopyTest, LostChargesAreNamedAndNobodyIsChargedTwice) {
  PutOlderCopyBack("payments");

  EXPECT_THAT(shop_.buyer().Cancel(late_[1].name()), IsOk());
  EXPECT_GT(Buy().number(), late_[2].number());

  EXPECT_THAT(Violated(), testing::Contains("shop.charges_match_orders"));
  EXPECT_EQ(shop_.buyer().Available(book_), 20 - 4);
}

TEST_F(OlderCopyTest, LostOrdersAreNamedAndNoNumberIsGivenTwice) {
  PutOlderCopyBack("transactions");

  // As soon as somebody who follows the orders has asked for more than there is.
  while (shop_.Audit().noted("transactions: numbers passed over") == 0) Pause(std::chrono::milliseconds(10));
  EXPECT_GT(Buy().number(), late_[2].number());

  const std::set<std::string> violated = Violated();
  EXPECT_THAT(violated, testing::Contains("shop.sales_have_orders"));
  EXPECT_THAT(violated, testing::Contains("shop.charges_have_orders"));
}

}  // namespace
}  // namespace octavo::campaigns
