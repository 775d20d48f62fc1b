// The fakes of the marketplace's tests answer as the services do, in what pages rely on: each test here runs on both.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/base/uuid.h"
#include "lib/testing/matchers.h"
#include "lib/testing/wait_until.h"
#include "services/marketplace/signer.h"
#include "tests/shop/shop_world.h"

namespace octavo {
namespace {

using namespace std::chrono_literals;
using accounts::v1::SignInResponse;
using catalog::v1::Book;
using marketplace::AccountsService;
using marketplace::CartService;
using marketplace::CatalogService;
using marketplace::InventoryService;
using marketplace::PromotionsService;
using marketplace::RecommendationsService;
using marketplace::Shared;
using marketplace::TransactionsService;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using transactions::v1::Order;
using transactions::v1::OrderEvent;

const rpc::Limits kPatient{.budget = 30s};  // A machine that tests run on may be busy. Nothing waits for it to pass.
constexpr char kPassword[] = "a long password";
constexpr char kOther[] = "another long password";

class FakesTest : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    worlds_ = std::make_unique<Worlds>();
    worlds_->faked = ShopWorld::Faked();
    worlds_->real = ShopWorld::Real();
  }
  static void TearDownTestSuite() { worlds_.reset(); }

  FakesTest()
      : world_(GetParam() == std::string("Faked") ? *worlds_->faked : *worlds_->real),
        shop_(world_.channels(), {*log_, metrics_, tracer_, clock_}, rpc::Breaking::kNever) {}

  // A message from its fields as text.
  template <class Message>
  static Message Of(const std::string& fields) {
    Message message;
    CHECK(google::protobuf::TextFormat::ParseFromString(fields, &message));
    return message;
  }
  template <class Service, class Request, class Response>
  static Result<Response> Ask(rpc::Peer<Service>& peer,
                              void (rpc::Peer<Service>::Async::*method)(grpc::ClientContext*, const Request*, Response*,
                                                                        std::function<void(grpc::Status)>),
                              const std::string& fields) {
    return peer.Ask(method, Of<Request>(fields), kPatient).Get();
  }
  void WaitUntil(const std::function<bool()>& condition) { ASSERT_TRUE(octavo::WaitUntil(condition)) << "waited too long"; }

  // --- Books
  // A word that no other test has.
  std::string NewWord() { return "w" + Uuid().substr(24); }
  std::string Uuid() { return NewUuid(clock_, random_); }
  // With some copies; `fields` adds to them.
  std::string AddBook(const std::string& title, const std::string& fields = {}, std::int64_t copies = 3) {
    const std::string name = world_.AddBook(
        Of<Book>("title: '" + title + "' language_code: 'en' price { minor: 1000 currency_code: 'EUR' } " + fields));
    world_.SetStock(name, copies);
    return name;
  }
  Shared<catalog::v1::ListBooksResponse> List(const std::string& fields) {
    return shop_.ListBooks(Of<catalog::v1::ListBooksRequest>(fields), kPatient).Get();
  }
  template <class Listing>
  static std::vector<std::string> Titles(const Listing& listing) {
    std::vector<std::string> titles;
    for (const Book& book : listing.books()) titles.push_back(book.title());
    return titles;
  }

  // --- Carts
  std::string NewCart() { return "carts/v-" + marketplace::RandomName(random_); }
  Result<cart::v1::Cart> GetCart(const std::string& cart) {
    return Ask(shop_.cart, &CartService::Stub::async::GetCart, "name: '" + cart + "'");
  }
  Result<cart::v1::Cart> AddItem(const std::string& cart, const std::string& book, const std::string& request_id = {}) {
    return Ask(
        shop_.cart, &CartService::Stub::async::AddItem,
        "name: '" + cart + "' book: '" + book + "' quantity: 2 request_id: '" + (request_id.empty() ? Uuid() : request_id) + "'");
  }
  Result<cart::v1::Cart> SetQuantity(const cart::v1::Cart& cart, const std::string& book, int quantity) {
    return Ask(shop_.cart, &CartService::Stub::async::SetQuantity,
               "name: '" + cart.name() + "' book: '" + book + "' quantity: " + std::to_string(quantity) + " etag: '" +
                   cart.etag() + "' request_id: '" + Uuid() + "'");
  }

  // --- Orders
  static std::string Items(const std::string& book, int quantity = 1) {
    return "items { book: '" + book + "' quantity: " + std::to_string(quantity) + " } ";
  }
  static std::string PlaceFields(const std::string& book, const std::string& key, std::int64_t total = 1000) {
    return Items(book) + "idempotency_key: '" + key + "' delivery_method: DELIVERY_METHOD_COLLECTION " +
           "payment_method: PAYMENT_METHOD_ON_COLLECTION expected_total { minor: " + std::to_string(total) +
           " currency_code: 'EUR' } buyer { email: 'emma@example.org' full_name: 'Emma' customer: 'customers/7" + key.substr(24) +
           "' }";
  }
  Result<Order> Place(const std::string& fields) {
    return Ask(shop_.checkout, &TransactionsService::Stub::async::PlaceOrder, fields);
  }
  Order Buy(const std::string& book) { return Place(PlaceFields(book, Uuid())).value(); }
  static std::string By(const Order& order) { return "' customer: '" + order.buyer().customer() + "' "; }
  Result<Order> GetOrder(const std::string& fields) {
    return Ask(shop_.orders, &TransactionsService::Stub::async::GetOrder, fields);
  }
  Result<Order> Return(const Order& order, int quantity) {
    return Ask(shop_.order_changes, &TransactionsService::Stub::async::RequestReturn,
               "name: '" + order.name() + By(order) + "idempotency_key: '" + Uuid() + "' reason: 'Not for me' " +
                   Items(order.lines(0).book(), quantity));
  }

