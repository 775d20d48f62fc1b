#include "services/transactions/pricing_client.h"

#include <set>
#include <utility>
#include <vector>

#include "lib/rpc/status.h"
#include "lib/rpc/values.h"

namespace octavo::transactions {
namespace {

// Of one call to the catalogue.
constexpr int kBooksMax = 1000;

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

OrderLine ToLine(const promotions::v1::QuotedLine& quoted, const std::string& title, std::int64_t tax_basis_points) {
  return {.book = FindBookId(quoted.book()).value_or(BookId()),
          .title = title,
          .quantity = quoted.quantity(),
          .unit_price_minor = quoted.unit_price().minor(),
          .discount_minor = quoted.subtotal().minor() - quoted.total().minor(),
          .total_minor = quoted.gross_total().minor(),
          .tax_minor = quoted.tax().minor(),
          .tax_basis_points = tax_basis_points,
          .free_quantity = quoted.free_quantity(),
          .unit_total_minor = {quoted.unit_gross_minor().begin(), quoted.unit_gross_minor().end()}};
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

}  // namespace

GrpcPricing::GrpcPricing(const rpc::Caller& caller, PriceRules rules)
    : caller_(caller), rules_(rules), quotes_(kTogether, [this](auto group) { return QuoteTogether(group); }) {}

void GrpcPricing::Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& promotions) {
  catalog_ = catalog::v1::CatalogService::NewStub(catalog);
  promotions_ = promotions::v1::PromotionsService::NewStub(promotions);
}

Result<Order> GrpcPricing::Quote(const Basket& basket, std::int64_t previous_order_count, const rpc::Limits& limits) {
  const ToQuote question{basket, previous_order_count};
  QuoteCall call{question, limits, NoAnswer()};
  if (quotes_.Run(call) != HandedIn::kDone) return Crowded();
  return std::move(call.answer);
}

Batch GrpcPricing::QuoteTogether(std::span<QuoteCall* const> group) {
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
  if (asked.empty()) return Batch::kDone;
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
  return Batch::kDone;
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
  }
  if (request.lines_size() == 0) return Error{Code::kFailedPrecondition, "EMPTY_ORDER", "there is nothing to order"};
  Fill(*request.mutable_customer(), basket.buyer, question.previous_order_count);
  for (const std::string& code : basket.codes) request.add_codes(code);
  const std::int64_t delivery_minor = basket.delivery_method == DeliveryMethod::kShipping ? rules_.delivery_minor : 0;
  *request.mutable_delivery_price() = rpc::MoneyProto(delivery_minor, rules_.currency_code);
  request.set_tax_inclusive(rules_.tax_inclusive);
  // The delivery is taxed as the goods are: all books of the shop have one rate, which is the highest and every share.
  request.set_delivery_tax_basis_points(rules_.tax_basis_points);
  if (rules_.fixed_price_law) *request.mutable_fixed_price_law() = *rules_.fixed_price_law;
  return request;
}

Result<Order> GrpcPricing::ToOrder(const Basket& basket, const promotions::v1::Quote& quote, const Books& books) const {
  Order order{.buyer = basket.buyer, .currency_code = quote.total().currency_code(), .delivery_method = basket.delivery_method};
  for (const auto& quoted : quote.lines()) {
    const auto book = books.find(FindBookId(quoted.book()).value_or(BookId()));
    if (book == books.end() || quoted.unit_gross_minor_size() != quoted.quantity()) return BadAnswer();
    order.lines.push_back(ToLine(quoted, book->second.title(), rules_.tax_basis_points));
  }
  for (const auto& outcome : quote.outcomes()) order.campaigns.push_back(ToNote(outcome));
  order.totals = {.subtotal_minor = quote.subtotal().minor(),
                  .discount_minor = quote.discount().minor(),
                  .delivery_minor = quote.gross_delivery().minor(),
                  .tax_minor = quote.tax().minor(),
                  .total_minor = quote.total().minor(),
                  .tax_inclusive = rules_.tax_inclusive};
  return order;
}

Status GrpcPricing::Claim(const Order& order, const rpc::Limits& limits) {
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
                                rpc::Within(limits, kWriteBudget)));
}

Status GrpcPricing::ReleaseClaim(const OrderId& order, const rpc::Limits& limits) {
  promotions::v1::ReleaseRedemptionsRequest request;
  request.set_order_key(order.value());
  return Discard(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::ReleaseRedemptions, request,
                                rpc::Within(limits, kWriteBudget)));
}

Result<std::optional<std::int64_t>> GrpcPricing::Known(const OrderId& order, const rpc::Limits& limits) {
  promotions::v1::GetClaimRequest request;
  request.set_order_key(order.value());
  const auto found = caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::GetClaim, request,
                                    rpc::Within(limits, kReadBudget));
  if (!found.ok()) return NothingWhere(found.error(), "UNKNOWN_CLAIM");
  return std::optional<std::int64_t>(found->released() ? 1 : 0);
}

Result<std::int64_t> GrpcPricing::FollowedPosition(const rpc::Limits& limits) {
  const auto known = TRY(caller_.Invoke(*promotions_, &promotions::v1::PromotionsService::StubInterface::GetKnown,
                                        promotions::v1::GetKnownRequest(), rpc::Within(limits, kReadBudget)));
  return known.order_position();
}

}  // namespace octavo::transactions
