#include "services/transactions/domain/order.h"

#include <gtest/gtest.h>

#include <functional>

#include "lib/testing/matchers.h"
#include "services/transactions/testing/orders.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;

Order Paid() {
  Order order = ExampleOrder();
  order.payment_state = PaymentState::kPaid;
  order.charged_minor = order.totals.total_minor;
  return order;
}

TEST(RefundTest, AUnitReturnsItsFrozenShare) {
  const auto change = Refund(Paid(), {{BookId(1), 1}}, /*restock=*/true, "damaged");

  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->order.refunded_minor, 1000);
  EXPECT_EQ(change->order.payment_state, PaymentState::kPartlyRefunded);
  EXPECT_EQ(change->order.lines[0].refunded_quantity, 1);
  EXPECT_EQ(change->note, "10.00 EUR refunded: damaged");
  EXPECT_EQ(change->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRefundPayment, .amount_minor = 1000},
                                                  {.kind = Effect::Kind::kRestock, .items = {{BookId(1), 1}}}}));
}

TEST(RefundTest, AmountsAreToldInTheOrdersCurrency) {
  for (const auto& [currency, note] : {std::pair("JPY", "1000 JPY refunded"), {"KWD", "1.000 KWD refunded"}}) {
    Order order = Paid();
    order.currency_code = currency;
    EXPECT_EQ(Refund(order, {{BookId(1), 1}}, /*restock=*/true, "")->note, note);
  }
}

TEST(RefundTest, WhatDoesNotComeBackIsNotWaitedForEither) {
  const auto change = Refund(Paid(), {{BookId(1), 2}}, /*restock=*/false, "");

  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRefundPayment, .amount_minor = 2000},
                                                  {.kind = Effect::Kind::kStrikeOff, .items = {{BookId(1), 2}}}}));
}

TEST(RefundTest, UnitByUnitReturnsExactlyWhatWasPaidForTheLines) {
  Order order = Paid();
  order.fulfilment_state = FulfilmentState::kShipped;
  std::int64_t returned = 0;
  for (const BookId book : {BookId(1), BookId(1), BookId(1), BookId(2)}) {
    const auto change = Refund(order, {{book, 1}}, /*restock=*/false, "");
    ASSERT_THAT(change, IsOk());
    CheckInvariants(change->order);
    returned += change->order.refunded_minor - order.refunded_minor;
    order = change->order;
  }

  EXPECT_EQ(returned, order.totals.total_minor - order.totals.delivery_minor);
  EXPECT_THAT(Refund(order, {{BookId(1), 1}}, false, ""), HasReason("NOTHING_TO_REFUND"));
}

TEST(RefundTest, AUnitThatCostNothingGoesBackAfterThoseThatWerePaid) {
  Order order = Paid();
  order.lines.resize(1);
  order.totals = {.subtotal_minor = 3000, .discount_minor = 1000, .total_minor = 2000};
  order.charged_minor = 2000;

  const Order paid_back = Refund(order, {{BookId(1), 2}}, /*restock=*/true, "").value().order;
  EXPECT_EQ(paid_back.payment_state, PaymentState::kRefunded);
  EXPECT_EQ(paid_back.state, OrderState::kPlaced);
  const auto last = Refund(paid_back, {{BookId(1), 1}}, /*restock=*/true, "");

  ASSERT_THAT(last, IsOk());
  EXPECT_EQ(last->order.state, OrderState::kCancelled) << "nothing is left to send";
  EXPECT_EQ(last->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRestock, .items = {{BookId(1), 1}}},
                                                {.kind = Effect::Kind::kReleaseRedemptions}}));
  CheckInvariants(last->order);
}

TEST(RefundTest, OfEverythingIncludesTheDelivery) {
  const auto change = Refund(Paid(), {}, /*restock=*/true, "");

  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->order.refunded_minor, change->order.charged_minor);
  EXPECT_EQ(change->order.payment_state, PaymentState::kRefunded);
}

