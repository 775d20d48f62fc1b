#include "services/transactions/domain/returns.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/transactions/testing/orders.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;
constexpr Timestamp kNoon = FakeClock::kNoon;
constexpr auto kDay = std::chrono::days(1);
constexpr Timestamp kReturnEnd = kNoon + 14 * kDay + 12h;  // A midnight.

Order Paid() {
  Order order = ExampleOrder();
  order.payment_state = PaymentState::kPaid;
  order.charged_minor = order.totals.total_minor;
  return order;
}

Order Delivered(const Order& order) { return (*AdvanceFulfilment(order, FulfilmentState::kDelivered, kReturnEnd))->order; }

Order Requested(const Order& order, const std::vector<Item>& items) {
  return RequestReturn(order, items, "", Asker::kBuyer, kNoon).value().order;
}

Order Received(const Order& order, const std::vector<Item>& items) {
  const Order requested = Requested(order, items);
  const std::int64_t number = requested.returns.back().number;
  const Order accepted = (*AcceptReturn(requested, number, kNoon))->order;
  return (*ReceiveReturn(accepted, number, /*restock=*/true, kNoon))->order;
}

TEST(ReturnTest, NoMoneyMovesBeforeTheBooksAreThere) {
  const Order delivered = Delivered(Paid());

  const auto requested = RequestReturn(delivered, {{BookId(1), 1}}, "too thick", Asker::kBuyer, kNoon);
  ASSERT_THAT(requested, IsOk());
  EXPECT_EQ(requested->event, EventType::kReturnChanged);
  EXPECT_TRUE(requested->effects.empty());
  EXPECT_EQ(OpenReturnCount(requested->order), 1);
  const auto accepted = AcceptReturn(requested->order, 1, kNoon + kDay);
  EXPECT_TRUE((*accepted)->effects.empty());
  EXPECT_EQ((*accepted)->order.refunded_minor, 0);

  const auto received = ReceiveReturn((*accepted)->order, 1, /*restock=*/true, kNoon + 2 * kDay);

  ASSERT_TRUE(received->has_value());
  EXPECT_EQ((*received)->event, EventType::kRefunded);
  EXPECT_EQ((*received)->order.refunded_minor, 1000);
  EXPECT_EQ((*received)->order.returns[0].amount_minor, 1000);
  EXPECT_EQ((*received)->order.payment_state, PaymentState::kPartlyRefunded);
  EXPECT_EQ((*received)->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRefundPayment, .amount_minor = 1000},
                                                       {.kind = Effect::Kind::kRestock, .items = {{BookId(1), 1}}}}));
  EXPECT_EQ(OpenReturnCount((*received)->order), 0);
  CheckInvariants((*received)->order);
}

TEST(ReturnTest, StepsAreTakenInOrderAndOnce) {
  const Order requested = Requested(Delivered(Paid()), {{BookId(1), 1}});
  const Order accepted = (*AcceptReturn(requested, 1, kNoon))->order;
  const Order received = (*ReceiveReturn(accepted, 1, false, kNoon))->order;
  const Order rejected = (*RejectReturn(accepted, 1, "it is torn", kNoon))->order;

  EXPECT_THAT(ReceiveReturn(requested, 1, false, kNoon), HasReason("BAD_STATE"));
  EXPECT_FALSE(AcceptReturn(accepted, 1, kNoon)->has_value());
  EXPECT_FALSE(ReceiveReturn(received, 1, false, kNoon)->has_value());
  EXPECT_FALSE(RejectReturn(rejected, 1, "again", kNoon)->has_value());
  EXPECT_THAT(AcceptReturn(rejected, 1, kNoon), HasReason("BAD_STATE"));
  EXPECT_THAT(ReceiveReturn(rejected, 1, false, kNoon), HasReason("BAD_STATE"));
  EXPECT_THAT(RejectReturn(received, 1, "late", kNoon), HasReason("BAD_STATE"));
  EXPECT_THAT(AcceptReturn(requested, 2, kNoon), HasReason("UNKNOWN_RETURN"));
  EXPECT_EQ(rejected.returns[0].answer, "it is torn");
}

