#include "services/cart/shop_client.h"

#include <algorithm>
#include <string>
#include <utility>

namespace octavo::cart {
namespace {

Seen ToSeen(const catalog::v1::Book& book, Currency currency) {
  Seen seen{.title = book.title()};
  for (const catalog::v1::AuthorCredit& author : book.authors()) {
    if (!seen.authors.empty()) seen.authors += ", ";
    seen.authors += author.display_name();
  }
  if (book.has_price() && book.price().currency_code() == currency.code()) {
    seen.price = Money(book.price().minor(), currency);
  }
  return seen;
}

Error NotForSale(const catalog::v1::Book& book, Currency currency) {
  return {.code = Code::kFailedPrecondition,
          .reason = "NOT_FOR_SALE",
          .message =
              book.name() + " (" + book.title() + ") has no price in " + std::string(currency.code()) + ", so it is not for sale",
          .metadata = {{"book", book.name()}}};
}

// A reader who adds a book waits for the catalogue rather than press again; the stock is only a note beside it.
constexpr std::chrono::milliseconds kFindBudget{1500};

StockLevel ToLevel(const inventory::v1::Stock& stock) {
  const inventory::v1::Policy& policy = stock.policy();
  const bool promised = policy.backorder() > inventory::v1::BACKORDER_REFUSED;
  return {.available = stock.available(),
          .promisable = promised ? std::max<std::int64_t>(0, policy.backorder_max() - stock.backordered()) : 0};
}

}  // namespace

void ShopClient::Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& inventory) {
  catalog_ = catalog::v1::CatalogService::NewStub(catalog);
  inventory_ = inventory::v1::InventoryService::NewStub(inventory);
}

ShopFacts ShopClient::Ask(const rpc::Call& call, const std::vector<BookId>& books) const {
  catalog::v1::BatchGetBooksRequest books_request;
  for (const char* field : {"name", "title", "authors", "price"}) books_request.mutable_read_mask()->add_paths(field);
  inventory::v1::BatchGetStockRequest stocks_request;
  for (const BookId book : books) {
    books_request.add_names(BookName(book));
    stocks_request.add_books(BookName(book));
  }
  const rpc::Limits limits = rpc::Within(call, budget_);
  auto pending_books =
      caller_.Start(*catalog_->async(), &catalog::v1::CatalogService::Stub::async::BatchGetBooks, books_request, limits);
  auto pending_stocks =
      caller_.Start(*inventory_->async(), &inventory::v1::InventoryService::Stub::async::BatchGetStock, stocks_request, limits);

  ShopFacts facts;
  if (const Result<catalog::v1::BatchGetBooksResponse> answer = pending_books.Get(); answer.ok()) {
    facts.books.emplace();
    for (const catalog::v1::Book& book : answer->books()) {
      const Result<BookId> id = ParseBookName(book.name(), "book");
      if (id.ok()) facts.books->emplace(*id, ToSeen(book, currency_));
    }
  }
  if (const Result<inventory::v1::BatchGetStockResponse> answer = pending_stocks.Get(); answer.ok()) {
    facts.stocks.emplace();
    for (const inventory::v1::Stock& stock : answer->stocks()) {
      const Result<BookId> id = ParseBookName(stock.book(), "book");
      if (id.ok()) facts.stocks->emplace(*id, ToLevel(stock));
    }
  }
  return facts;
}

Result<FoundBook> ShopClient::FindBook(const rpc::Call& call, BookId book) const {
  catalog::v1::GetBookRequest book_request;
  book_request.set_name(BookName(book));
  inventory::v1::BatchGetStockRequest stock_request;
  stock_request.add_books(BookName(book));
  auto pending_book = caller_.Start(*catalog_->async(), &catalog::v1::CatalogService::Stub::async::GetBook, book_request,
                                    rpc::Within(call, kFindBudget));
  auto pending_stock = caller_.Start(*inventory_->async(), &inventory::v1::InventoryService::Stub::async::BatchGetStock,
                                     stock_request, rpc::Within(call, budget_));

  const Result<inventory::v1::BatchGetStockResponse> stock = pending_stock.Get();
  const catalog::v1::Book answer = TRY(pending_book.Get());
  FoundBook found{.seen = ToSeen(answer, currency_)};
  if (!found.seen.price) return NotForSale(answer, currency_);
  if (stock.ok() && stock->stocks_size() == 1) found.stock = ToLevel(stock->stocks(0));
  return found;
}

}  // namespace octavo::cart