TEST(RefundTest, OfTheLastUnitBeforeItLeavesTheShopIsTheOrdersCancellation) {
  const auto first = Refund(Paid(), {{BookId(1), 3}}, /*restock=*/true, "");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->order.state, OrderState::kPlaced);

  const auto last = Refund(first->order, {{BookId(2), 1}}, /*restock=*/true, "");

  ASSERT_THAT(last, IsOk());
  EXPECT_EQ(last->event, EventType::kCancelled);
  EXPECT_EQ(last->order.state, OrderState::kCancelled);
  EXPECT_EQ(last->order.fulfilment_state, FulfilmentState::kCancelled);
  EXPECT_EQ(last->order.refunded_minor, last->order.charged_minor) << "nothing was delivered";
  EXPECT_EQ(last->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRefundPayment, .amount_minor = 900 + 390},
                                                {.kind = Effect::Kind::kRestock, .items = {{BookId(2), 1}}},
                                                {.kind = Effect::Kind::kReleaseRedemptions}}));
  CheckInvariants(last->order);
}

TEST(RefundTest, OfTheLastUnitAfterItLeftTheShopIsAReturn) {
  Order delivered = Paid();
  delivered.fulfilment_state = FulfilmentState::kDelivered;
  delivered.state = OrderState::kCompleted;

  const auto change = Refund(delivered, {{BookId(1), 3}, {BookId(2), 1}}, /*restock=*/true, "");

  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->event, EventType::kRefunded);
  EXPECT_EQ(change->order.state, OrderState::kCompleted);
  EXPECT_EQ(change->order.charged_minor - change->order.refunded_minor, 390) << "the delivery was made";
}

TEST(RefundTest, IsOfUnitsThatTheOrderHas) {
  for (const std::int64_t quantity : {-1, 0}) {
    EXPECT_THAT(Refund(Paid(), {{BookId(1), quantity}}, false, ""), HasReason("INVALID_FIELD")) << quantity;
  }
  EXPECT_THAT(Refund(Paid(), {{BookId(9), 1}}, false, ""), HasReason("NOTHING_TO_REFUND"));
}

TEST(RefundTest, OfAUnitThatCostNothingLeavesThePaymentAsItWas) {
  Order order = Paid();
  order.lines[0].unit_total_minor = {0, 1000, 1000};

  const auto change = Refund(order, {{BookId(1), 1}}, /*restock=*/false, "");

  EXPECT_EQ(change->order.payment_state, PaymentState::kPaid);
  EXPECT_EQ(change->effects, (std::vector<Effect>{{.kind = Effect::Kind::kStrikeOff, .items = {{BookId(1), 1}}}}));
}

TEST(RefundTest, ASingleCentIsMoney) {
  Order order = Paid();
  order.lines[0].unit_total_minor = {1, 1000, 999};

  const auto change = Refund(order, {{BookId(1), 1}}, /*restock=*/false, "");

  EXPECT_EQ(change->order.payment_state, PaymentState::kPartlyRefunded);
  EXPECT_EQ(change->effects[0], (Effect{.kind = Effect::Kind::kRefundPayment, .amount_minor = 1}));
}

TEST(RefundTest, OfTheRestIsOfTheDeliveryAloneWhereTheBooksAreRefundedAlready) {
  for (const std::int64_t delivery : {1, 390}) {
    Order order = Paid();
    order.fulfilment_state = FulfilmentState::kDelivered;
    order.totals.delivery_minor = delivery;
    order.totals.total_minor = order.charged_minor = 2900 + delivery;
    const Order books = Refund(order, {{BookId(1), 3}, {BookId(2), 1}}, /*restock=*/true, "").value().order;

    const auto rest = Refund(books, {}, /*restock=*/true, "");

    ASSERT_THAT(rest, IsOk());
    EXPECT_EQ(rest->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRefundPayment, .amount_minor = delivery}}));
    EXPECT_EQ(rest->order.payment_state, PaymentState::kRefunded);
    EXPECT_THAT(Refund(rest->order, {}, /*restock=*/true, ""), HasReason("NOTHING_TO_REFUND"));
  }
}

