// The rules that a campaign keeps, each up to its ends.
#include "services/promotions/domain/campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Campaign Good() {
  Campaign campaign = TestCampaign(1, PercentOff{BasisPoints{1'000}});
  campaign.codes = {"X"};
  return campaign;
}

// The field that is refused; empty: none is.
std::string Refused(const Campaign& campaign) {
  const Status status = CheckCampaign(campaign);
  return status.ok() ? "" : status.error().violations[0].field;
}

// Each value of `field` is taken from `least` to `most` and refused on both sides.
template <typename Set>
void ExpectRange(const char* field, std::int64_t least, std::int64_t most, const Set& set) {
  const auto refused = [&](std::int64_t value) {
    Campaign campaign = Good();
    set(campaign, value);
    return Refused(campaign);
  };
  EXPECT_EQ(refused(least), "") << field;
  EXPECT_EQ(refused(most), "") << field;
  EXPECT_EQ(refused(least - 1), field);
  EXPECT_EQ(refused(most + 1), field);
}

TEST(CheckCampaignTest, EveryNumberHasItsRange) {
  constexpr std::int64_t kSum = 1'000'000'000'000'000;
  ExpectRange("threshold", 0, kSum, [](Campaign& c, std::int64_t value) { c.threshold_minor = value; });
  ExpectRange("total_limit", 0, kSum, [](Campaign& c, std::int64_t value) { c.total_limit = value; });
  ExpectRange("customer_limit", 0, kSum, [](Campaign& c, std::int64_t value) { c.customer_limit = value; });
  ExpectRange("code_limit", 0, kSum, [](Campaign& c, std::int64_t value) { c.code_limit = value; });
  ExpectRange("budget", 0, kSum, [](Campaign& c, std::int64_t value) { c.budget_minor = value; });
  ExpectRange("percent_off.basis_points", 1, 10'000,
              [](Campaign& c, std::int64_t value) { c.effect = PercentOff{BasisPoints{value}}; });
  ExpectRange("order_percent_off.basis_points", 1, 10'000,
              [](Campaign& c, std::int64_t value) { c.effect = OrderPercentOff{BasisPoints{value}}; });
  ExpectRange("amount_off.amount", 1, 1'000'000'000, [](Campaign& c, std::int64_t value) { c.effect = AmountOff{value}; });
  ExpectRange("order_amount_off.amount", 1, kSum, [](Campaign& c, std::int64_t value) { c.effect = OrderAmountOff{value}; });
  ExpectRange("buy_x_get_y.buy_quantity", 1, 10'000,
              [](Campaign& c, std::int64_t value) { c.effect = BuyXGetY{.buy_quantity = value}; });
  ExpectRange("buy_x_get_y.get_quantity", 1, 10'000,
              [](Campaign& c, std::int64_t value) { c.effect = BuyXGetY{.get_quantity = value}; });
  ExpectRange("buy_x_get_y.group_max", 0, kSum, [](Campaign& c, std::int64_t value) { c.effect = BuyXGetY{.group_max = value}; });
  ExpectRange("buy_x_get_y.basis_points", 1, 10'000,
              [](Campaign& c, std::int64_t value) { c.effect = BuyXGetY{.rate = BasisPoints{value}}; });
}

TEST(CheckCampaignTest, EveryTextAndListHasItsLength) {
  const auto text = [](std::int64_t size) { return std::string(static_cast<std::size_t>(size), 'x'); };
  ExpectRange("display_name", 1, 200, [&](Campaign& c, std::int64_t size) { c.display_name = text(size); });
  ExpectRange("codes", 1, 64, [&](Campaign& c, std::int64_t size) { c.codes = {text(size)}; });
  Campaign campaign = Good();
  campaign.banner = text(1'000);
  EXPECT_EQ(Refused(campaign), "");
  campaign.banner += "x";
  EXPECT_EQ(Refused(campaign), "banner");

  const auto list = [](std::size_t size, const std::string& entry) { return std::vector<std::string>(size, entry); };
  for (const std::size_t size : {1'000U, 1'001U}) {
    const bool good = size == 1'000;
    Campaign full = Good();
    full.codes = list(size, "X");
    EXPECT_EQ(Refused(full), good ? "" : "codes");
    full = Good();
    full.items.categories = list(size, "categories/a");
    EXPECT_EQ(Refused(full), good ? "" : "items.categories");
    full = Good();
    full.items.authors = list(size, "authors/a");
    EXPECT_EQ(Refused(full), good ? "" : "items.authors");
    full = Good();
    full.items.books = std::vector<BookId>(size, BookId(1));
    EXPECT_EQ(Refused(full), good ? "" : "items.books");
    full = Good();
    full.items.excluded_books = std::vector<BookId>(size, BookId(1));
    EXPECT_EQ(Refused(full), good ? "" : "items.books");
  }
}

TEST(CheckCampaignTest, ATermHasItsPrefixAndAName) {
  const std::string longest = "categories/" + std::string(189, 'x');
  for (const auto& [term, good] : std::vector<std::pair<std::string, bool>>{{"categories/a", true},
                                                                            {longest, true},
                                                                            {longest + "x", false},
                                                                            {"categories/", false},
                                                                            {"authors/a", false},
                                                                            {"", false}}) {
    Campaign campaign = Good();
    campaign.items.categories = {term};
    EXPECT_EQ(Refused(campaign), good ? "" : "items.categories") << term;
    campaign = Good();
    campaign.effect = BuyXGetY{.get_items = Selection{.categories = {term}}};
    EXPECT_EQ(Refused(campaign), good ? "" : "buy_x_get_y.get_items.categories") << term;
  }
  Campaign campaign = Good();
  campaign.items.authors = {"categories/a"};
  EXPECT_EQ(Refused(campaign), "items.authors");
}

TEST(CheckCampaignTest, ACodeCanBeTyped) {
  for (const auto& [code, good] : std::vector<std::pair<std::string, bool>>{
           {"TWO WORDS", true}, {"\x01", false}, {"A\x1fZ", false}, {"A\x7fZ", false}, {"\xc3\x84", true}}) {
    Campaign campaign = Good();
    campaign.codes = {code};
    EXPECT_EQ(Refused(campaign), good ? "" : "codes") << code;
  }
  Campaign automatic = Good();
  automatic.codes.clear();
  EXPECT_EQ(Refused(automatic), "");
  automatic.code_limit = 1;
  EXPECT_EQ(Refused(automatic), "code_limit");
}

TEST(CheckCampaignTest, EndsAfterItBegins) {
  Campaign campaign = Good();
  campaign.start = campaign.end = kTestNoon;
  EXPECT_EQ(Refused(campaign), "end_time");
  campaign.end = kTestNoon + 1us;
  EXPECT_EQ(Refused(campaign), "");
}

TEST(IsRunningTest, FromItsStartUntilBeforeItsEndWhileItIsActive) {
  Campaign campaign = Good();
  EXPECT_TRUE(IsRunning(campaign, kTestNoon));
  campaign.start = kTestNoon;
  campaign.end = kTestNoon + 1h;
  EXPECT_FALSE(IsRunning(campaign, kTestNoon - 1us));
  EXPECT_TRUE(IsRunning(campaign, kTestNoon));
  EXPECT_TRUE(IsRunning(campaign, kTestNoon + 1h - 1us));
  EXPECT_FALSE(IsRunning(campaign, kTestNoon + 1h));
  for (const CampaignState state : {CampaignState::kDraft, CampaignState::kPaused, CampaignState::kArchived}) {
    campaign.state = state;
    EXPECT_FALSE(IsRunning(campaign, kTestNoon));
  }
}

TEST(NeedsCatalogTest, WhereASelectionNamesCategoriesOrAuthors) {
  const auto needs = [](const Selection& items, std::optional<Selection> get_items) {
    Campaign campaign = TestCampaign(1, BuyXGetY{.get_items = std::move(get_items)});
    campaign.items = items;
    return NeedsCatalog(campaign);
  };
  const Selection books{.books = {BookId(1)}};

  EXPECT_FALSE(needs(books, std::nullopt));
  EXPECT_FALSE(needs(books, books));
  EXPECT_TRUE(needs({.categories = {"categories/a"}}, books));
  EXPECT_TRUE(needs({.authors = {"authors/a"}}, std::nullopt));
  EXPECT_TRUE(needs(books, Selection{.categories = {"categories/a"}}));
  EXPECT_TRUE(needs(books, Selection{.authors = {"authors/a"}}));
  EXPECT_FALSE(NeedsCatalog(Good()));
}

TEST(NormaliseTest, TwoTextsOfOneCampaignBecomeOneValue) {
  const Selection untidy{.books = {BookId(2), BookId(1), BookId(2)},
                         .categories = {"categories/b", "categories/a", "categories/b"},
                         .authors = {"authors/b", "authors/a", "authors/b"},
                         .excluded_books = {BookId(9), BookId(8), BookId(9)}};
  const Selection tidy{.books = {BookId(1), BookId(2)},
                       .categories = {"categories/a", "categories/b"},
                       .authors = {"authors/a", "authors/b"},
                       .excluded_books = {BookId(8), BookId(9)}};
  Campaign campaign = TestCampaign(1, BuyXGetY{.get_items = untidy});
  campaign.codes = {"two", " One ", "TWO"};

  Normalise(campaign);
  EXPECT_THAT(campaign.codes, ElementsAre("ONE", "TWO"));
  EXPECT_EQ(std::get<BuyXGetY>(campaign.effect).get_items, tidy);

  campaign.items = untidy;
  Normalise(campaign);
  EXPECT_EQ(campaign.items, tidy);
  EXPECT_EQ(std::get<BuyXGetY>(campaign.effect).get_items, std::nullopt) << "they are the items themselves";
}

TEST(CampaignNameTest, IsExactlyOurs) {
  for (const std::int64_t number : {std::int64_t{1}, std::int64_t{9}, std::int64_t{10}, INT64_MAX}) {
    EXPECT_EQ(ParseCampaignName(CampaignName(CampaignId(number)), "name").value(), CampaignId(number));
  }
  for (const char* bad : {"", "campaigns/", "campaigns/0", "campaigns/01", "campaigns/-1", "campaigns/+1", "campaigns/1x",
                          "campaigns/x", "campaigns/9223372036854775808", "campaign/1", "campaigns/ 1"}) {
    EXPECT_THAT(ParseCampaignName(bad, "name"), HasReason("INVALID_FIELD")) << bad;
  }
}

}  // namespace
}  // namespace octavo::promotions
