#include "services/transactions/peers_client.h"

#include <algorithm>
#include <charconv>

#include "lib/base/check.h"
#include "lib/base/money.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;

// Each below the lease of an intent (4 s), so that its holder never works beyond it.
constexpr auto kReadBudget = 800ms;
constexpr auto kWriteBudget = 1500ms;
constexpr auto kProviderBudget = 2500ms;
// A reservation outlives the longest recovery (10 minutes) by half.
constexpr std::int64_t kReservationSeconds = 900;

rpc::Limits Limit(const Context& context, std::chrono::milliseconds budget) {
  return {.budget = budget, .deadline = context.deadline, .trace = context.trace};
}

std::string BookName(const BookId& book) { return "books/" + std::to_string(book.value()); }

BookId ToBookId(const std::string& name) {
  constexpr std::size_t kPrefix = 6;  // "books/"
  std::int64_t id = 0;
  if (name.size() > kPrefix) std::from_chars(name.data() + kPrefix, name.data() + name.size(), id);
  return BookId(id);
}

template <typename Response>
Status Discard(const Result<Response>& result) {
  if (result.ok()) return Ok();
  return result.error();
}

void Fill(type::v1::Money& money, std::int64_t minor, const std::string& currency_code) {
  money.set_minor(minor);
  money.set_currency_code(currency_code);
}

void Fill(promotions::v1::CustomerFacts& facts, const Buyer& buyer, std::int64_t previous_order_count) {
  facts.set_customer(buyer.customer);
  facts.set_email(buyer.email);
  facts.set_previous_order_count(previous_order_count);
}

Error UnknownBook(const BookId& book) {
  return {.code = Code::kNotFound,
          .reason = "UNKNOWN_BOOK",
          .message = BookName(book) + " is not in the catalogue",
          .metadata = {{"book", BookName(book)}}};
}

bool IsBoundByFixedPrice(const catalog::v1::Book& book, const PriceRules& rules) {
  if (rules.fixed_price_discount_max_basis_points < 0) return false;
  const auto& free = rules.unbound_categories;
  return std::none_of(book.categories().begin(), book.categories().end(), [&](const std::string& category) {
    return std::find(free.begin(), free.end(), category) != free.end();
  });
}

// Adds a tax that is not in the prices to each unit's share, so that the shares are what was paid.
std::vector<std::int64_t> WithTax(std::vector<std::int64_t> units, std::int64_t tax_minor) {
  if (tax_minor == 0) return units;
  std::vector<std::int64_t> weights = units;
  if (std::all_of(weights.begin(), weights.end(), [](std::int64_t weight) { return weight == 0; })) {
    std::fill(weights.begin(), weights.end(), 1);
  }
  const std::vector<Money> shares = Money(tax_minor, Currency::Eur()).Allocate(weights);  // The unit does not matter.
  for (std::size_t i = 0; i < units.size(); ++i) units[i] += shares[i].minor();
  return units;
}

OrderLine ToLine(const promotions::v1::QuotedLine& quoted, const std::string& title, const PriceRules& rules) {
  const std::int64_t added_tax = rules.tax_inclusive ? 0 : quoted.tax().minor();
  OrderLine line{.book = ToBookId(quoted.book()),
                 .title = title,
                 .quantity = quoted.quantity(),
                 .unit_price_minor = quoted.unit_price().minor(),
                 .discount_minor = quoted.subtotal().minor() - quoted.total().minor(),
                 .total_minor = quoted.total().minor() + added_tax,
                 .tax_minor = quoted.tax().minor(),
                 .tax_basis_points = rules.tax_basis_points,
                 .free_quantity = quoted.free_quantity()};
  line.unit_total_minor =
      WithTax({quoted.unit_total_minor().begin(), quoted.unit_total_minor().end()}, added_tax);
  return line;
}

CampaignNote ToNote(const promotions::v1::CampaignOutcome& outcome) {
  return {.campaign = outcome.campaign(),
          .display_name = outcome.display_name(),
          .code = outcome.code(),
          .applied = outcome.applied(),
          .reason = outcome.reason(),
          .message = outcome.message(),
          .amount_minor = outcome.amount().minor(),
          .free_quantity = outcome.free_quantity()};
}

Promise BeyondShelf(const inventory::v1::Policy& policy) {
  switch (policy.backorder()) {
    case inventory::v1::BACKORDER_ALLOWED: return Promise::kBackorder;
    case inventory::v1::BACKORDER_PREORDER: return Promise::kPreorder;
    case inventory::v1::BACKORDER_SPECIAL_ORDER: return Promise::kSpecialOrder;
    default: return Promise::kUnavailable;
  }
}

std::string ReservationName(const OrderId& order) { return "reservations/" + order.value(); }

}  // namespace

void GrpcPricing::Connect(const std::shared_ptr<grpc::Channel>& catalog,
                          const std::shared_ptr<grpc::Channel>& promotions) {
  catalog_ = catalog::v1::CatalogService::NewStub(catalog);
  promotions_ = promotions::v1::PromotionsService::NewStub(promotions);
}

