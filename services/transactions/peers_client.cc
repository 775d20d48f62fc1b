#include "services/transactions/peers_client.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "google/rpc/status.pb.h"
#include "lib/base/money.h"
#include "lib/rpc/status.h"
#include "lib/rpc/values.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;

// Each below the lease of an intent (4 s), so that its holder never works beyond it.
constexpr auto kReadBudget = 800ms;
constexpr auto kWriteBudget = 1500ms;
constexpr auto kProviderBudget = 2500ms;
// Orders that travel together. Each may wait for one journey before its own: twice a budget is still below the lease. As many
// may wait as there are threads that place orders, many times over.
constexpr GatheringLimits kTogether{.group_max = 64, .waiting_max = 1024, .wait_max = 2s};
// Of one call to the catalogue.
constexpr int kBooksMax = 1000;
// A reservation outlives the longest recovery (10 minutes) by half.
constexpr std::int64_t kReservationSeconds = 900;

rpc::Limits Limit(const Context& context, std::chrono::milliseconds budget) {
  return {.budget = budget, .deadline = context.deadline, .trace = context.trace};
}

template <typename Response>
Status Discard(const Result<Response>& result) {
  if (result.ok()) return Ok();
  return result.error();
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

// Ok when it has a price of this shop; 0 is one.
Status CheckForSale(const catalog::v1::Book& book, const std::string& currency_code) {
  if (book.has_price() && book.price().currency_code() == currency_code) return Ok();
  const std::string why = book.has_price()
                              ? "has a price in " + book.price().currency_code() + ", and this shop sells in " + currency_code
                              : "has no price";
  return Error{.code = Code::kFailedPrecondition,
               .reason = "NOT_FOR_SALE",
               .message = book.name() + " (" + book.title() + ") is not for sale: it " + why,
               .metadata = {{"book", book.name()}}};
}

bool IsBoundByFixedPrice(const catalog::v1::Book& book, const PriceRules& rules) {
  if (rules.fixed_price_discount_max_basis_points < 0) return false;
  const auto& free = rules.unbound_categories;
  return std::none_of(book.categories().begin(), book.categories().end(),
                      [&](const std::string& category) { return std::find(free.begin(), free.end(), category) != free.end(); });
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
  OrderLine line{.book = FindBookId(quoted.book()).value_or(BookId()),
                 .title = title,
                 .quantity = quoted.quantity(),
                 .unit_price_minor = quoted.unit_price().minor(),
                 .discount_minor = quoted.subtotal().minor() - quoted.total().minor(),
                 .total_minor = quoted.total().minor() + added_tax,
                 .tax_minor = quoted.tax().minor(),
                 .tax_basis_points = rules.tax_basis_points,
                 .free_quantity = quoted.free_quantity()};
  line.unit_total_minor = WithTax({quoted.unit_total_minor().begin(), quoted.unit_total_minor().end()}, added_tax);
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

// What was not reached.
Error NoAnswer() { return {Code::kInternal, "INTERNAL", "nobody answered"}; }

// From a service that does not keep its contract: outcomes are as many as the requests, and in their order.
Error BadAnswer() { return {Code::kInternal, "INTERNAL", "a service's answer does not fit what it was asked"}; }

// Too many at once; the caller may try again.
Error Crowded() { return {Code::kResourceExhausted, "OVERLOADED", "too many orders at once; try again in a moment"}; }

// Whether one member of a group may have brought it upon all. What says that a service is away or busy would meet each of them
// alone as well; gRPC's own RESOURCE_EXHAUSTED, which has no reason, says that the message was too long.
bool MayBeOnesFault(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kCancelled: return false;
    case Code::kResourceExhausted: return error.reason == CodeName(Code::kResourceExhausted);
    default: return true;
  }
}

template <class Call>
Journey AnswerAll(std::span<Call* const> group, const Error& error) {
  for (Call* call : group) call->answer = error;
  return MayBeOnesFault(error) ? Journey::kRefused : Journey::kDone;
}

// Whoever has the most time left decides: the others would get the same error for less.
template <class Call>
rpc::Limits LimitTogether(std::span<Call* const> group, std::chrono::milliseconds budget) {
  rpc::Limits limits = Limit(group.front()->context, budget);
  for (const Call* call : group) limits.deadline = std::max(limits.deadline, call->context.deadline);
  return limits;
}

std::string ReservationName(const OrderId& order) { return "reservations/" + order.value(); }

// Nothing, where this is what the other side means; else its error.
Result<std::optional<std::int64_t>> NothingWhere(const Error& error, const char* reason) {
  if (error.reason == reason) return std::optional<std::int64_t>();
  return error;
}

}  // namespace