TEST(RefundTest, NeedsAPayment) { EXPECT_THAT(Refund(ExampleOrder(), {}, false, ""), HasReason("NOT_PAID")); }

TEST(CancelTest, TakesEverythingBack) {
  Order order = Paid();
  order.lines[1].backordered_quantity = 1;

  const auto change = Cancel(order, "changed my mind");

  ASSERT_THAT(change, IsOk());
  ASSERT_TRUE(change->has_value());
  EXPECT_EQ((*change)->order.state, OrderState::kCancelled);
  EXPECT_EQ((*change)->order.refunded_minor, order.charged_minor);
  // The copy of book 2 may still be waited for: its owner knows, and strikes it off.
  EXPECT_EQ((*change)->effects,
            (std::vector<Effect>{{.kind = Effect::Kind::kRestock, .items = {{BookId(1), 3}, {BookId(2), 1}}},
                                 {.kind = Effect::Kind::kReleaseRedemptions},
                                 {.kind = Effect::Kind::kRefundPayment, .amount_minor = order.charged_minor}}));
  CheckInvariants((*change)->order);
}

TEST(CancelTest, GivesBackWhatWasNotRefundedBefore) {
  for (const std::int64_t left : {1, 390}) {
    Order order = Paid();
    order.totals.delivery_minor = left;
    order.totals.total_minor = order.charged_minor = 2900 + left;
    order.lines[0].refunded_quantity = 2;
    order.lines[1].refunded_quantity = 1;
    order.refunded_minor = 2900;
    order.payment_state = PaymentState::kPartlyRefunded;

    const auto change = Cancel(order, "");

    ASSERT_THAT(change, IsOk());
    EXPECT_EQ((*change)->effects, (std::vector<Effect>{{.kind = Effect::Kind::kRestock, .items = {{BookId(1), 1}}},
                                                       {.kind = Effect::Kind::kReleaseRedemptions},
                                                       {.kind = Effect::Kind::kRefundPayment, .amount_minor = left}}));
    EXPECT_EQ((*change)->order.payment_state, PaymentState::kRefunded);
  }
}

TEST(CancelTest, OfWhatCostNothingLeavesNothingPaid) {
  Order order = ExampleOrder();
  order.lines.resize(1);
  order.lines[0].unit_total_minor = {0, 0, 0};
  order.lines[0].total_minor = 0;
  order.totals = {.subtotal_minor = 3000, .discount_minor = 3000};
  order.payment_state = PaymentState::kPaid;

  const auto change = Cancel(order, "");

  ASSERT_THAT(change, IsOk());
  EXPECT_EQ((*change)->order.payment_state, PaymentState::kVoided);
  CheckInvariants((*change)->order);
}

TEST(CancelTest, TwiceIsOnceAndTooLateIsRefused) {
  Order cancelled = ExampleOrder();
  cancelled.state = OrderState::kCancelled;
  Order shipped = ExampleOrder();
  shipped.fulfilment_state = FulfilmentState::kShipped;

  EXPECT_FALSE(Cancel(cancelled, "")->has_value());
  EXPECT_THAT(Cancel(shipped, ""), HasReason("ALREADY_FULFILLED"));
}

TEST(RunOutTest, CancelsWhatNobodyHasPaidForOrConfirmedInTime) {
  Order order = ExampleOrder();
  EXPECT_FALSE(RunOut(order, FakeClock::kNoon)->has_value()) << "there is no end";
  order.run_out_time = FakeClock::kNoon;

  EXPECT_FALSE(RunOut(order, FakeClock::kNoon - 1us)->has_value());
  ASSERT_TRUE(RunOut(order, FakeClock::kNoon)->has_value());
  EXPECT_EQ((*RunOut(order, FakeClock::kNoon))->order.state, OrderState::kCancelled);
  Order paid = order, packed = order, over = order;
  paid.payment_state = PaymentState::kPaid;
  packed.fulfilment_state = FulfilmentState::kPacked;
  over.state = OrderState::kCompleted;
  for (const Order& kept : {paid, packed, over}) {
    EXPECT_EQ(RunOutTime(kept), Timestamp());
    EXPECT_FALSE(RunOut(kept, FakeClock::kNoon)->has_value());
  }
}