Result<catalog::v1::BatchGetBooksResponse> GrpcPricing::Books(const Basket& basket, const Context& context) {
  catalog::v1::BatchGetBooksRequest request;
  for (const Item& item : basket.items) request.add_names(BookName(item.book));
  auto response = TRY(caller_.Invoke(*catalog_, &catalog::v1::CatalogService::StubInterface::BatchGetBooks, request,
                                     Limit(context, kReadBudget)));
  if (response.missing_names_size() > 0) return UnknownBook(ToBookId(response.missing_names(0)));
  return response;
}

Result<Order> GrpcPricing::Quote(const Basket& basket, std::int64_t previous_order_count, const Context& context) {
  const auto books = TRY(Books(basket, context));
  promotions::v1::QuoteBasketRequest request;
  std::map<BookId, std::string> titles;
  for (const auto& book : books.books()) {
    const BookId id = ToBookId(book.name());
    titles[id] = book.title();
    const auto item = std::find_if(basket.items.begin(), basket.items.end(), [&](const Item& i) { return i.book == id; });
    if (item == basket.items.end()) continue;
    auto* line = request.add_lines();
    line->set_line_id(book.name());
    line->set_book(book.name());
    line->set_quantity(item->quantity);
    *line->mutable_unit_price() = book.price();
    for (const std::string& category : book.categories()) line->add_categories(category);
    for (const auto& credit : book.authors()) line->add_authors(credit.author());
    line->set_tax_basis_points(rules_.tax_basis_points);
    if (IsBoundByFixedPrice(book, rules_)) {
      line->mutable_fixed_price()->set_applies(true);
      line->mutable_fixed_price()->set_discount_max_basis_points(rules_.fixed_price_discount_max_basis_points);
    }
  }
  if (request.lines_size() == 0) return Error{Code::kFailedPrecondition, "EMPTY_ORDER", "there is nothing to order"};
  const std::string currency = request.lines(0).unit_price().currency_code();
  Fill(*request.mutable_customer(), basket.buyer, previous_order_count);
  for (const std::string& code : basket.codes) request.add_codes(code);
  Fill(*request.mutable_delivery_price(),
       basket.delivery_method == DeliveryMethod::kShipping ? rules_.delivery_minor : 0, currency);
  request.set_tax_inclusive(rules_.tax_inclusive);
  const auto quote = TRY(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::QuoteBasket,
                                        request, Limit(context, kReadBudget)));

  Order order{.buyer = basket.buyer, .currency_code = currency, .delivery_method = basket.delivery_method};
  for (const auto& quoted : quote.lines()) {
    order.lines.push_back(ToLine(quoted, titles[ToBookId(quoted.book())], rules_));
  }
  for (const auto& outcome : quote.outcomes()) order.campaigns.push_back(ToNote(outcome));
  order.totals = {.subtotal_minor = quote.subtotal().minor(),
                  .discount_minor = quote.discount().minor(),
                  .delivery_minor = quote.delivery().minor(),
                  .tax_minor = quote.tax().minor(),
                  .total_minor = quote.total().minor(),
                  .tax_inclusive = rules_.tax_inclusive};
  // An exclusive tax on the delivery belongs to the delivery.
  std::int64_t lines = 0;
  for (const OrderLine& line : order.lines) lines += line.total_minor;
  order.totals.delivery_minor = order.totals.total_minor - lines;
  return order;
}

Status GrpcPricing::Claim(const Order& order, const Context& context) {
  promotions::v1::ClaimRedemptionsRequest request;
  request.set_order_key(order.id.value());
  Fill(*request.mutable_customer(), order.buyer, 0);
  for (const CampaignNote& note : order.campaigns) {
    if (!note.applied) continue;
    auto* redemption = request.add_redemptions();
    redemption->set_campaign(note.campaign);
    redemption->set_code(note.code);
    Fill(*redemption->mutable_amount(), note.amount_minor, order.currency_code);
  }
  if (request.redemptions_size() == 0) return Ok();
  return Discard(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::ClaimRedemptions, request,
                                Limit(context, kWriteBudget)));
}

Status GrpcPricing::ReleaseClaim(const OrderId& order, const Context& context) {
  promotions::v1::ReleaseRedemptionsRequest request;
  request.set_order_key(order.value());
  return Discard(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::ReleaseRedemptions,
                                request, Limit(context, kWriteBudget)));
}

void GrpcStock::Connect(const std::shared_ptr<grpc::Channel>& inventory) {
  inventory_ = inventory::v1::InventoryService::NewStub(inventory);
}

Result<std::map<BookId, StockLevel>> GrpcStock::Levels(const std::vector<BookId>& books, const Context& context) {
  inventory::v1::BatchGetStockRequest request;
  for (const BookId& book : books) request.add_books(BookName(book));
  const auto response = TRY(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::BatchGetStock,
                                           request, Limit(context, kReadBudget)));
  std::map<BookId, StockLevel> levels;
  for (const auto& stock : response.stocks()) {
    levels[ToBookId(stock.book())] = {.available = stock.available(),
                                      .beyond_shelf = BeyondShelf(stock.policy()),
                                      .promisable = std::max<std::int64_t>(
                                          0, stock.policy().backorder_max() - stock.backordered())};
  }
  return levels;
}