GrpcPricing::GrpcPricing(const rpc::Caller& caller, PriceRules rules)
    : caller_(caller), rules_(rules), quotes_(kTogether, [this](auto group) { return QuoteTogether(group); }) {}

void GrpcPricing::Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& promotions) {
  catalog_ = catalog::v1::CatalogService::NewStub(catalog);
  promotions_ = promotions::v1::PromotionsService::NewStub(promotions);
}

Result<Order> GrpcPricing::Quote(const Basket& basket, std::int64_t previous_order_count, const Context& context) {
  const ToQuote question{basket, previous_order_count};
  QuoteCall call{question, context, NoAnswer()};
  if (quotes_.Run(call) != Gathered::kDealtWith) return Crowded();
  return std::move(call.answer);
}

Journey GrpcPricing::QuoteTogether(std::span<QuoteCall* const> group) {
  const Result<Books> books = GetBooks(group);
  if (!books.ok()) return AnswerAll(group, books.error());
  promotions::v1::BatchQuoteBasketsRequest request;
  std::vector<QuoteCall*> asked;
  for (QuoteCall* call : group) {
    auto one = ToRequest(call->question, *books);
    if (one.ok()) {
      *request.add_requests() = *std::move(one);
      asked.push_back(call);
    } else {
      call->answer = one.error();
    }
  }
  if (asked.empty()) return Journey::kDone;
  const auto response = caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::BatchQuoteBaskets,
                                       request, LimitTogether(group, kReadBudget));
  if (!response.ok()) return AnswerAll<QuoteCall>(asked, response.error());
  if (response->outcomes_size() != request.requests_size()) return AnswerAll<QuoteCall>(asked, BadAnswer());
  for (int i = 0; i < response->outcomes_size(); ++i) {
    const promotions::v1::QuoteOutcome& outcome = response->outcomes(i);
    QuoteCall& call = *asked[static_cast<std::size_t>(i)];
    if (outcome.has_error()) {
      call.answer = rpc::ToError(outcome.error());
    } else {
      call.answer = ToOrder(call.question.basket, outcome.quote(), *books);
    }
  }
  return Journey::kDone;
}

Result<GrpcPricing::Books> GrpcPricing::GetBooks(std::span<QuoteCall* const> group) {
  std::set<BookId> wanted;
  for (const QuoteCall* call : group) {
    for (const Item& item : call->question.basket.items) wanted.insert(item.book);
  }
  Books books;
  for (auto next = wanted.begin(); next != wanted.end();) {
    catalog::v1::BatchGetBooksRequest request;
    for (const char* field : {"name", "title", "price", "authors", "categories"}) request.mutable_read_mask()->add_paths(field);
    for (; next != wanted.end() && request.names_size() < kBooksMax; ++next) request.add_names(BookName(*next));
    auto response = TRY(caller_.Invoke(*catalog_, &catalog::v1::CatalogService::StubInterface::BatchGetBooks, request,
                                       LimitTogether(group, kReadBudget)));
    for (catalog::v1::Book& book : *response.mutable_books()) books[FindBookId(book.name()).value_or(BookId())] = std::move(book);
  }
  return books;
}