TEST(LeaveToStaffTest, WritesItDownAndChangesNothingElse) {
  const Order before = LeaveToStaff(Paid(), "refund of 1.00 EUR: refused").order;

  const Change change = LeaveToStaff(before, "restock: unknown book");

  EXPECT_EQ(change.order.left_to_staff, (std::vector<std::string>{"refund of 1.00 EUR: refused", "restock: unknown book"}));
  EXPECT_EQ(change.event, EventType::kLeftToStaff);
  EXPECT_TRUE(change.effects.empty());
}

TEST(OrderNumberTest, BeginsAtOneThousandAndOne) {
  EXPECT_EQ(OrderNumber({.number = 1}), "B-1001");
  EXPECT_EQ(OrderNumber({.number = 42}), "B-1042");
}

TEST(FulfilmentTest, GoesForwardOnly) {
  using enum FulfilmentState;
  const struct {
    DeliveryMethod delivery;
    FulfilmentState from, to;
    bool allowed;
  } kCases[] = {
      {DeliveryMethod::kShipping, kOpen, kPacked, true},     {DeliveryMethod::kShipping, kPacked, kShipped, true},
      {DeliveryMethod::kShipping, kOpen, kDelivered, true},  {DeliveryMethod::kShipping, kPacked, kReady, false},
      {DeliveryMethod::kCollection, kPacked, kReady, true},  {DeliveryMethod::kCollection, kPacked, kShipped, false},
      {DeliveryMethod::kShipping, kShipped, kPacked, false}, {DeliveryMethod::kShipping, kCancelled, kPacked, false},
      {DeliveryMethod::kShipping, kOpen, kCancelled, false},
  };

  for (const auto& test : kCases) {
    Order order = ExampleOrder();
    order.delivery_method = test.delivery;
    order.fulfilment_state = test.from;
    const auto change = AdvanceFulfilment(order, test.to, FakeClock::kNoon);
    EXPECT_EQ(change.ok(), test.allowed) << static_cast<int>(test.from) << " to " << static_cast<int>(test.to);
    if (change.ok()) continue;
    EXPECT_THAT(change, HasReason("BAD_STATE"));
  }
}

TEST(FulfilmentTest, DeliveredAndPaidIsComplete) {
  const auto deliver = [](const Order& order) {
    return (*AdvanceFulfilment(order, FulfilmentState::kDelivered, FakeClock::kNoon))->order;
  };

  EXPECT_EQ(deliver(Paid()).state, OrderState::kCompleted);
  EXPECT_EQ(deliver(ExampleOrder()).state, OrderState::kPlaced);
}

TEST(RecordPaymentTest, ChargesTheTotalOnce) {
  const auto change = RecordPayment(ExampleOrder());

  ASSERT_TRUE(change->has_value());
  EXPECT_EQ((*change)->order.charged_minor, ExampleOrder().totals.total_minor);
  EXPECT_FALSE(RecordPayment((*change)->order)->has_value());
}

TEST(RecordPaymentTest, CompletesWhatIsDelivered) {
  Order delivered = ExampleOrder();
  delivered.fulfilment_state = FulfilmentState::kDelivered;

  EXPECT_EQ((*RecordPayment(delivered))->order.state, OrderState::kCompleted);
  EXPECT_EQ((*RecordPayment(delivered))->event, EventType::kCompleted);
  EXPECT_EQ((*RecordPayment(ExampleOrder()))->order.state, OrderState::kPlaced);
}