  // --- Accounts
  std::string NewEmail() { return NewWord() + "@example.org"; }
  Result<accounts::v1::RegisterResponse> Register(const std::string& email, const std::string& password) {
    return Ask(shop_.accounts, &AccountsService::Stub::async::Register,
               "email: '" + email + "' password: '" + password +
                   "' full_name: 'Ada' base_uri: 'http://127.0.0.1:8080' request_id: '" + Uuid() + "' client: '192.0.2.7'");
  }
  Result<accounts::v1::VerifyEmailResponse> Verify(const std::string& token, const std::string& password = kPassword) {
    return Ask(shop_.accounts, &AccountsService::Stub::async::VerifyEmail, "token: '" + token + "' password: '" + password + "'");
  }
  Result<SignInResponse> SignIn(const std::string& email, const std::string& password = kPassword) {
    return Ask(shop_.accounts, &AccountsService::Stub::async::SignIn,
               "email: '" + email + "' password: '" + password + "' client: '192.0.2.7'");
  }
  // A customer; gives their address.
  std::string Join() {
    const std::string email = NewEmail();
    EXPECT_THAT(Register(email, kPassword), IsOk());
    EXPECT_THAT(Verify(world_.LastLink(email)), IsOk());
    return email;
  }
  std::string Session(const std::string& email) { return SignIn(email).value().session_token(); }
  Result<accounts::v1::Session> VerifySession(const std::string& token) {
    return Ask(shop_.sessions, &AccountsService::Stub::async::VerifySession, "session_token: '" + token + "'");
  }
  static std::string In(const std::string& session, const std::string& rest) {
    return "session_token: '" + session + "' " + rest;
  }

  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  ShopWorld& world_;
  marketplace::Shop shop_;

 private:
  struct Worlds {
    std::unique_ptr<ShopWorld> faked;
    std::unique_ptr<ShopWorld> real;
  };
  static inline std::unique_ptr<Worlds> worlds_;
};

INSTANTIATE_TEST_SUITE_P(Shop, FakesTest, testing::Values("Faked", "Real"), [](const auto& info) { return info.param; });

// --- The catalogue

TEST_P(FakesTest, ABookIsThereUnderItsName) {
  const std::string name = AddBook("Emma", "description: 'Handsome, clever, and rich.'");
  const auto book = Ask(shop_.catalog, &CatalogService::Stub::async::GetBook, "name: '" + name + "'");
  ASSERT_THAT(book, IsOk());
  EXPECT_EQ(book->name(), name);
  EXPECT_EQ(book->title(), "Emma");
  EXPECT_EQ(book->price().minor(), 1000);
  EXPECT_THAT(name, testing::StartsWith("books/"));
}

TEST_P(FakesTest, ABookThatIsNotThereIsNotFound) {
  const auto ask = [&](const std::string& name) {
    return Ask(shop_.catalog, &CatalogService::Stub::async::GetBook, "name: '" + name + "'");
  };
  EXPECT_THAT(ask("books/999999"), HasReason("UNKNOWN_BOOK"));
  EXPECT_EQ(ask("books/999999").error().code, Code::kNotFound);
  EXPECT_EQ(ask("books/99999999999").error().code, Code::kInvalidArgument);
}

TEST_P(FakesTest, BooksComeInTheOrderOfTheirNamesWithThoseThatAreMissing) {
  const std::string first = AddBook("First");
  const std::string second = AddBook("Second");
  const auto books = shop_
                         .BatchGetBooks(Of<catalog::v1::BatchGetBooksRequest>("names: '" + second +
                                                                              "' names: 'books/999999' names: '" + first + "'"),
                                        kPatient)
                         .Get();
  ASSERT_THAT(books, IsOk());
  EXPECT_THAT(Titles(**books), ElementsAre("Second", "First"));
  EXPECT_THAT((*books)->missing_names(), ElementsAre("books/999999"));
}

TEST_P(FakesTest, AListingGoesOnPageByPage) {
  for (const char* title : {"C", "A", "B"}) AddBook(title, "categories: 'categories/poetry'");
  const std::string listing = "category: 'categories/poetry' order: ORDER_TITLE page_size: 2 ";
  const auto first = List(listing);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Titles(**first), ElementsAre("A", "B"));
  EXPECT_EQ((*first)->total_size(), 3);
  ASSERT_NE((*first)->next_page_token(), "");

  const auto second = List(listing + "page_token: '" + (*first)->next_page_token() + "'");
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Titles(**second), ElementsAre("C"));
  EXPECT_EQ((*second)->next_page_token(), "");
}