Result<std::map<BookId, std::int64_t>> GrpcStock::Reserve(const Order& order, const Context& context) {
  inventory::v1::ReserveStockRequest request;
  request.set_request_id(order.id.value());
  request.mutable_time_to_live()->set_seconds(kReservationSeconds);
  for (const OrderLine& line : order.lines) {
    auto* wanted = request.add_lines();
    wanted->set_book(BookName(line.book));
    wanted->set_quantity(line.quantity);
  }
  const auto reservation = TRY(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::ReserveStock,
                                              request, Limit(context, kWriteBudget)));
  using Reservation = inventory::v1::Reservation;
  if (reservation.state() == Reservation::STATE_EXPIRED || reservation.state() == Reservation::STATE_RELEASED) {
    return Error{Code::kFailedPrecondition, "OUT_OF_STOCK", "the copies were held too long and are free again"};
  }
  std::map<BookId, std::int64_t> later;
  for (const auto& line : reservation.lines()) later[ToBookId(line.book())] = line.backordered_quantity();
  return later;
}

Status GrpcStock::Commit(const OrderId& order, const Context& context) {
  inventory::v1::CommitReservationRequest request;
  request.set_name(ReservationName(order));
  return Discard(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::CommitReservation, request,
                                Limit(context, kWriteBudget)));
}

Status GrpcStock::Release(const OrderId& order, const Context& context) {
  inventory::v1::ReleaseReservationRequest request;
  request.set_name(ReservationName(order));
  return Discard(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::ReleaseReservation, request,
                                Limit(context, kWriteBudget)));
}

Status GrpcStock::TakeBack(const OrderId& order, const std::string& key, const std::vector<Item>& items, Restock restock,
                           const Context& context) {
  inventory::v1::ReturnReservationRequest request;
  request.set_only_waiting(restock == Restock::kNo);
  request.set_request_id(key);
  request.set_name(ReservationName(order));
  for (const Item& item : items) {
    auto* line = request.add_lines();
    line->set_book(BookName(item.book));
    line->set_quantity(item.quantity);
  }
  return Discard(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::ReturnReservation, request,
                                Limit(context, kWriteBudget)));
}

void SandboxCard::Connect(const std::shared_ptr<grpc::Channel>& payments) {
  sandbox_ = payments::v1::SandboxService::NewStub(payments);
}

Status SandboxCard::Authorize(const Order& order, const std::string& token, const Context& context) {
  payments::v1::AuthorizeRequest request;
  request.set_key(order.id.value());
  Fill(*request.mutable_amount(), order.totals.total_minor, order.currency_code);
  request.set_token(token);
  const auto charge = caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Authorize, request,
                                     Limit(context, kProviderBudget));
  if (charge.ok()) return Ok();
  if (charge.error().reason == "DECLINED") {
    return Error{Code::kFailedPrecondition, "PAYMENT_DECLINED", "the card provider declined the payment"};
  }
  if (!Transient(charge.error())) return charge.error();
  // The outcome is unknown: ask what became of the key, rather than guess.
  payments::v1::GetChargeRequest question;
  question.set_key(order.id.value());
  const auto found = caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::GetCharge, question,
                                    Limit(context, kReadBudget));
  if (!found.ok() && found.error().code == Code::kNotFound) {
    // Nothing happened, and after this nothing can: the key is void.
    TRY(Void(order.id, context));
    return Error{.code = Code::kFailedPrecondition,
                 .reason = "PAYMENT_DECLINED",
                 .message = "the card provider did not answer in time; nothing was charged",
                 .metadata = {{"cause", "NO_ANSWER"}}};
  }
  if (!found.ok()) return charge.error();
  using Charge = payments::v1::Charge;
  if (found->state() == Charge::STATE_AUTHORIZED || found->state() == Charge::STATE_CAPTURED) return Ok();
  if (found->state() == Charge::STATE_DECLINED || found->state() == Charge::STATE_VOIDED) {
    return Error{Code::kFailedPrecondition, "PAYMENT_DECLINED", "the card provider declined the payment"};
  }
  return charge.error();
}

Status SandboxCard::Capture(const OrderId& order, const Context& context) {
  payments::v1::CaptureRequest request;
  request.set_key(order.value());
  return Discard(caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Capture, request,
                                Limit(context, kProviderBudget)));
}

Status SandboxCard::Void(const OrderId& order, const Context& context) {
  payments::v1::VoidRequest request;
  request.set_key(order.value());
  return Discard(caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Void, request,
                                Limit(context, kProviderBudget)));
}

Status SandboxCard::Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor,
                           const std::string& currency_code, const Context& context) {
  payments::v1::RefundRequest request;
  request.set_key(order.value());
  request.set_refund_key(key);
  Fill(*request.mutable_amount(), amount_minor, currency_code);
  return Discard(caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Refund, request,
                                Limit(context, kProviderBudget)));
}

}  // namespace octavo::transactions