TEST(RecordPaymentTest, NeedsSomethingDue) {
  Order cancelled = ExampleOrder(), voided = ExampleOrder();
  cancelled.state = OrderState::kCancelled;
  voided.payment_state = PaymentState::kVoided;

  EXPECT_THAT(RecordPayment(cancelled), HasReason("BAD_STATE"));
  EXPECT_THAT(RecordPayment(voided), HasReason("BAD_STATE"));
}

TEST(OrderInvariantsTest, WhatDoesNotAddUpIsABug) {
  const std::vector<std::function<void(Order&)>> mistakes = {
      [](Order& order) { order.lines[0].unit_total_minor[0] += 1; },
      [](Order& order) { order.lines[0].unit_total_minor = {2000}; },
      [](Order& order) { order.lines.push_back({.book = BookId(3)}); },
      [](Order& order) { order.lines[0].refunded_quantity = -1; },
      [](Order& order) { order.lines[0].refunded_quantity = 4; },
      [](Order& order) { order.lines[0].backordered_quantity = 4; },
      [](Order& order) { order.totals.delivery_minor += 1; },
      [](Order& order) { order.refunded_minor = -1; },
      [](Order& order) { order.refunded_minor = order.charged_minor + 1; },
      [](Order& order) { order.credited_minor = -1; },
      [](Order& order) { order.credited_minor = 1; },
  };

  EXPECT_NO_THROW(CheckInvariants(Paid()));
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    Order order = Paid();
    mistakes[i](order);
    EXPECT_THROW(CheckInvariants(order), Bug) << "mistake " << i;
  }
}

TEST(WhoseOrderTest, APersonIsKnownByAccountOrEmailWhicheverIsGiven) {
  const Buyer ada{.customer = "customers/ada", .email = "ada@example.org"};
  const Buyer guest{.email = "ada@example.org"};

  EXPECT_TRUE(IsFrom(ada, "customers/ada", ""));
  EXPECT_TRUE(IsFrom(ada, "customers/bob", "ada@example.org"));
  EXPECT_FALSE(IsFrom(ada, "customers/bob", "bob@example.org"));
  EXPECT_FALSE(IsFrom(guest, "", "")) << "nobody is named";
  EXPECT_FALSE(IsFrom({.customer = "customers/ada"}, "", "")) << "an order without an e-mail is not everybody's";
}

TEST(WhoseOrderTest, WhatOthersOrderedForAnEmailIsTheirs) {
  const Buyer ada{.customer = "customers/ada", .email = "both@example.org"};
  const Buyer guest{.email = "both@example.org"};

  EXPECT_TRUE(IsOf(ada, "customers/ada", ""));
  EXPECT_TRUE(IsOf(guest, "customers/bob", "both@example.org"));
  EXPECT_FALSE(IsOf(ada, "customers/bob", "both@example.org"));
  EXPECT_FALSE(IsOf(guest, "", ""));
}

TEST(UnpaidCopiesTest, AreThoseLeftInAnOrderThatIsOpenAndDue) {
  Order order = ExampleOrder();
  EXPECT_EQ(UnpaidCopies(order), 4);
  order.lines[0].refunded_quantity = 1;
  EXPECT_EQ(UnpaidCopies(order), 3);
  order.payment_state = PaymentState::kPaid;
  EXPECT_EQ(UnpaidCopies(order), 0);
  order.payment_state = PaymentState::kDue;
  order.state = OrderState::kCancelled;
  EXPECT_EQ(UnpaidCopies(order), 0);
}

TEST(NumbersToSkipTest, AsManyAsEventsAreLostAndEachOnce) {
  const auto skip = [](std::int64_t seen, std::int64_t last_number) {
    return NumbersToSkip(seen, /*last_position=*/10, /*newest=*/4, last_number);
  };

  EXPECT_EQ(skip(13, 4), 3);
  EXPECT_EQ(skip(13, 7), 0) << "they were passed over before";
  EXPECT_EQ(skip(13, 6), 1);
  EXPECT_EQ(skip(10, 4), 0);
  EXPECT_EQ(skip(9, 4), 0);
}

}  // namespace
}  // namespace octavo::transactions