TEST_P(FakesTest, AListingOfWhatIsNotThereIsNotFound) {
  EXPECT_THAT(List("category: 'categories/none-such'"), HasReason("UNKNOWN_CATEGORY"));
  EXPECT_THAT(List("series: 'series/none-such'"), HasReason("UNKNOWN_SERIES"));
  EXPECT_THAT(List("page_token: 'none such'"), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_THAT(Ask(shop_.catalog, &CatalogService::Stub::async::GetAuthor, "name: 'authors/none-such'"),
              HasReason("UNKNOWN_AUTHOR"));
}

TEST_P(FakesTest, AnAuthorHasTheirBooks) {
  AddBook("Persuasion", "authors { display_name: 'Jane Austen' }");
  const auto author = Ask(shop_.catalog, &CatalogService::Stub::async::GetAuthor, "name: 'authors/jane-austen'");
  ASSERT_THAT(author, IsOk());
  EXPECT_EQ(author->display_name(), "Jane Austen");
  EXPECT_EQ(author->book_count(), 1);
  EXPECT_THAT(Titles(**List("author: 'authors/jane-austen'")), ElementsAre("Persuasion"));
}

TEST_P(FakesTest, ACategoryCountsItsBooks) {
  AddBook("Dracula", "categories: 'categories/horror'");
  const auto categories = shop_.ListCategories(kPatient).Get();
  ASSERT_THAT(categories, IsOk());
  for (const auto& category : (*categories)->categories()) {
    if (category.name() != "categories/horror") continue;
    EXPECT_EQ(category.book_count(), 1);
    EXPECT_EQ(category.display_name(), "Horror");
    return;
  }
  ADD_FAILURE() << "there is no such category";
}

TEST_P(FakesTest, ASearchFindsWordsAndCountsWhatItFinds) {
  const std::string word = NewWord();
  AddBook("The " + word + " of Dublin", "authors { display_name: 'James Joyce' } formats: FORMAT_PAPERBACK");
  AddBook("The " + word + " of Oslo", "formats: FORMAT_EBOOK");
  const std::string query = "query: '" + word + "' with_facets: true ";
  const auto search = [&](const std::string& fields) {
    return Ask(shop_.catalog, &CatalogService::Stub::async::SearchBooks, fields).value();
  };
  WaitUntil([&] { return search(query).total_size() == 2; });
  const auto found = search(query);
  EXPECT_FALSE(found.matched_any());
  EXPECT_EQ(found.corrected_query(), "");
  bool has_authors = false;
  for (const auto& facet : found.facets()) {
    if (facet.field() != "author") continue;
    has_authors = true;
    ASSERT_THAT(facet.values(), SizeIs(1));
    EXPECT_EQ(facet.values(0).value(), "authors/james-joyce");
    EXPECT_EQ(facet.values(0).display_name(), "James Joyce");
    EXPECT_EQ(facet.values(0).count(), 1);
  }
  EXPECT_TRUE(has_authors);
  EXPECT_THAT(Titles(search(query + "filter { formats: FORMAT_EBOOK }")), ElementsAre("The " + word + " of Oslo"));
  EXPECT_THAT(Titles(search(query + "filter { authors: 'authors/james-joyce' }")), ElementsAre("The " + word + " of Dublin"));
  EXPECT_THAT(Titles(search("query: '" + NewWord() + "'")), IsEmpty());
}

TEST_P(FakesTest, SuggestionsBeginWithWhatWasTyped) {
  const std::string word = NewWord();
  const std::string name = AddBook(word + " and more");
  const auto suggest = [&] {
    return Ask(shop_.catalog, &CatalogService::Stub::async::Suggest, "prefix: '" + word.substr(0, 9) + "' max_results: 5")
        .value();
  };
  WaitUntil([&] { return suggest().suggestions_size() == 1; });
  EXPECT_EQ(suggest().suggestions(0).name(), name);
  EXPECT_EQ(suggest().suggestions(0).display_name(), word + " and more");
}

// --- The stock

TEST_P(FakesTest, StocksComeInTheOrderOfTheBooks) {
  const std::string some = AddBook("Some");
  const std::string none = AddBook("None", "", /*copies=*/0);
  const auto stocks = Ask(shop_.inventory, &InventoryService::Stub::async::BatchGetStock,
                          "books: '" + none + "' books: '" + some + "' books: 'books/999999'");
  ASSERT_THAT(stocks, IsOk());
  ASSERT_THAT(stocks->stocks(), SizeIs(3));
  EXPECT_EQ(stocks->stocks(0).book(), none);
  EXPECT_EQ(stocks->stocks(0).available(), 0);
  EXPECT_EQ(stocks->stocks(1).available(), 3);
  EXPECT_EQ(stocks->stocks(2).book(), "books/999999");
  EXPECT_EQ(stocks->stocks(2).available(), 0);
}

TEST_P(FakesTest, WhoWatchesTheStockHearsWhatItIsAndWhatItBecomes) {
  const std::string book = AddBook("Watched");
  std::promise<void> first;
  std::promise<void> second;
  std::vector<std::int64_t> heard;
  std::promise<void> end;
  const auto subscription = shop_.inventory.Follow(&InventoryService::Stub::async::WatchStock,
                                                   Of<inventory::v1::WatchStockRequest>("books: '" + book + "'"),
                                                   /*bearer=*/nullptr,
                                                   {.message =
                                                        [&](const inventory::v1::WatchStockResponse& change) {
                                                          if (!change.has_stock() || heard.size() == 2) return;
                                                          heard.push_back(change.stock().available());
                                                          (heard.size() == 1 ? first : second).set_value();
                                                        },
                                                    .end = [&](const Status&) { end.set_value(); }});
  first.get_future().wait();
  world_.SetStock(book, 8);
  second.get_future().wait();
  subscription->Cancel();
  end.get_future().wait();
  EXPECT_THAT(heard, ElementsAre(3, 8));
}

// --- Carts

TEST_P(FakesTest, ACartThatNobodyUsedIsEmpty) {
  const std::string name = NewCart();
  const auto cart = GetCart(name);
  ASSERT_THAT(cart, IsOk());
  EXPECT_EQ(cart->name(), name);
  EXPECT_THAT(cart->lines(), IsEmpty());
  EXPECT_EQ(cart->item_count(), 0);
}

TEST_P(FakesTest, ALineSaysWhatItsBookCostsAndWhetherItCanBeHad) {
  const std::string cart = NewCart();
  ASSERT_THAT(AddItem(cart, AddBook("On the shelf", "authors { display_name: 'Ann Author' }")), IsOk());
  ASSERT_THAT(AddItem(cart, AddBook("One copy", "", 1)), IsOk());
  const auto known = AddItem(cart, AddBook("Sold out", "", 0));
  ASSERT_THAT(known, IsOk());
  ASSERT_THAT(known->lines(), SizeIs(3));
  for (const auto& line : known->lines()) {
    EXPECT_EQ(line.unit_price().minor(), 1000);
    EXPECT_EQ(line.availability(), line.title() == "On the shelf" ? cart::v1::AVAILABILITY_ON_SHELF
                                   : line.title() == "One copy"   ? cart::v1::AVAILABILITY_PARTLY
                                                                  : cart::v1::AVAILABILITY_SOLD_OUT);
    EXPECT_EQ(line.authors(), line.title() == "On the shelf" ? "Ann Author" : "");
    EXPECT_EQ(line.available_quantity(), line.title() == "On the shelf" ? 3 : line.title() == "One copy" ? 1 : 0);
  }
  EXPECT_EQ(known->item_count(), 6);
}

TEST_P(FakesTest, OneRequestAddsOnceHoweverOftenItComes) {
  const std::string cart = NewCart();
  const std::string book = AddBook("Once");
  const std::string id = Uuid();
  ASSERT_THAT(AddItem(cart, book, id), IsOk());
  ASSERT_THAT(AddItem(cart, book, id), IsOk());
  EXPECT_EQ(GetCart(cart)->item_count(), 2);
  ASSERT_THAT(AddItem(cart, book), IsOk());
  EXPECT_EQ(GetCart(cart)->item_count(), 4);
}

TEST_P(FakesTest, OnlyBooksThatAreForSaleGoIntoACart) {
  EXPECT_EQ(AddItem(NewCart(), "books/999999").error().code, Code::kNotFound);
  const std::string book = world_.AddBook(Of<Book>("title: 'Free of price' language_code: 'en'"));
  const auto refused = AddItem(NewCart(), book);
  EXPECT_THAT(refused, HasReason("NOT_FOR_SALE"));
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
}

TEST_P(FakesTest, AChangeOfACartThatHasChangedMeanwhileIsRefused) {
  const std::string book = AddBook("Changing");
  const auto cart = AddItem(NewCart(), book).value();
  ASSERT_THAT(SetQuantity(cart, book, 3), IsOk());
  const auto late = SetQuantity(cart, book, 1);
  EXPECT_THAT(late, HasReason("ETAG_MISMATCH"));
  EXPECT_EQ(late.error().code, Code::kAborted);
}

TEST_P(FakesTest, NoneOfABookTakesItsLineOut) {
  const std::string book = AddBook("Taken out");
  const auto cart = AddItem(NewCart(), book).value();
  const auto empty = SetQuantity(cart, book, 0);
  ASSERT_THAT(empty, IsOk());
  EXPECT_THAT(empty->lines(), IsEmpty());
  EXPECT_THAT(SetQuantity(*empty, book, 1), HasReason("UNKNOWN_LINE"));
}

TEST_P(FakesTest, WhatIsSavedForLaterDoesNotCount) {
  const std::string book = AddBook("Later");
  const auto cart = AddItem(NewCart(), book).value();
  const auto saved = Ask(shop_.cart, &CartService::Stub::async::SetSavedForLater,
                         "name: '" + cart.name() + "' book: '" + book + "' saved_for_later: true etag: '" + cart.etag() +
                             "' request_id: '" + Uuid() + "'");
  ASSERT_THAT(saved, IsOk());
  EXPECT_TRUE(saved->lines(0).saved_for_later());
  EXPECT_EQ(saved->item_count(), 0);
}

TEST_P(FakesTest, ACartKeepsUpToFiveCodes) {
  const auto cart = AddItem(NewCart(), AddBook("With codes")).value();
  const auto set = [&](const std::string& codes) {
    return Ask(shop_.cart, &CartService::Stub::async::SetCodes,
               "name: '" + cart.name() + "' etag: '" + cart.etag() + "' request_id: '" + Uuid() + "' " + codes);
  };
  EXPECT_EQ(set("codes: ['1', '2', '3', '4', '5', '6']").error().code, Code::kInvalidArgument);
  EXPECT_THAT(set("codes: ['A', 'B']")->codes(), ElementsAre("A", "B"));
}

TEST_P(FakesTest, ACartThatIsMergedGoesIntoTheOther) {
  const std::string both = AddBook("In both");
  const std::string one = AddBook("In one");
  const std::string from = NewCart();
  const std::string to = "carts/c-" + Uuid().substr(24);
  ASSERT_THAT(AddItem(from, both), IsOk());
  ASSERT_THAT(AddItem(from, one), IsOk());
  ASSERT_THAT(AddItem(to, both), IsOk());
  const auto merged = Ask(shop_.cart, &CartService::Stub::async::MergeCarts,
                          "from: '" + from + "' to: '" + to + "' request_id: '" + Uuid() + "'");
  ASSERT_THAT(merged, IsOk());
  EXPECT_EQ(merged->name(), to);
  EXPECT_EQ(merged->item_count(), 4) << "the greater quantity of each book";
  EXPECT_THAT(GetCart(from)->lines(), IsEmpty());
}

// --- Orders

TEST_P(FakesTest, APreviewSaysWhatABasketCosts) {
  const std::string book = AddBook("Costly");
  const auto preview = Ask(shop_.order_previews, &TransactionsService::Stub::async::PreviewOrder,
                           Items(book, 2) + "delivery_method: DELIVERY_METHOD_COLLECTION codes: 'NONE-SUCH'");
  ASSERT_THAT(preview, IsOk());
  EXPECT_TRUE(preview->placeable());
  ASSERT_THAT(preview->lines(), SizeIs(1));
  EXPECT_EQ(preview->lines(0).title(), "Costly");
  EXPECT_EQ(preview->lines(0).total().minor(), 2000);
  EXPECT_EQ(preview->lines(0).promise(), transactions::v1::PROMISE_ON_SHELF);
  EXPECT_EQ(preview->totals().subtotal().minor(), 2000);
  EXPECT_EQ(preview->totals().discount().minor(), 0);
  EXPECT_EQ(preview->totals().delivery().minor(), 0);
  EXPECT_EQ(preview->totals().total().minor(), 2000);
  EXPECT_EQ(preview->totals().total().currency_code(), "EUR");
  ASSERT_THAT(preview->campaigns(), SizeIs(1));
  EXPECT_EQ(preview->campaigns(0).code(), "NONE-SUCH");
  EXPECT_FALSE(preview->campaigns(0).applied());
  EXPECT_EQ(preview->campaigns(0).reason(), "UNKNOWN_CODE");
}

TEST_P(FakesTest, APreviewOfWhatIsSoldOutIsNotPlaceable) {
  const auto preview = Ask(shop_.order_previews, &TransactionsService::Stub::async::PreviewOrder,
                           Items(AddBook("Sold out", "", 0)) + "delivery_method: DELIVERY_METHOD_COLLECTION");
  ASSERT_THAT(preview, IsOk());
  EXPECT_FALSE(preview->placeable());
  EXPECT_EQ(preview->lines(0).promise(), transactions::v1::PROMISE_UNAVAILABLE);
}

TEST_P(FakesTest, TheSameKeyIsTheSameOrder) {
  const std::string book = AddBook("Bought");
  const std::string key = Uuid();
  const auto order = Place(PlaceFields(book, key));
  ASSERT_THAT(order, IsOk());
  EXPECT_EQ(order->state(), Order::STATE_PLACED);
  EXPECT_EQ(order->payment_state(), Order::PAYMENT_STATE_DUE);
  EXPECT_EQ(order->fulfilment_state(), Order::FULFILMENT_STATE_OPEN);
  EXPECT_EQ(order->access_token(), "") << "a customer needs none";
  EXPECT_EQ(Place(PlaceFields(book, key))->name(), order->name());
  const std::string ask = "idempotency_key: '" + key + "' customer: '" + order->buyer().customer() + "'";
  EXPECT_EQ(Ask(shop_.checkout, &TransactionsService::Stub::async::GetPlacedOrder, ask)->name(), order->name());

  EXPECT_THAT(Place(PlaceFields(AddBook("Another"), key)), HasReason("IDEMPOTENCY_KEY_REUSED"));
  EXPECT_THAT(Ask(shop_.checkout, &TransactionsService::Stub::async::GetPlacedOrder, "idempotency_key: '" + Uuid() + "'"),
              HasReason("UNKNOWN_KEY"));
}

TEST_P(FakesTest, AnOrderThatCannotBeIsRefusedWithTheReason) {
  EXPECT_THAT(Place(PlaceFields(AddBook("Dearer"), Uuid(), /*total=*/900)), HasReason("TOTAL_CHANGED"));
  const std::string book = AddBook("Sold out", "", 0);
  const auto sold_out = Place(PlaceFields(book, Uuid()));
  EXPECT_THAT(sold_out, HasReason("OUT_OF_STOCK"));
  EXPECT_EQ(sold_out.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(sold_out.error().metadata.at("book"), book);
  EXPECT_EQ(sold_out.error().metadata.at("available"), "0");
  const std::string no_price = world_.AddBook(Of<Book>("title: 'Free of price' language_code: 'en'"));
  EXPECT_THAT(Place(PlaceFields(no_price, Uuid())), HasReason("NOT_FOR_SALE"));
}

TEST_P(FakesTest, ACardIsChargedOrDeclined) {
  const auto pay = [&](const std::string& token) {
    auto request = Of<transactions::v1::PlaceOrderRequest>(PlaceFields(AddBook("By card"), Uuid()));
    request.set_payment_method(transactions::v1::PAYMENT_METHOD_CARD);
    request.set_payment_token(token);
    return shop_.checkout.Ask(&TransactionsService::Stub::async::PlaceOrder, request, kPatient).Get();
  };
  const auto paid = pay("tok_approve");
  ASSERT_THAT(paid, IsOk());
  EXPECT_EQ(paid->payment_state(), Order::PAYMENT_STATE_PAID);
  EXPECT_EQ(paid->charged().minor(), 1000);
  EXPECT_THAT(pay("tok_decline"), HasReason("PAYMENT_DECLINED"));
}

TEST_P(FakesTest, AnOrderTakesItsCopiesOutOfTheCart) {
  const std::string book = AddBook("From the cart");
  const std::string cart = NewCart();
  ASSERT_THAT(AddItem(cart, book), IsOk());
  ASSERT_THAT(Place(PlaceFields(book, Uuid()) + " cart: '" + cart + "'"), IsOk());
  WaitUntil([&] { return GetCart(cart)->item_count() == 1; });
}

TEST_P(FakesTest, AnOrderOpensForItsBuyerAndForStaffAndForNobodyElse) {
  const Order order = Buy(AddBook("Private"));
  const std::string name = "name: '" + order.name() + "' ";
  EXPECT_THAT(GetOrder(name + "customer: '" + order.buyer().customer() + "'"), IsOk());
  auto of_guest = Of<transactions::v1::PlaceOrderRequest>(PlaceFields(AddBook("Of a guest"), Uuid()));
  of_guest.mutable_buyer()->clear_customer();
  const auto guests = shop_.checkout.Ask(&TransactionsService::Stub::async::PlaceOrder, of_guest, kPatient).Get();
  ASSERT_THAT(guests, IsOk());
  EXPECT_THAT(GetOrder("name: '" + guests->name() + "' access_token: '" + guests->access_token() + "'"), IsOk());
  EXPECT_THAT(GetOrder(name + "as_staff: true"), IsOk());
  EXPECT_THAT(GetOrder(name + "customer: 'customers/8'"), HasReason("UNKNOWN_ORDER"));
  EXPECT_THAT(GetOrder(name + "access_token: 'guessed'"), HasReason("UNKNOWN_ORDER"));
  EXPECT_THAT(GetOrder(name), HasReason("WHO_ASKS")) << "an empty field is nobody, not staff";
}

TEST_P(FakesTest, WhoAsksForOrdersSaysWhose) {
  const Order order = Buy(AddBook("Listed"));
  const auto list = [&](const std::string& fields) {
    return Ask(shop_.orders, &TransactionsService::Stub::async::ListOrders, fields);
  };
  const auto theirs = list("customer: '" + order.buyer().customer() + "'");
  ASSERT_THAT(theirs, IsOk());
  ASSERT_THAT(theirs->orders(), SizeIs(1));
  EXPECT_EQ(theirs->orders(0).name(), order.name());
  EXPECT_EQ(list("as_staff: true")->orders(0).name(), order.name()) << "the newest first";
  EXPECT_THAT(list(""), HasReason("WHO_ASKS"));
}

TEST_P(FakesTest, AnOrderIsCancelledUntilItHasLeft) {
  const auto cancel = [&](const Order& order) {
    return Ask(shop_.order_changes, &TransactionsService::Stub::async::CancelOrder, "name: '" + order.name() + By(order));
  };
  const Order order = Buy(AddBook("Cancelled"));
  const auto cancelled = cancel(order);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), Order::STATE_CANCELLED);
  EXPECT_EQ(cancelled->payment_state(), Order::PAYMENT_STATE_VOIDED);
  EXPECT_THAT(cancel(order), IsOk()) << "again";

  const Order gone = Buy(AddBook("Gone"));
  world_.Advance(gone.name(), Order::FULFILMENT_STATE_DELIVERED);
  EXPECT_THAT(cancel(gone), HasReason("ALREADY_FULFILLED"));
}