Result<promotions::v1::QuoteBasketRequest> GrpcPricing::ToRequest(const ToQuote& question, const Books& books) const {
  const Basket& basket = question.basket;
  promotions::v1::QuoteBasketRequest request;
  for (const Item& item : basket.items) {
    const auto found = books.find(item.book);
    if (found == books.end()) return UnknownBook(item.book);
    const catalog::v1::Book& book = found->second;
    TRY(CheckForSale(book, rules_.currency_code));
    auto* line = request.add_lines();
    line->set_line_id(book.name());
    line->set_book(book.name());
    line->set_quantity(item.quantity);
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
  Fill(*request.mutable_customer(), basket.buyer, question.previous_order_count);
  for (const std::string& code : basket.codes) request.add_codes(code);
  const std::int64_t delivery_minor = basket.delivery_method == DeliveryMethod::kShipping ? rules_.delivery_minor : 0;
  *request.mutable_delivery_price() = rpc::MoneyProto(delivery_minor, rules_.currency_code);
  request.set_tax_inclusive(rules_.tax_inclusive);
  // The delivery is taxed as the goods are: all books of the shop have one rate, which is the highest and every share.
  request.set_delivery_tax_basis_points(rules_.tax_basis_points);
  return request;
}

Result<Order> GrpcPricing::ToOrder(const Basket& basket, const promotions::v1::Quote& quote, const Books& books) const {
  Order order{.buyer = basket.buyer, .currency_code = quote.total().currency_code(), .delivery_method = basket.delivery_method};
  for (const auto& quoted : quote.lines()) {
    const auto book = books.find(FindBookId(quoted.book()).value_or(BookId()));
    if (book == books.end()) return BadAnswer();
    order.lines.push_back(ToLine(quoted, book->second.title(), rules_));
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
    *redemption->mutable_amount() = rpc::MoneyProto(note.amount_minor, order.currency_code);
  }
  if (request.redemptions_size() == 0) return Ok();
  return Discard(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::ClaimRedemptions, request,
                                Limit(context, kWriteBudget)));
}

Status GrpcPricing::ReleaseClaim(const OrderId& order, const Context& context) {
  promotions::v1::ReleaseRedemptionsRequest request;
  request.set_order_key(order.value());
  return Discard(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::ReleaseRedemptions, request,
                                Limit(context, kWriteBudget)));
}

Result<std::optional<std::int64_t>> GrpcPricing::Known(const OrderId& order, const Context& context) {
  promotions::v1::GetClaimRequest request;
  request.set_order_key(order.value());
  const auto found = caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::GetClaim, request,
                                    Limit(context, kReadBudget));
  if (!found.ok()) return NothingWhere(found.error(), "UNKNOWN_CLAIM");
  return std::optional<std::int64_t>(found->released() ? 1 : 0);
}

Result<std::int64_t> GrpcPricing::FollowedPosition(const Context& context) {
  const auto known = TRY(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::GetKnown,
                                        promotions::v1::GetKnownRequest(), Limit(context, kReadBudget)));
  return known.order_position();
}

GrpcStock::GrpcStock(const rpc::Caller& caller)
    : caller_(caller),
      reservations_(kTogether,
                    [this](auto group) {
                      return CallTogether<inventory::v1::BatchReserveStockRequest>(
                          group, &inventory::v1::InventoryService::StubInterface::BatchReserveStock);
                    }),
      commits_(kTogether, [this](auto group) {
        return CallTogether<inventory::v1::BatchCommitReservationsRequest>(
            group, &inventory::v1::InventoryService::StubInterface::BatchCommitReservations);
      }) {}

template <class Requests, class Call, class Method>
Journey GrpcStock::CallTogether(std::span<Call* const> group, Method method) {
  Requests requests;
  for (const Call* call : group) *requests.add_requests() = call->question;
  const Result<inventory::v1::ReservationOutcomes> response =
      caller_.Invoke(*inventory_, method, requests, LimitTogether(group, kWriteBudget));
  if (!response.ok()) return AnswerAll(group, response.error());
  if (response->outcomes_size() != requests.requests_size()) return AnswerAll(group, BadAnswer());
  for (std::size_t i = 0; i < group.size(); ++i) {
    const inventory::v1::ReservationOutcome& outcome = response->outcomes(static_cast<int>(i));
    if (outcome.has_error()) {
      group[i]->answer = rpc::ToError(outcome.error());
    } else {
      group[i]->answer = outcome.reservation();
    }
  }
  return Journey::kDone;
}

