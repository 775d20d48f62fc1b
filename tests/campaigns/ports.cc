#include "tests/campaigns/ports.h"

#include <utility>

#include "services/promotions/domain/quote.h"
#include "tests/campaigns/boundary.h"

namespace octavo::campaigns {
namespace {

using transactions::Order;
using transactions::OrderId;

constexpr std::int64_t kTaxBasisPoints = 700;

promotions::Basket ToBasket(const transactions::Basket& basket, std::int64_t price_minor) {
  promotions::Basket priced;
  for (const transactions::Item& item : basket.items) {
    priced.lines.push_back({.id = std::to_string(item.book.value()),
                            .book = BookId(item.book.value()),
                            .quantity = item.quantity,
                            .unit_price_minor = price_minor,
                            .tax_rate = BasisPoints{kTaxBasisPoints}});
  }
  return priced;
}

transactions::OrderLine ToLine(const transactions::Item& item, const promotions::QuotedLine& quoted, std::int64_t price_minor) {
  transactions::OrderLine line{.book = item.book,
                               .title = "Book " + std::to_string(item.book.value()),
                               .quantity = item.quantity,
                               .unit_price_minor = price_minor,
                               .discount_minor = quoted.subtotal_minor - quoted.total_minor,
                               .total_minor = quoted.gross_minor,
                               .tax_minor = quoted.tax_minor,
                               .tax_basis_points = kTaxBasisPoints,
                               .free_quantity = quoted.free_quantity};
  for (const promotions::UnitShare& share : quoted.units) {
    line.unit_total_minor.insert(line.unit_total_minor.end(), static_cast<std::size_t>(share.quantity), share.gross_minor);
  }
  return line;
}

std::vector<promotions::PersonKey> PersonsOf(const transactions::Buyer& buyer) { return {promotions::PersonKey(buyer.email)}; }

template <typename T>
Status Discard(const Result<T>& result) {
  if (result.ok()) return Ok();
  return result.error();
}

}  // namespace

// --- Pricing

Result<Order> StorePricing::Quote(const transactions::Basket& basket, std::int64_t previous_order_count, const rpc::Limits&) {
  return AtBoundary(disk_, [&]() -> Result<Order> {
    const promotions::OfferList list = store_.ReadOffers(PersonsOf(basket.buyer), {});
    std::vector<promotions::Offer> offers;
    for (std::size_t i = 0; i < list.uses.size(); ++i) {
      offers.push_back({.campaign = &(*list.campaigns)[i], .use = list.uses[i]});
    }
    const promotions::Quote quote = promotions::QuoteBasket(ToBasket(basket, price_minor_), offers,
                                                            {.previous_order_count = previous_order_count}, clock_.Now());
    Order order{.buyer = basket.buyer, .currency_code = "EUR", .delivery_method = basket.delivery_method};
    for (std::size_t i = 0; i < quote.lines.size(); ++i) {
      order.lines.push_back(ToLine(basket.items[i], quote.lines[i], price_minor_));
    }
    for (const promotions::Outcome& outcome : quote.outcomes) {
      order.campaigns.push_back({.campaign = promotions::CampaignName(*outcome.campaign),
                                 .display_name = outcome.display_name,
                                 .applied = outcome.applied(),
                                 .reason = std::string(promotions::ReasonName(outcome.reason)),
                                 .amount_minor = outcome.amount_minor,
                                 .free_quantity = outcome.free_quantity});
    }
    order.totals = {.subtotal_minor = quote.subtotal_minor,
                    .discount_minor = quote.discount_minor,
                    .delivery_minor = quote.gross_delivery_minor,
                    .tax_minor = quote.tax_minor,
                    .total_minor = quote.total_minor};
    return order;
  });
}

Status StorePricing::Claim(const Order& order, const rpc::Limits&) {
  return AtBoundary(disk_, [&]() -> Status {
    promotions::Claim claim{.order = promotions::OrderKey(order.id.value()), .persons = PersonsOf(order.buyer)};
    for (const transactions::CampaignNote& note : order.campaigns) {
      if (!note.applied) continue;
      claim.redemptions.push_back({.campaign = TRY(promotions::ParseCampaignName(note.campaign, "campaign")),
                                   .code = note.code,
                                   .amount_minor = note.amount_minor});
    }
    return claim.redemptions.empty() ? Ok() : store_.ClaimRedemptions(claim, clock_.Now());
  });
}

Status StorePricing::ReleaseClaim(const OrderId& order, const rpc::Limits&) {
  return AtBoundary(disk_, [&]() -> Status {
    store_.ReleaseRedemptions(promotions::OrderKey(order.value()), clock_.Now());
    return Ok();
  });
}

// --- Stock

Result<std::map<BookId, transactions::StockLevel>> StoreStock::Levels(const std::vector<BookId>& books, const rpc::Limits&) {
  using Levels = std::map<BookId, transactions::StockLevel>;
  return AtBoundary(disk_, [&]() -> Result<Levels> {
    std::vector<BookId> ids;
    for (const BookId book : books) ids.emplace_back(book.value());
    Levels levels;
    for (const inventory::Stock& stock : store_.GetStocks(ids)) {
      levels[BookId(stock.book.value())] = {.available = stock.available()};
    }
    return levels;
  });
}

Result<std::map<BookId, std::int64_t>> StoreStock::Reserve(const Order& order, const rpc::Limits&) {
  using Later = std::map<BookId, std::int64_t>;
  return AtBoundary(disk_, [&]() -> Result<Later> {
    inventory::ReserveOrder wanted{.request = inventory::RequestId(order.id.value())};
    for (const transactions::OrderLine& line : order.lines) {
      wanted.demand[BookId(line.book.value())] += line.quantity;
    }
    const inventory::Changed<inventory::Reservation> reserved = TRY(store_.Reserve(wanted, clock_.Now()));
    Later later;
    for (const inventory::ReservedLine& line : reserved.answer.lines) later[BookId(line.book.value())] = line.backordered;
    return later;
  });
}

Status StoreStock::Commit(const OrderId& order, const rpc::Limits&) {
  return AtBoundary(disk_, [&] { return Discard(store_.Commit(inventory::RequestId(order.value()), clock_.Now())); });
}

Status StoreStock::Release(const OrderId& order, const rpc::Limits&) {
  return AtBoundary(disk_, [&] { return Discard(store_.Release(inventory::RequestId(order.value()), clock_.Now())); });
}

Status StoreStock::TakeBack(const OrderId& order, const std::string& key, const std::vector<transactions::Item>& items,
                            transactions::Restock restock, const rpc::Limits&) {
  inventory::Return returned{.request = inventory::RequestId(key),
                             .reservation = inventory::RequestId(order.value()),
                             .only_waiting = restock == transactions::Restock::kNo};
  for (const transactions::Item& item : items) returned.copies[BookId(item.book.value())] += item.quantity;
  return AtBoundary(disk_, [&] { return Discard(store_.TakeBack(returned, clock_.Now())); });
}

// --- Payments

Status SandboxCard::Authorize(const Order& order, const std::string& token, const rpc::Limits&) {
  return AtBoundary(disk_, [&]() -> Status {
    const payments::Behaviour behaviour = TRY(payments::ParseToken(token));
    const payments::Authorization authorization{.key = payments::ChargeKey(order.id.value()),
                                                .currency_code = order.currency_code,
                                                .amount_minor = order.totals.total_minor,
                                                .behaviour = behaviour};
    const Status authorized = Discard(sandbox_.Authorize(authorization, std::chrono::seconds(0)));
    if (authorized.ok() || authorized.error().reason != "DECLINED") return authorized;
    return Error{Code::kFailedPrecondition, "PAYMENT_DECLINED", "the card provider declined the payment"};
  });
}

Status SandboxCard::Capture(const OrderId& order, const rpc::Limits&) {
  return AtBoundary(disk_, [&] { return Discard(sandbox_.Capture(payments::ChargeKey(order.value()))); });
}

Status SandboxCard::Void(const OrderId& order, const rpc::Limits&) {
  return AtBoundary(disk_, [&] { return Discard(sandbox_.Void(payments::ChargeKey(order.value()))); });
}

Status SandboxCard::Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor,
                           const std::string& currency_code, const rpc::Limits&) {
  return AtBoundary(disk_, [&] {
    return Discard(sandbox_.GiveBack({.key = payments::ChargeKey(order.value()),
                                      .refund_key = key,
                                      .currency_code = currency_code,
                                      .amount_minor = amount_minor}));
  });
}

}  // namespace octavo::campaigns