TEST_P(FakesTest, BooksAreReturnedOnceTheyHaveLeft) {
  const Order order = Buy(AddBook("Returned"));
  EXPECT_THAT(Return(order, 1), HasReason("NOT_SENT"));
  world_.Advance(order.name(), Order::FULFILMENT_STATE_DELIVERED);
  EXPECT_THAT(Return(order, 2), HasReason("NOTHING_TO_RETURN"));
  const auto asked = Return(order, 1);
  ASSERT_THAT(asked, IsOk());
  ASSERT_THAT(asked->returns(), SizeIs(1));
  EXPECT_EQ(asked->returns(0).state(), transactions::v1::Return::STATE_REQUESTED);
  EXPECT_EQ(asked->returns(0).reason(), "Not for me");
  EXPECT_EQ(asked->returns(0).name(), order.name() + "/returns/1");
  EXPECT_THAT(Return(order, 1), HasReason("NOTHING_TO_RETURN"));

  world_.ReceiveReturn(order.name());
  const auto received = GetOrder("name: '" + order.name() + By(order));
  EXPECT_EQ(received->returns(0).state(), transactions::v1::Return::STATE_RECEIVED);
  EXPECT_EQ(received->lines(0).refunded_quantity(), 1);
}

TEST_P(FakesTest, AnOrdersEventsAreListedAndFollowed) {
  const Order order = Buy(AddBook("Followed"));
  const auto events =
      Ask(shop_.orders, &TransactionsService::Stub::async::ListOrderEvents, "order: '" + order.name() + By(order));
  ASSERT_THAT(events, IsOk());
  ASSERT_FALSE(events->events().empty());
  EXPECT_EQ(events->events(0).type(), OrderEvent::TYPE_ORDER_PLACED);
  const OrderEvent& last = events->events(events->events_size() - 1);
  EXPECT_GT(last.position(), 0);

  std::promise<OrderEvent> next;
  std::promise<void> end;
  std::once_flag once;
  const auto subscription =
      shop_.orders.Follow(&TransactionsService::Stub::async::StreamOrderEvents,
                          Of<transactions::v1::StreamOrderEventsRequest>("order: '" + order.name() +
                                                                         "' position: " + std::to_string(last.position())),
                          /*bearer=*/nullptr,
                          {.message = [&](const OrderEvent& event) { std::call_once(once, [&] { next.set_value(event); }); },
                           .end = [&](const Status&) { end.set_value(); }});
  world_.Advance(order.name(), Order::FULFILMENT_STATE_DELIVERED);
  const OrderEvent heard = next.get_future().get();
  EXPECT_EQ(heard.type(), OrderEvent::TYPE_FULFILMENT_CHANGED);
  EXPECT_EQ(heard.order().name(), order.name());
  subscription->Cancel();
  end.get_future().wait();
}