void GrpcStock::Connect(const std::shared_ptr<grpc::Channel>& inventory) {
  inventory_ = inventory::v1::InventoryService::NewStub(inventory);
}

Result<std::map<BookId, StockLevel>> GrpcStock::Levels(const std::vector<BookId>& books, const Context& context) {
  inventory::v1::BatchGetStockRequest request;
  for (const BookId& book : books) request.add_books(BookName(book));
  const auto response = TRY(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::BatchGetStock, request,
                                           Limit(context, kReadBudget)));
  std::map<BookId, StockLevel> levels;
  for (const auto& stock : response.stocks()) {
    levels[FindBookId(stock.book()).value_or(BookId())] = {
        .available = stock.available(),
        .beyond_shelf = BeyondShelf(stock.policy()),
        .promisable = std::max<std::int64_t>(0, stock.policy().backorder_max() - stock.backordered())};
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
  ReserveCall call{request, context, NoAnswer()};
  if (reservations_.Run(call) != Gathered::kDealtWith) return Crowded();
  const inventory::v1::Reservation reservation = TRY(std::move(call.answer));
  using Reservation = inventory::v1::Reservation;
  if (reservation.state() == Reservation::STATE_EXPIRED || reservation.state() == Reservation::STATE_RELEASED) {
    return Error{Code::kFailedPrecondition, "OUT_OF_STOCK", "the copies were held too long and are free again"};
  }
  std::map<BookId, std::int64_t> later;
  for (const auto& line : reservation.lines()) later[FindBookId(line.book()).value_or(BookId())] = line.backordered_quantity();
  return later;
}

Status GrpcStock::Commit(const OrderId& order, const Context& context) {
  inventory::v1::CommitReservationRequest request;
  request.set_name(ReservationName(order));
  CommitCall call{request, context, NoAnswer()};
  if (commits_.Run(call) != Gathered::kDealtWith) return Crowded();
  return Discard(call.answer);
}

Result<std::optional<std::int64_t>> GrpcStock::Known(const OrderId& order, const Context& context) {
  inventory::v1::GetReservationRequest request;
  request.set_name(ReservationName(order));
  const auto found = caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::GetReservation, request,
                                    Limit(context, kReadBudget));
  if (!found.ok()) return NothingWhere(found.error(), "UNKNOWN_RESERVATION");
  std::int64_t back = 0;
  for (const auto& line : found->lines()) back += line.returned_quantity() + line.cancelled_quantity();
  return std::optional(back);
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
  *request.mutable_amount() = rpc::MoneyProto(order.totals.total_minor, order.currency_code);
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
  const auto found =
      caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::GetCharge, question, Limit(context, kReadBudget));
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

Result<std::optional<std::int64_t>> SandboxCard::Known(const OrderId& order, const Context& context) {
  payments::v1::GetChargeRequest request;
  request.set_key(order.value());
  const auto found =
      caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::GetCharge, request, Limit(context, kReadBudget));
  if (!found.ok()) return NothingWhere(found.error(), "UNKNOWN_CHARGE");
  const bool let_go = found->state() == payments::v1::Charge::STATE_VOIDED;
  return std::optional<std::int64_t>(found->refunded().minor() + (let_go ? 1 : 0));
}

Status SandboxCard::Capture(const OrderId& order, const Context& context) {
  payments::v1::CaptureRequest request;
  request.set_key(order.value());
  return Discard(
      caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Capture, request, Limit(context, kProviderBudget)));
}

Status SandboxCard::Void(const OrderId& order, const Context& context) {
  payments::v1::VoidRequest request;
  request.set_key(order.value());
  return Discard(
      caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Void, request, Limit(context, kProviderBudget)));
}

Status SandboxCard::Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor,
                           const std::string& currency_code, const Context& context) {
  payments::v1::RefundRequest request;
  request.set_key(order.value());
  request.set_refund_key(key);
  *request.mutable_amount() = rpc::MoneyProto(amount_minor, currency_code);
  return Discard(
      caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Refund, request, Limit(context, kProviderBudget)));
}

}  // namespace octavo::transactions