TEST(ReturnTest, IsForWhatWasSentAndWithinThePeriod) {
  Order shipped = Paid();
  shipped.fulfilment_state = FulfilmentState::kShipped;
  const Order delivered = Delivered(Paid());
  const auto ask = [](const Order& order, Timestamp now, Asker asker = Asker::kBuyer) {
    return RequestReturn(order, {{BookId(1), 1}}, "", asker, now);
  };

  EXPECT_THAT(ask(Paid(), kNoon), HasReason("NOT_SENT"));
  EXPECT_THAT(ask(shipped, kNoon + 100 * kDay), IsOk()) << "the period begins with the delivery";
  EXPECT_THAT(ask(delivered, kReturnEnd - 1us), IsOk()) << "the last day counts to its end";
  EXPECT_THAT(ask(delivered, kReturnEnd), HasReason("RETURN_PERIOD_OVER"));
  EXPECT_THAT(ask(delivered, kNoon + 15 * kDay), HasReason("RETURN_PERIOD_OVER"));
  EXPECT_THAT(ask(delivered, kNoon + 15 * kDay, Asker::kStaff), IsOk());
}

TEST(ReturnTest, NeverAsksForMoreThanTheBuyerHas) {
  const Order delivered = Delivered(Paid());
  const Order two = Requested(delivered, {{BookId(1), 2}});
  const auto ask = [&](const Order& order, const std::vector<Item>& items) {
    return RequestReturn(order, items, "", Asker::kBuyer, kNoon);
  };

  EXPECT_THAT(ask(two, {{BookId(1), 2}}), HasReason("NOTHING_TO_RETURN"));
  EXPECT_THAT(ask(two, {{BookId(9), 1}}), HasReason("NOTHING_TO_RETURN"));
  EXPECT_THAT(ask(two, {{BookId(1), 0}}), HasReason("INVALID_FIELD"));
  const auto rest = ask(two, {});
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->items, (std::vector<Item>{{BookId(1), 1}, {BookId(2), 1}}));
  EXPECT_THAT(ask(rest->order, {}), HasReason("NOTHING_TO_RETURN"));
  const Order rejected = (*RejectReturn(two, 1, "no", kNoon))->order;
  EXPECT_THAT(ask(rejected, {{BookId(1), 3}}), IsOk()) << "what was rejected may be asked for again";
  EXPECT_THAT(ask(Requested(rejected, {{BookId(1), 2}}), {{BookId(1), 2}}), HasReason("NOTHING_TO_RETURN"));
}

TEST(ReturnTest, UnitsThatWereRefundedOtherwiseAreNotRefundedAgain) {
  const Order requested = Requested(Delivered(Paid()), {{BookId(2), 1}});
  const Order accepted = (*AcceptReturn(requested, 1, kNoon))->order;
  const Order refunded = Refund(accepted, {{BookId(2), 1}}, /*restock=*/false, "").value().order;

  EXPECT_THAT(ReceiveReturn(refunded, 1, true, kNoon), HasReason("NOTHING_TO_RETURN"));
  EXPECT_THAT(RejectReturn(refunded, 1, "it is refunded already", kNoon), IsOk());
}

TEST(ReturnTest, OfTheWholeOrderGivesTheDeliveryBackAndOfAPartDoesNot) {
  const Order delivered = Delivered(Paid());

  const Order whole = Received(delivered, {});
  EXPECT_EQ(whole.refunded_minor, whole.charged_minor);
  EXPECT_EQ(whole.payment_state, PaymentState::kRefunded);

  const Order part = Received(delivered, {{BookId(1), 3}});
  EXPECT_EQ(part.refunded_minor, 2000);
  const Order rest = Received(part, {{BookId(2), 1}});
  EXPECT_EQ(rest.refunded_minor, rest.charged_minor) << "nothing of the order is left with the buyer";
  CheckInvariants(rest);
}

TEST(ReturnTest, OfAUnitThatCostNothingIsOneLikeAnyOther) {
  const Order paid_units = Received(Delivered(Paid()), {{BookId(1), 2}});

  const Order all = Received(paid_units, {{BookId(1), 1}});

  EXPECT_EQ(all.returns[1].amount_minor, 0);
  EXPECT_EQ(all.lines[0].refunded_quantity, 3);
  EXPECT_EQ(all.refunded_minor, 2000);
}