// --- Campaigns

TEST_P(FakesTest, ACampaignIsAnnounced) {
  const std::string text = "A percent off, " + NewWord();
  world_.Advertise(text);
  const auto banners = shop_.ListBanners({}, kPatient).Get();
  ASSERT_THAT(banners, IsOk());
  for (const auto& banner : (*banners)->banners()) {
    if (banner.text() != text) continue;
    EXPECT_THAT(banner.campaign(), testing::StartsWith("campaigns/"));
    return;
  }
  ADD_FAILURE() << "there is no such banner";
}

// --- Accounts

TEST_P(FakesTest, WhoAnswersTheMessageIsACustomer) {
  const std::string email = NewEmail();
  ASSERT_THAT(Register(email, kPassword), IsOk());
  EXPECT_THAT(SignIn(email), HasReason("BAD_CREDENTIALS")) << "the address is not verified";
  const std::string link = world_.LastLink(email);
  EXPECT_THAT(Verify(link, kOther), HasReason("BAD_CREDENTIALS"));
  const auto verified = Verify(link);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->customer().email(), email);
  EXPECT_THAT(Verify(link), HasReason("BAD_TOKEN")) << "a link works once";

  const auto signed_in = SignIn(email);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_EQ(signed_in->challenge(), "");
  EXPECT_FALSE(signed_in->session().second_step_needed());
  const auto session = VerifySession(signed_in->session_token());
  ASSERT_THAT(session, IsOk());
  EXPECT_EQ(session->customer().name(), verified->customer().name());
  EXPECT_EQ(session->customer().full_name(), "Ada");
  EXPECT_EQ(session->customer().role(), accounts::v1::ROLE_CUSTOMER);
  EXPECT_THAT(session->customer().name(), testing::StartsWith("customers/"));
}