TEST(ReturnTest, ARefundIsOfOneCentOrMore) {
  for (const std::int64_t share : {0, 1}) {
    Order order = Delivered(Paid());
    order.lines[0].unit_total_minor = {share, 1000, 1000 - share};
    const Order accepted = (*AcceptReturn(Requested(order, {{BookId(1), 1}}), 1, kNoon))->order;

    const auto received = ReceiveReturn(accepted, 1, /*restock=*/false, kNoon);

    const Effect strike_off{.kind = Effect::Kind::kStrikeOff, .items = {{BookId(1), 1}}};
    const Effect refund{.kind = Effect::Kind::kRefundPayment, .amount_minor = 1};
    EXPECT_EQ((*received)->effects, share == 0 ? std::vector{strike_off} : std::vector({refund, strike_off}));
  }
}

TEST(ReturnTest, BeforeItIsPaidItIsTakenOffWhatIsDue) {
  const Order part = Received(Delivered(ExampleOrder()), {{BookId(2), 1}});
  EXPECT_EQ(part.credited_minor, 900);
  EXPECT_EQ(part.payment_state, PaymentState::kDue);
  CheckInvariants(part);

  const Order nothing_due = Received(part, {});
  EXPECT_EQ(nothing_due.credited_minor, nothing_due.totals.total_minor) << "the delivery as well";
  EXPECT_EQ(nothing_due.payment_state, PaymentState::kVoided);
  CheckInvariants(nothing_due);

  const Order paid = (*RecordPayment(part))->order;
  EXPECT_EQ(paid.charged_minor, paid.totals.total_minor - 900);
  const Order rest = Received(paid, {});
  EXPECT_EQ(rest.refunded_minor, rest.charged_minor);
  CheckInvariants(rest);
}

TEST(IsOverTest, WhenNothingIsLeftToSendToPayOrToTakeBack) {
  const Order completed = Delivered(Paid());
  const Order requested = Requested(completed, {{BookId(1), 1}});
  const Order accepted = (*AcceptReturn(requested, 1, kNoon))->order;

  EXPECT_TRUE(IsOver(completed));
  EXPECT_FALSE(IsOver(Paid()));
  EXPECT_FALSE(IsOver(requested));
  EXPECT_FALSE(IsOver(accepted));
  EXPECT_TRUE(IsOver((*ReceiveReturn(accepted, 1, true, kNoon))->order));
  EXPECT_TRUE(IsOver((*RejectReturn(accepted, 1, "no", kNoon))->order));
}

TEST(ErasePersonTest, LeavesWhatTheShopMustKeep) {
  Order order = Requested(Delivered(Paid()), {{BookId(1), 1}});
  order.returns[0].reason = "a gift for my aunt in Jena";
  order.access_token_hash = "ab12";
  order.reader = "readers/v-1";

  Order erased = order;
  ErasePerson(erased);

  EXPECT_EQ(erased.buyer, Buyer{});
  EXPECT_EQ(erased.address, Address{.country_code = "DE"});
  EXPECT_EQ(erased.access_token_hash + erased.cart + erased.reader + erased.returns[0].reason, "");
  EXPECT_EQ(erased.lines, order.lines);
  EXPECT_EQ(erased.totals, order.totals);
  EXPECT_EQ(erased.returns[0].items, order.returns[0].items);
}

TEST(ReturnTest, OfEverythingBeforeItIsPaidLeavesNothingToPay) {
  const Order order = Received(Delivered(ExampleOrder()), {});

  EXPECT_EQ(order.credited_minor, order.totals.total_minor);
  EXPECT_EQ(order.payment_state, PaymentState::kVoided);
  EXPECT_EQ(order.state, OrderState::kCompleted);
  EXPECT_THAT(RecordPayment(order), HasReason("BAD_STATE"));
  CheckInvariants(order);
}

TEST(EraseTest, TakesThePersonOutOfAnOrderThatIsOver) {
  Order order = ExampleOrder();
  order.buyer = {.customer = "customers/ada", .email = "ada@example.org", .full_name = "Ada"};
  EXPECT_FALSE(Erase(order, FakeClock::kNoon)) << "it is still to be sent";
  EXPECT_EQ(order.buyer.full_name, "Ada");

  order.state = OrderState::kCancelled;

  EXPECT_TRUE(Erase(order, FakeClock::kNoon));
  EXPECT_EQ(order.buyer, Buyer());
  EXPECT_EQ(order.update_time, FakeClock::kNoon);
}

}  // namespace
}  // namespace octavo::transactions