TEST_P(FakesTest, WhatAFormGetsWrongIsNamed) {
  const auto short_password = Register(NewEmail(), "short");
  EXPECT_EQ(short_password.error().code, Code::kInvalidArgument);
  EXPECT_THAT(short_password.error().violations, testing::Contains(testing::Field(&FieldViolation::field, "password")));
  const auto no_address = Register("no address", kPassword);
  EXPECT_THAT(no_address.error().violations, testing::Contains(testing::Field(&FieldViolation::field, "email")));
}

TEST_P(FakesTest, NobodyIsToldWhetherAnAddressHasAnAccount) {
  EXPECT_THAT(Register(Join(), kPassword), IsOk());
  EXPECT_THAT(SignIn(NewEmail()), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(SignIn(Join(), kOther), HasReason("BAD_CREDENTIALS"));
  EXPECT_EQ(SignIn(Join(), kOther).error().code, Code::kUnauthenticated);
  EXPECT_THAT(Ask(shop_.accounts, &AccountsService::Stub::async::RequestPasswordReset,
                  "email: '" + NewEmail() + "' base_uri: 'http://127.0.0.1:8080' client: '192.0.2.7'"),
              IsOk());
}

TEST_P(FakesTest, ASessionEndsWithSigningOut) {
  const std::string session = Session(Join());
  ASSERT_THAT(Ask(shop_.sessions, &AccountsService::Stub::async::SignOut, In(session, "")), IsOk());
  EXPECT_THAT(VerifySession(session), HasReason("NO_SESSION"));
  EXPECT_EQ(VerifySession(session).error().code, Code::kUnauthenticated);
  EXPECT_THAT(Ask(shop_.sessions, &AccountsService::Stub::async::SignOut, In(session, "")), IsOk()) << "again";
}

TEST_P(FakesTest, ACustomerSeesAndEndsTheirSessions) {
  const std::string email = Join();
  const std::string here = Session(email);
  const std::string there = Session(email);
  const auto list = [&] { return Ask(shop_.sessions, &AccountsService::Stub::async::ListSessions, In(here, "")).value(); };
  const auto sessions = list();
  ASSERT_THAT(sessions.sessions(), SizeIs(2));
  for (const auto& session : sessions.sessions()) {
    if (session.current()) continue;
    ASSERT_THAT(Ask(shop_.sessions, &AccountsService::Stub::async::EndSession, In(here, "name: '" + session.name() + "'")),
                IsOk());
  }
  EXPECT_THAT(VerifySession(there), HasReason("NO_SESSION"));
  EXPECT_THAT(list().sessions(), SizeIs(1));
  EXPECT_TRUE(list().sessions(0).current());

  const std::string third = Session(email);
  EXPECT_EQ(Ask(shop_.sessions, &AccountsService::Stub::async::SignOutEverywhere, In(here, "keep_this: true"))->ended_count(), 1);
  EXPECT_THAT(VerifySession(third), HasReason("NO_SESSION"));
  EXPECT_THAT(VerifySession(here), IsOk());
}

TEST_P(FakesTest, ANewPasswordEndsTheOtherSessions) {
  const std::string email = Join();
  const std::string here = Session(email);
  const std::string there = Session(email);
  const auto change = [&](const std::string& from, const std::string& to) {
    return Ask(shop_.accounts, &AccountsService::Stub::async::ChangePassword,
               In(here, "old_password: '" + from + "' new_password: '" + to + "'"));
  };
  EXPECT_THAT(change(kOther, kOther), HasReason("BAD_CREDENTIALS"));
  EXPECT_EQ(change(kPassword, "short").error().code, Code::kInvalidArgument);
  ASSERT_THAT(change(kPassword, kOther), IsOk());
  EXPECT_THAT(VerifySession(here), IsOk());
  EXPECT_THAT(VerifySession(there), HasReason("NO_SESSION"));
  EXPECT_THAT(SignIn(email, kOther), IsOk());
}

TEST_P(FakesTest, APasswordThatIsForgottenIsSetByALink) {
  const std::string email = Join();
  const std::string session = Session(email);
  ASSERT_THAT(Ask(shop_.accounts, &AccountsService::Stub::async::RequestPasswordReset,
                  "email: '" + email + "' base_uri: 'http://127.0.0.1:8080' client: '192.0.2.7'"),
              IsOk());
  const std::string link = world_.LastLink(email);
  const auto reset = [&] {
    return Ask(shop_.accounts, &AccountsService::Stub::async::ResetPassword,
               "token: '" + link + "' new_password: '" + kOther + "'");
  };
  const auto first = reset();
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->customer().email(), email);
  EXPECT_THAT(reset(), HasReason("BAD_TOKEN"));
  EXPECT_THAT(VerifySession(session), HasReason("NO_SESSION"));
  EXPECT_THAT(SignIn(email, kOther), IsOk());
}

TEST_P(FakesTest, TwoStepsAreOfferedAndTurnedOnWithACode) {
  const std::string session = Session(Join());
  const auto state = Ask(shop_.sessions, &AccountsService::Stub::async::GetTwoStep, In(session, ""));
  ASSERT_THAT(state, IsOk());
  EXPECT_FALSE(state->on());
  EXPECT_FALSE(state->required());
  const auto offer = Ask(shop_.sessions, &AccountsService::Stub::async::OfferTwoStep, In(session, ""));
  ASSERT_THAT(offer, IsOk());
  EXPECT_THAT(offer->secret(), SizeIs(32));
  EXPECT_THAT(offer->uri(), HasSubstr(offer->secret()));
  EXPECT_EQ(
      Ask(shop_.sessions, &AccountsService::Stub::async::OfferTwoStep, In(session, "offer: '" + offer->offer() + "'"))->secret(),
      offer->secret());
  const auto turn_on = [&](const std::string& text, const std::string& code) {
    return Ask(shop_.sessions, &AccountsService::Stub::async::TurnOnTwoStep,
               In(session, "offer: '" + text + "' code: '" + code + "'"));
  };
  EXPECT_THAT(turn_on(offer->offer(), "12345"), HasReason("BAD_CODE"));
  EXPECT_THAT(turn_on("none such", "123456"), HasReason("BAD_OFFER"));
}

TEST_P(FakesTest, WhatIsOffCannotBeTurnedOff) {
  const std::string session = Session(Join());
  const std::string sure = In(session, std::string("password: '") + kPassword + "' code: '123456'");
  EXPECT_THAT(Ask(shop_.accounts, &AccountsService::Stub::async::TurnOffTwoStep, sure), HasReason("TWO_STEP_OFF"));
  EXPECT_THAT(Ask(shop_.accounts, &AccountsService::Stub::async::MakeRecoveryCodes, sure), HasReason("TWO_STEP_OFF"));
  EXPECT_THAT(Ask(shop_.sessions, &AccountsService::Stub::async::CompleteSignIn, "challenge: 'none such' code: '123456'"),
              HasReason("BAD_CHALLENGE"));
}

TEST_P(FakesTest, ACustomerTakesTheirDataAndTheirLeave) {
  const std::string email = Join();
  const std::string session = Session(email);
  const auto data = Ask(shop_.accounts, &AccountsService::Stub::async::ExportCustomer, In(session, ""));
  ASSERT_THAT(data, IsOk());
  EXPECT_THAT(data->json(), HasSubstr(email));
  const auto erase = [&](const std::string& password) {
    return Ask(shop_.accounts, &AccountsService::Stub::async::EraseCustomer, In(session, "password: '" + password + "'"));
  };
  EXPECT_THAT(erase(kOther), HasReason("BAD_CREDENTIALS"));
  ASSERT_THAT(erase(kPassword), IsOk());
  EXPECT_THAT(VerifySession(session), HasReason("NO_SESSION"));
  EXPECT_THAT(SignIn(email), HasReason("BAD_CREDENTIALS"));
}

// --- Recommendations

TEST_P(FakesTest, EachShelfAndEachListHasAnAnswer) {
  const std::string one = AddBook("One of a list");
  const std::string two = AddBook("Two of a list");
  const auto answer =
      Ask(shop_.recommendations, &RecommendationsService::Stub::async::BatchRecommend,
          "requests { reader: 'readers/v-none' max_results: 3 } lists { books: '" + one + "' books: '" + two + "' } lists {}");
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(answer->responses(), SizeIs(1));
  ASSERT_THAT(answer->lists(), SizeIs(2));
  EXPECT_THAT(answer->lists(0).books(), testing::UnorderedElementsAre(one, two));
  EXPECT_THAT(answer->lists(1).books(), IsEmpty());
}

TEST_P(FakesTest, OfAnUnknownBookNothingIsRecommended) {
  const std::string of_none = "reader: 'readers/v-none' book: 'books/999999'";
  EXPECT_THAT(Ask(shop_.recommendations, &RecommendationsService::Stub::async::ListSimilarBooks, of_none + " max_results: 3"),
              HasReason("UNKNOWN_BOOK"));
  EXPECT_THAT(Ask(shop_.recommendations, &RecommendationsService::Stub::async::Because, of_none), HasReason("UNKNOWN_BOOK"));
}

TEST_P(FakesTest, WhatAReaderDidIsTakenInAndGoesOverToAnother) {
  const std::string book = AddBook("Looked at");
  const std::string reader = "readers/v-" + marketplace::RandomName(random_);
  const std::vector<recommendations::v1::RecordEventsRequest> events = {
      Of<recommendations::v1::RecordEventsRequest>("event { event_id: '" + Uuid() + "' reader: '" + reader + "' book: '" + book +
                                                   "' type: EVENT_TYPE_VIEW event_time { seconds: 1800000000 } }")};
  const auto sent = shop_.recommendations.SendAll(&RecommendationsService::Stub::RecordEvents, events, kPatient);
  EXPECT_THAT(sent, IsOk());
  EXPECT_THAT(Ask(shop_.recommendations, &RecommendationsService::Stub::async::MergeReader,
                  "from_reader: '" + reader + "' to_reader: 'readers/c-7'"),
              IsOk());
}

}  // namespace
}  // namespace octavo
