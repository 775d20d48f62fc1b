// Cart, checkout and orders over a shop in memory: a whole purchase, each failure of it, and that nobody sees
// another's.
#include <condition_variable>
#include <mutex>

#include "services/marketplace/checkout_form.h"
#include "services/marketplace/testing/pages_fixture.h"

namespace octavo::marketplace {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace v1 = transactions::v1;

class SellingTest : public PagesFixture {
 protected:
  SellingTest() {
    for (int i = 1; i <= 5; ++i) SetStock("books/" + std::to_string(i), 10);
    Get("/");  // For the visitor's cookie.
  }

  http::Response Add(const std::string& book, const std::string& quantity = "1") {
    Get("/" + book);
    return Post("/cart/items", {{"book", book}, {"quantity", quantity}});
  }
  http::Response ChangeLine(const std::string& book, const std::string& what, const std::string& quantity = "1") {
    return Post("/cart/lines", {{"book", book}, {"etag", FieldOf(last_page_, "etag")}, {"do", what}, {"quantity", quantity}});
  }
  http::Response AddCode(const std::string& code) {
    Get("/cart");
    return Post("/cart/codes", {{"code", code}, {"etag", FieldOf(last_page_, "etag")}, {"do", "add"}});
  }

  // The fields of the checkout's page last looked at, filled in.
  Fields Filled(const Fields& changes = {}) const {
    Fields fields = {{"key", FieldOf(last_page_, "key")},
                     {"shipping_total", FieldOf(last_page_, "shipping_total")},
                     {"collection_total", FieldOf(last_page_, "collection_total")},
                     {"currency", FieldOf(last_page_, "currency")},
                     {"email", "emma@example.org"},
                     {"full_name", "Emma Woodhouse"},
                     {"delivery", "collection"},
                     {"payment", "card"},
                     {"payment_token", "tok_approve"}};
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&](const auto& field) { return field.first == name; });
      fields.emplace_back(name, value);
    }
    for (const char* name : {"item", "code"}) {
      const std::string marker = "name=\"" + std::string(name) + "\" value=\"";
      for (std::size_t at = last_page_.find(marker); at != std::string::npos; at = last_page_.find(marker, at + 1)) {
        const std::size_t start = at + marker.size();
        fields.emplace_back(name, last_page_.substr(start, last_page_.find('"', start) - start));
      }
    }
    return fields;
  }
  http::Response Checkout(const Fields& changes = {}) {
    Get("/checkout");
    return Post("/checkout", Filled(changes));
  }
  static std::string Location(const http::Response& response) { return std::string(response.headers.Get("Location")); }
  // Buys one copy of books/1; the path of the order's page.
  std::string Buy(const Fields& changes = {}) {
    Add("books/1");
    const http::Response response = Checkout(changes);
    EXPECT_EQ(response.status, 303) << response.body;
    return Location(response);
  }
  static std::string OrderPath(const std::string& location) { return location.substr(0, location.find('?')); }
  static std::string OrderName(const std::string& location) { return OrderPath(location).substr(1); }
};

// --- The cart ---

TEST_F(SellingTest, ABookComesIntoTheCartAndTheHeaderCountsIt) {
  const http::Response added = Add("books/1", "2");

  EXPECT_EQ(Location(added), "/cart");
  const std::string cart = Follow(added).body;
  EXPECT_THAT(cart, HasSubstr("“<span lang=\"en\">Volume 1</span>” is in your cart."));
  EXPECT_THAT(cart, HasSubstr("Volume 1"));
  EXPECT_THAT(cart, HasSubstr("€25.80"));
  EXPECT_THAT(cart, HasSubstr("On our shelves"));
  EXPECT_THAT(Get("/books").body, HasSubstr("<span class=\"badge\">2</span>"));
}

TEST_F(SellingTest, ABookWithoutAPriceIsShownButNotSold) {
  shop_.catalog.BookToChange(1).clear_price();

  const std::string page = Get("/books/1").body;
  EXPECT_THAT(page, HasSubstr("not for sale at the moment"));
  EXPECT_THAT(page, Not(HasSubstr("Add to cart")));
  EXPECT_THAT(Get("/books?sort=title").body, Not(HasSubstr("form=\"add\" name=\"book\" value=\"books/1\"")));
  EXPECT_THAT(Follow(Add("books/1")).body, HasSubstr("</span>” is not for sale at the moment: we have no price for it."));
}

TEST_F(SellingTest, APriceThatIsTakenAwayStandsInTheWayOfTheCheckoutByName) {
  Add("books/1");
  Add("books/2");
  Get("/checkout");
  const Fields filled = Filled();
  shop_.catalog.BookToChange(1).clear_price();

  const http::Response refused = Post("/checkout", filled);

  EXPECT_EQ(Location(refused), "/cart");
  const std::string cart = Follow(refused).body;
  EXPECT_THAT(cart, HasSubstr("“Volume 1” is not for sale at the moment"));
  EXPECT_THAT(cart, HasSubstr("€12.90"));  // Of the other one.
  EXPECT_EQ(shop_.orders.order_count(), 0);
}

TEST_F(SellingTest, APriceOfNothingIsAPrice) {
  shop_.catalog.BookToChange(1).mutable_price()->set_minor(0);

  EXPECT_THAT(Get("/books/1").body, AllOf(HasSubstr("€0.00"), HasSubstr("Add to cart")));
  EXPECT_THAT(Follow(Add("books/1")).body, HasSubstr("To the checkout"));
}

TEST_F(SellingTest, ACardLeadsBackToWhereItStands) {
  Get("/books?sort=title");
  EXPECT_THAT(last_page_, HasSubstr("form=\"add\" name=\"book\" value=\"books/1\""));

  EXPECT_THAT(last_page_, HasSubstr("formaction=\"/cart/items?shelf=browse.all\""));
  EXPECT_THAT(last_page_, HasSubstr("id=\"browse.all-1\""));

  const http::Response added = Post("/cart/items?shelf=browse.all", {{"book", "books/1"}, {"next", FieldOf(last_page_, "next")}});

  EXPECT_EQ(Location(added), "/books?sort=title#browse.all-1");
  cookies_["note"] = "added.1";
  EXPECT_THAT(Get("/books?sort=title").body, AllOf(HasSubstr("“<span lang=\"en\">Volume 1</span>” is in your cart."),
                                                   HasSubstr("<a href=\"/cart\">To the cart</a>")));
}

TEST_F(SellingTest, WhatAScriptPutsIntoThePageIsANoteAndTheCartsCount) {
  Get("/books");
  const http::Response added = Post("/cart/items?shelf=browse.all", {{"book", "books/1"}, {"next", "/cart/note"}});

  const std::string note = Get("/cart/note").body;

  EXPECT_EQ(Location(added).substr(0, 10), "/cart/note");
  EXPECT_THAT(note, AllOf(HasSubstr("<div id=\"notes\">"), HasSubstr("Volume 1"), HasSubstr("<span class=\"badge\">1</span>"),
                          Not(HasSubstr("<html"))));
}

TEST_F(SellingTest, ANoteOfABookThatCannotBeNamedStandsWithoutItsName) {
  for (const char* note : {"added.999", "added.-1", "added.<b>", "added.99999999999", "added."}) {
    cookies_["note"] = note;
    EXPECT_THAT(Get("/books").body, HasSubstr("It is in your cart.")) << note;
  }
  cookies_["note"] = "added.1";
  shop_.catalog.condition = Condition::kHung;
  Get("/cart");
  EXPECT_THAT(last_page_, HasSubstr("It is in your cart."));
}

TEST_F(SellingTest, AFormLeadsBackOnlyToWhatThePageUnderstandsOfItsAddress) {
  EXPECT_THAT(Get("/books?sort=title&x=of-a-stranger").body, Not(HasSubstr("of-a-stranger")));
  EXPECT_THAT(Get("/books/1?shelf=of-a-stranger&x=of-a-stranger").body, Not(HasSubstr("of-a-stranger")));
  EXPECT_EQ(FieldOf(Get("/search?x=of-a-stranger&q=volume&page=1").body, "next"), "/search?q=volume");
}

TEST_F(SellingTest, ALineIsChangedSavedMovedAndRemoved) {
  Add("books/1");
  Get("/cart");

  EXPECT_THAT(Follow(ChangeLine("books/1", "set", "3")).body, HasSubstr("€38.70"));
  const std::string saved = Follow(ChangeLine("books/1", "save")).body;
  EXPECT_THAT(saved, HasSubstr("Saved for later"));
  EXPECT_THAT(saved, HasSubstr("Nothing in it yet"));
  EXPECT_THAT(Follow(ChangeLine("books/1", "move")).body, HasSubstr("€38.70"));
  EXPECT_THAT(Follow(ChangeLine("books/1", "remove")).body, Not(HasSubstr("id=\"quantity-1\"")));
}

TEST_F(SellingTest, WhatIsNoQuantityChangesNothingAndSaysTheRule) {
  Add("books/1", "2");
  Get("/cart");
  for (const std::string quantity : {"-1", "100", "99999999999999999999", "2.5", "two", ""}) {
    SCOPED_TRACE(quantity);
    EXPECT_THAT(Follow(ChangeLine("books/1", "set", quantity)).body,
                AllOf(HasSubstr("with 1 to 99 copies"), HasSubstr("€25.80")));
    EXPECT_THAT(Follow(Add("books/2", quantity)).body, AllOf(HasSubstr("with 1 to 99 copies"), Not(HasSubstr("Volume 2"))));
    Get("/cart");
  }
}

TEST_F(SellingTest, WhatTheShelfLacksCanBeHadLaterWhereItCanBeOrdered) {
  Add("books/1", "3");
  inventory::v1::Stock stock;
  stock.set_available(1);
  stock.mutable_policy()->set_backorder(inventory::v1::BACKORDER_ALLOWED);
  stock.mutable_policy()->set_backorder_max(5);
  shop_.inventory.Set("books/1", stock);

  const std::string cart = Get("/cart").body;

  EXPECT_THAT(cart, HasSubstr("1 copy on our shelves; the rest we get in for you"));
  EXPECT_THAT(cart, HasSubstr("href=\"/checkout\""));
}

TEST_F(SellingTest, TwoWindowsNeverLoseALine) {
  Add("books/1");
  Get("/cart");
  const std::string first_window = last_page_;
  Add("books/2");
  Get("/cart");
  ChangeLine("books/2", "set", "4");
  last_page_ = first_window;

  const http::Response late = ChangeLine("books/1", "remove");

  const std::string cart = Follow(late).body;
  EXPECT_THAT(cart, HasSubstr("changed in another window"));
  EXPECT_THAT(cart, HasSubstr("Volume 1"));
  EXPECT_THAT(cart, HasSubstr("value=\"4\""));
}

TEST_F(SellingTest, CodesAreExplained) {
  Add("books/1");

  const std::string with_code = Follow(AddCode("TENPERCENT")).body;
  EXPECT_THAT(with_code, HasSubstr("A tenth off"));
  EXPECT_THAT(with_code, HasSubstr("−€1.29"));
  EXPECT_THAT(Follow(AddCode("NOSUCH")).body, HasSubstr("We do not know the code NOSUCH."));
  Post("/cart/codes", {{"code", "TENPERCENT"}, {"etag", FieldOf(last_page_, "etag")}, {"do", "remove"}});
  EXPECT_THAT(Get("/cart").body, Not(HasSubstr("A tenth off")));
}

TEST_F(SellingTest, APriceThatChangedIsPointedOut) {
  Add("books/1");
  const std::string name = "carts/v-" + cookies_["visitor"].substr(0, 22);
  shop_.cart.SetSeenPrice(name, "books/1", 990);

  EXPECT_THAT(Get("/cart").body, HasSubstr("Was €9.90 when you last looked; it has become dearer."));
}

TEST_F(SellingTest, AShelfThatChangedIsPointedOut) {
  Add("books/1");
  SetStock("books/1", 0);
  const std::string name = "carts/v-" + cookies_["visitor"].substr(0, 22);
  shop_.cart.SetSeenAvailability(name, "books/1", cart::v1::AVAILABILITY_ON_SHELF);

  EXPECT_THAT(Get("/cart").body,
              AllOf(HasSubstr("Sold out at the moment"), HasSubstr("When you last looked, it was on our shelves.")));
}

TEST_F(SellingTest, WhatCannotBeHadStopsTheCheckoutWithAReason) {
  Add("books/1", "3");
  SetStock("books/1", 2);
  EXPECT_THAT(Get("/cart").body, HasSubstr("We have only 2 copies of “Volume 1”"));
  EXPECT_THAT(last_page_, Not(HasSubstr("href=\"/checkout\"")));

  SetStock("books/1", 0);
  EXPECT_THAT(Get("/cart").body, HasSubstr("“Volume 1” cannot be had at the moment"));
}

TEST_F(SellingTest, TheCartStandsWithoutItsSumAndTheShopWithoutItsCarts) {
  Add("books/1");
  for (const Condition condition : {Condition::kDown, Condition::kHung}) {
    shop_.orders.condition = condition;
    EXPECT_THAT(Get("/cart").body, HasSubstr("We cannot add it up at the moment"));
    shop_.orders.condition = Condition::kUp;

    shop_.cart.condition = condition;
    EXPECT_EQ(Get("/cart").status, 503);
    EXPECT_EQ(Get("/").status, 200);
    EXPECT_EQ(Get("/books/1").status, 200);
    shop_.cart.condition = Condition::kUp;
  }
}

TEST_F(SellingTest, NothingLandsInAnotherCartWhileAccountsAreAway) {
  SignIn();
  Get("/books/1");
  shop_.accounts.condition = Condition::kDown;

  const http::Response added = Post("/cart/items", {{"book", "books/1"}});

  EXPECT_THAT(cookies_["note"], "again");
  EXPECT_EQ(shop_.cart.Look("carts/v-" + cookies_["visitor"].substr(0, 22)).lines_size(), 0);
  EXPECT_EQ(Get("/cart").status, 503);
}

TEST_F(SellingTest, ABookThatCannotBeHadHasADisabledButton) {
  EXPECT_THAT(Get("/books/1").body, HasSubstr("name=\"book\" value=\"books/1\">Add to cart"));
  SetStock("books/1", 0);
  const std::string sold_out = Get("/books/1").body;
  EXPECT_THAT(sold_out, HasSubstr("Sold out at the moment"));
  EXPECT_THAT(sold_out, HasSubstr("disabled"));
}

TEST_F(SellingTest, TheOfferOfABookIsAFragmentThatFollowsTheShelf) {
  const std::string page = Get("/books/1").body;
  EXPECT_THAT(page, HasSubstr("data-live=\"/books/1/stock?version=0\""));
  SetStock("books/1", 1);

  const http::Response offer = Get("/books/1/offer");

  EXPECT_THAT(offer.body, HasSubstr("Only one left on our shelves"));
  EXPECT_THAT(offer.body, Not(HasSubstr("<html")));
}

// --- The checkout ---

TEST_F(SellingTest, AGuestBuysAndComesBackByTheLink) {
  const std::string location = Buy();

  EXPECT_THAT(location, HasSubstr("?token="));
  const http::Response order = Get(location);
  EXPECT_EQ(order.status, 200);
  for (const char* words :
       {"Thank you!", "Order B-1001", "Volume 1", "€12.90", "Paid", "Emma Woodhouse", "The order is placed"}) {
    EXPECT_THAT(order.body, HasSubstr(words));
  }
  EXPECT_EQ(order.headers.Get("Cache-Control"), "no-store");
  EXPECT_TRUE(order.holds_secret);
  EXPECT_THAT(Get("/cart").body, HasSubstr("Nothing in it yet"));
}

TEST_F(SellingTest, NobodyElseSeesAnOrder) {
  const std::string location = Buy();

  EXPECT_EQ(Get(OrderPath(location)).status, 404) << "a guest without the link";
  EXPECT_EQ(Get(OrderPath(location) + "?token=access-x").status, 404);
  EXPECT_EQ(Get(OrderPath(location) + "/events?after=0").status, 404);
  SignIn("other@example.org", "Other");
  EXPECT_EQ(Get(OrderPath(location)).status, 404);
  Get("/cart");
  EXPECT_EQ(Post(OrderPath(location) + "/cancel", {}).status, 404);
  Get("/cart");
  EXPECT_EQ(Post(OrderPath(location) + "/return", {{"copies-1", "1"}, {"key", "k"}}).status, 404);
}

TEST_F(SellingTest, ACustomerBuysWithWhatWeKnowOfThem) {
  SignIn();
  Add("books/1");
  EXPECT_THAT(Get("/checkout").body, HasSubstr("value=\"emma@example.org\""));

  const http::Response placed = Post("/checkout", Filled());

  EXPECT_THAT(Location(placed), Not(HasSubstr("token")));
  EXPECT_EQ(Get(Location(placed)).status, 200);
  EXPECT_THAT(Get("/orders").body, HasSubstr("Order B-1001"));
}

TEST_F(SellingTest, APurchaseBelongsToTheHistoryOfWhoeverLookedAround) {
  Buy();
  EXPECT_EQ(shop_.orders.last_reader(), "readers/v-" + cookies_["visitor"].substr(0, 22));
  SignIn();
  Buy();
  EXPECT_THAT(shop_.orders.last_reader(), testing::StartsWith("readers/c-"));
}

TEST_F(SellingTest, SendingTheSameFormAgainIsTheSameOrder) {
  Add("books/1");
  Get("/checkout");
  const Fields fields = Filled({{"csrf", FieldOf(last_page_, "csrf")}});

  const std::string first = Location(Post("/checkout", fields));
  const std::string second = Location(Post("/checkout", fields));

  EXPECT_EQ(first, second);
  EXPECT_EQ(shop_.orders.order_count(), 1);
}

TEST_F(SellingTest, GoingBackAndChangingTheFormLeadsToTheOrderThatIsThere) {
  Add("books/1");
  Get("/checkout");
  const std::string form_page = last_page_;
  const std::string first = Location(Post("/checkout", Filled()));
  last_page_ = form_page;

  const http::Response again = Post("/checkout", Filled({{"full_name", "Somebody else"}}));

  EXPECT_EQ(Location(again), first);
  EXPECT_THAT(Follow(again).body, HasSubstr("it is one order"));
  EXPECT_EQ(shop_.orders.order_count(), 1);
}

TEST_F(SellingTest, WhatIsMissingIsSaidBesideItsFieldAndNothingIsLost) {
  Add("books/1");
  const http::Response response =
      Checkout({{"email", "nonsense"}, {"full_name", "Emma \"W\""}, {"delivery", "shipping"}, {"payment", "on-collection"}});

  EXPECT_EQ(response.status, 422);
  for (const char* words : {"Please give us an e-mail address", "Please give us the street", "Please choose the country",
                            "Paying in the shop goes with collecting", "value=\"Emma &quot;W&quot;\"", "aria-invalid"}) {
    EXPECT_THAT(response.body, HasSubstr(words));
  }
  EXPECT_EQ(shop_.orders.order_count(), 0);
}

TEST_F(SellingTest, ShippingCostsAndGoesToTheAddress) {
  Add("books/1");
  const http::Response placed = Checkout({{"delivery", "shipping"},
                                          {"line_1", "1 Highbury Lane"},
                                          {"postal_code", "sw1a1aa"},
                                          {"city", "Hartfield"},
                                          {"country", "GB"},
                                          {"payment", "invoice"}});

  const std::string order = Follow(placed).body;
  EXPECT_THAT(order, HasSubstr("€16.40"));
  EXPECT_THAT(order, HasSubstr("1 Highbury Lane"));
  EXPECT_THAT(order, HasSubstr("United Kingdom"));
  EXPECT_THAT(order, HasSubstr("Due by invoice"));
}

TEST_F(SellingTest, APostalCodeIsOneOfItsCountryAndNothingTypedIsLost) {
  Add("books/1");
  const Fields address = {{"delivery", "shipping"},   {"line_1", "1 Highbury Lane"},
                          {"postal_code", "1011 AB"}, {"city", "Hartfield"},
                          {"country", "DE"},          {"payment", "invoice"}};

  const http::Response wrong = Checkout(address);

  EXPECT_EQ(wrong.status, 422);
  for (const char* words : {"A postal code in Germany looks like 10115.", "value=\"1011 AB\"", "value=\"Hartfield\"",
                            "value=\"1 Highbury Lane\"", "<option value=\"DE\" selected>"}) {
    EXPECT_THAT(wrong.body, HasSubstr(words));
  }
  EXPECT_EQ(shop_.orders.order_count(), 0);
  Fields right = address;
  right[4].second = "NL";
  EXPECT_EQ(Post("/checkout", Filled(right)).status, 303);
}

TEST_F(SellingTest, WhatTransactionsSaysOfAPostalCodeStandsBesideItsField) {
  Add("books/1");
  shop_.orders.FailNext(InvalidField("address.postal_code", "is none"));

  const http::Response wrong = Checkout({{"delivery", "shipping"},
                                         {"line_1", "1 Highbury Lane"},
                                         {"postal_code", "10115"},
                                         {"city", "Hartfield"},
                                         {"country", "DE"},
                                         {"payment", "invoice"}});

  EXPECT_THAT(wrong.body, HasSubstr("A postal code in Germany looks like 10115."));
}

TEST_F(SellingTest, ADeclinedCardLosesNothingAndTakesANewKey) {
  Add("books/1");
  Get("/checkout");
  const std::string key = FieldOf(last_page_, "key");

  const http::Response declined = Post("/checkout", Filled({{"payment_token", "tok_decline"}}));

  EXPECT_EQ(declined.status, 422);
  EXPECT_THAT(declined.body, HasSubstr("The card was declined"));
  EXPECT_THAT(declined.body, HasSubstr("value=\"Emma Woodhouse\""));
  EXPECT_NE(FieldOf(last_page_, "key"), key);
  EXPECT_EQ(Post("/checkout", Filled()).status, 303);
  EXPECT_EQ(shop_.orders.order_count(), 1);
}

TEST_F(SellingTest, ACardThatDidNotAnswerIsNotCalledDeclined) {
  Add("books/1");
  const http::Response response = Checkout({{"payment_token", "tok_timeout"}});

  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("did not answer in time, so nothing was ordered"));
}

TEST_F(SellingTest, ANewPriceIsShownAndAskedForAgain) {
  Add("books/1");
  Get("/checkout");

  const http::Response response = Post("/checkout", Filled({{"collection_total", "1000"}}));

  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("A price has changed meanwhile"));
  EXPECT_EQ(FieldOf(response.body, "collection_total"), "1290");
  EXPECT_EQ(Post("/checkout", Filled()).status, 303);
}

TEST_F(SellingTest, SoldOutNamesTheBook) {
  Add("books/1");
  Get("/checkout");
  SetStock("books/1", 0);

  const http::Response response = Post("/checkout", Filled());

  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("Somebody was quicker"));
  EXPECT_THAT(response.body, HasSubstr("“Volume 1” is sold out at the moment."));
  EXPECT_EQ(shop_.orders.order_count(), 0);
}

TEST_F(SellingTest, WithoutTheTillNothingIsOrderedAndTheSameKeyGoesOn) {
  Add("books/1");
  Get("/checkout");
  const std::string key = FieldOf(last_page_, "key");
  shop_.orders.FailNext({Code::kUnavailable, "UNAVAILABLE", "nobody is there"});

  const http::Response response = Post("/checkout", Filled());

  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("Our till did not answer"));
  EXPECT_EQ(FieldOf(last_page_, "key"), key);
  EXPECT_EQ(Post("/checkout", Filled()).status, 303);
}

TEST_F(SellingTest, AnAnswerThatWasLostIsFoundAgain) {
  Add("books/1");
  Get("/checkout");
  shop_.orders.LoseNextAnswer({Code::kDeadlineExceeded, "TOO_SLOW", "no answer"});

  const http::Response response = Post("/checkout", Filled());

  EXPECT_THAT(Follow(response).body, HasSubstr("Order B-1001"));
  EXPECT_EQ(shop_.orders.order_count(), 1);
}

TEST_F(SellingTest, ASlowPaymentIsWaitedForByAPageThatLooksAgainWhenAsked) {
  Add("books/1");
  Get("/checkout");
  shop_.orders.KeepRunning(true);

  const http::Response response = Post("/checkout", Filled());

  EXPECT_THAT(Location(response), HasSubstr("/checkout/waiting?key="));
  const http::Response waiting = Follow(response);
  EXPECT_THAT(waiting.body, HasSubstr("One moment, please"));
  EXPECT_THAT(waiting.body, Not(HasSubstr("http-equiv")));
  EXPECT_FALSE(waiting.headers.Has("Refresh"));
  EXPECT_THAT(waiting.body, HasSubstr("href=\"" + Location(response) + "\">Look again</a>"));
  shop_.orders.KeepRunning(false);
  EXPECT_THAT(Follow(Get(Location(response))).body, HasSubstr("Order B-1001"));
}

TEST_F(SellingTest, OnlyAPaymentMayKeepAThreadForSecondsAndItIsNoneOfThePages) {
  EXPECT_EQ(router_.Find(http::Method::kPost, {"checkout"}).route->run, http::Run::kOnPatientWorker);
  EXPECT_EQ(router_.Find(http::Method::kGet, {"checkout"}).route->run, http::Run::kOnWorker);
  EXPECT_EQ(router_.Find(http::Method::kPost, {"cart", "items"}).route->run, http::Run::kOnWorker);
}

TEST_F(SellingTest, AFormThatAsksForWhatCannotBeIsNotUnderstood) {
  Add("books/1");
  Get("/checkout");
  for (const std::string item : {"books/1:-5", "books/1:0", "books/1:100000", "books/1:99999999999999999999"}) {
    SCOPED_TRACE(item);
    Fields fields = Filled();
    for (auto& [name, value] : fields) {
      if (name == "item") value = item;
    }
    EXPECT_EQ(Post("/checkout", fields).status, 400);
    Get("/checkout");
  }
  EXPECT_EQ(shop_.orders.order_count(), 0);
  Get("/cart");
  EXPECT_EQ(ChangeLine("books/1", "explode").status, 400);
  Get("/books/1");
  EXPECT_THAT(Follow(Post("/cart/items", {{"book", "books/0"}})).body, HasSubstr("We do not have this book any more."));
}

TEST_F(SellingTest, AKeyOfSomebodyElsesMakingIsRefused) {
  Add("books/1");
  Get("/checkout");
  const std::string key = "0193583c-5a00-7abc-8def-0123456789ab";

  EXPECT_EQ(Post("/checkout", Filled({{"key", key}})).status, 403);
  EXPECT_EQ(Post("/checkout", Filled({{"key", SealKey(signer_, "another-visitor-is-here", key)}})).status, 403);
  EXPECT_EQ(Get("/checkout/waiting?key=" + key).status, 404);
  EXPECT_EQ(shop_.orders.order_count(), 0);
}

TEST_F(SellingTest, AnEmptyCartHasNoCheckout) { EXPECT_EQ(Location(Get("/checkout")), "/cart"); }

TEST_F(SellingTest, TheCheckoutWithoutItsServicesIsAFriendly503) {
  Add("books/1");
  for (const Condition condition : {Condition::kDown, Condition::kHung}) {
    shop_.orders.condition = condition;
    EXPECT_EQ(Get("/checkout").status, 503);
    EXPECT_THAT(last_page_, HasSubstr("Back in a moment"));
  }
}

TEST_F(SellingTest, WhatCostsNothingAsksForNoCard) {
  shop_.catalog.BookToChange(1).mutable_price()->set_minor(0);
  Add("books/1");

  EXPECT_THAT(Get("/checkout").body, HasSubstr("There is nothing to pay."));
  Fields fields = Filled();
  std::erase_if(fields, [](const auto& field) { return field.first == "payment" || field.first == "payment_token"; });
  const http::Response placed = Post("/checkout", fields);

  EXPECT_THAT(Location(placed), testing::StartsWith("/orders/"));
}

TEST_F(SellingTest, OneClientOrdersSoManyCopiesUnpaidUnderWhateverAddressAndPaysForMore) {
  SetStock("books/1", 1000);
  const auto order = [&](const std::string& email, const std::string& payment) {
    Add("books/1", "60");
    return Checkout({{"payment", payment}, {"email", email}});
  };
  EXPECT_EQ(order("one@example.org", "invoice").status, 303);

  const http::Response refused = order("two@example.org", "invoice");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("before they are paid"));
  EXPECT_EQ(shop_.orders.order_count(), 1);

  EXPECT_EQ(Post("/checkout", Filled({{"payment", "card"}})).status, 303);
}

TEST_F(SellingTest, WhatAnAddressHasOrderedBeforeIsLookedAtOnlyForWhoeverOrdersWithIt) {
  Add("books/1");
  Checkout({{"email", "no address"}});
  Checkout({{"payment_token", "tok_decline"}});
  shop_.orders.FailNext({Code::kFailedPrecondition, "TOTAL_CHANGED", "another price"});
  Checkout();
  EXPECT_EQ(shop_.orders.previewed_email(), "");

  shop_.orders.FailNext({.code = Code::kFailedPrecondition,
                         .reason = "TOTAL_CHANGED",
                         .message = "not a first order",
                         .metadata = {{"cause", "BUYER"}}});
  const std::string page = Checkout().body;

  EXPECT_EQ(shop_.orders.previewed_email(), "emma@example.org");
  EXPECT_THAT(page, HasSubstr("does not go with this e-mail address"));
}

TEST_F(SellingTest, AnAddressThatIsNoneIsSaidBesideItsFieldAndNothingTypedIsLost) {
  Add("books/1");

  const http::Response refused = Checkout({{"email", "emma@gmailcom"}, {"full_name", "Emma Woodhouse"}});

  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("Please give us an e-mail address"));
  EXPECT_THAT(refused.body, AllOf(HasSubstr("value=\"emma@gmailcom\""), HasSubstr("value=\"Emma Woodhouse\"")));
  EXPECT_EQ(Checkout({{"email", "emma@bücher.example"}}).status, 303);
}

// --- The order ---

TEST_F(SellingTest, AnOrderIsCancelledOnceUntilItHasLeftTheShop) {
  const std::string location = Buy();
  Get(location);
  const Fields fields = {{"token", FieldOf(last_page_, "token")}};

  const std::string cancelled = Follow(Post(OrderPath(location) + "/cancel", fields)).body;

  EXPECT_THAT(cancelled, HasSubstr("The order is cancelled, and nothing is left to pay."));
  EXPECT_THAT(cancelled, HasSubstr("Cancelled"));
  EXPECT_THAT(cancelled, HasSubstr("Refunded"));
  EXPECT_THAT(cancelled, Not(HasSubstr("Cancel the whole order")));
  EXPECT_THAT(cancelled, Not(HasSubstr("1 copy returned")));

  const std::string second = Buy();
  Get(second);
  const Fields late = {{"token", FieldOf(last_page_, "token")}};
  shop_.orders.Advance(OrderName(second), v1::Order::FULFILMENT_STATE_SHIPPED);
  EXPECT_THAT(Follow(Post(OrderPath(second) + "/cancel", late)).body, HasSubstr("can no longer be cancelled"));
}

TEST_F(SellingTest, WhatIsNotSentIsCancelledAfterAskingTwiceAndNotReturned) {
  const std::string location = Buy();

  const std::string page = Get(location).body;

  EXPECT_THAT(page, HasSubstr("<summary>Cancel the whole order</summary>"));
  EXPECT_THAT(page, HasSubstr("Yes, cancel the whole order"));
  EXPECT_THAT(page, Not(HasSubstr("Return books")));
}

TEST_F(SellingTest, BooksGoBackWhenTheShopHasThemAgain) {
  Add("books/1", "3");
  const std::string location = Location(Checkout());
  shop_.orders.Advance(OrderName(location), v1::Order::FULFILMENT_STATE_DELIVERED);
  EXPECT_THAT(Get(location).body, HasSubstr("You get back €12.90, then €12.90, then €12.90."));
  EXPECT_THAT(last_page_, Not(HasSubstr("Cancel the")));
  const Fields fields = {{"token", FieldOf(last_page_, "token")},
                         {"key", FieldOf(last_page_, "key")},
                         {"copies-1", "2"},
                         {"reason", "I have it already"}};

  const std::string asked = Follow(Post(OrderPath(location) + "/return", fields)).body;
  EXPECT_THAT(asked, HasSubstr("We have your wish to return books"));
  EXPECT_THAT(asked, HasSubstr("2 copies of Volume 1"));
  EXPECT_THAT(asked, HasSubstr("We have your wish, and answer it soon."));
  EXPECT_THAT(asked, Not(HasSubstr("given back"))) << "no money moves before the books are there";
  EXPECT_THAT(asked, HasSubstr("You get back €12.90."));

  // The same form again is the same return, another wish from it is another, and more than is left is
  // refused.
  Follow(Post(OrderPath(location) + "/return", fields));
  Fields one = fields;
  one[2].second = "1";
  EXPECT_THAT(Follow(Post(OrderPath(location) + "/return", one)).body, HasSubstr("1 copy of Volume 1"));
  const Fields more = {{"token", fields[0].second}, {"key", "another"}, {"copies-1", "2"}};
  EXPECT_THAT(Follow(Post(OrderPath(location) + "/return", more)).body, HasSubstr("nothing of that left"));
  const Fields none = {{"token", fields[0].second}, {"key", "third"}, {"copies-1", "0"}};
  EXPECT_THAT(Follow(Post(OrderPath(location) + "/return", none)).body, HasSubstr("how many copies"));

  shop_.orders.AnswerReturn(OrderName(location), v1::Return::STATE_ACCEPTED, "");
  EXPECT_THAT(Get(location).body, HasSubstr("Please send the books back"));
  shop_.orders.AnswerReturn(OrderName(location), v1::Return::STATE_RECEIVED, "");
  EXPECT_THAT(Get(location).body, AllOf(HasSubstr(" given back"), HasSubstr("The books are with us again.")));
}

TEST_F(SellingTest, EverythingIsReturnedWithOneButtonAndARefusalSaysWhy) {
  const std::string location = Buy({{"payment", "invoice"}});
  shop_.orders.Advance(OrderName(location), v1::Order::FULFILMENT_STATE_DELIVERED);
  EXPECT_THAT(Get(location).body, HasSubstr("Return books")) << "also what is not paid yet";
  const Fields fields = {
      {"token", FieldOf(last_page_, "token")}, {"key", FieldOf(last_page_, "key")}, {"copies-1", "0"}, {"everything", "yes"}};

  EXPECT_THAT(Follow(Post(OrderPath(location) + "/return", fields)).body, HasSubstr("1 copy of Volume 1"));
  shop_.orders.AnswerReturn(OrderName(location), v1::Return::STATE_REJECTED, "There are <notes> in it");

  EXPECT_THAT(Get(location).body, HasSubstr("We say: There are &lt;notes&gt; in it"));
}

TEST_F(SellingTest, ALateReturnIsRefusedInWords) {
  const std::string location = Buy();
  shop_.orders.Advance(OrderName(location), v1::Order::FULFILMENT_STATE_DELIVERED);
  Get(location);
  const Fields fields = {{"token", FieldOf(last_page_, "token")}, {"key", "k"}, {"copies-1", "1"}};
  shop_.orders.EndReturns();

  EXPECT_THAT(Follow(Post(OrderPath(location) + "/return", fields)).body, HasSubstr("could be returned is over"));
}

TEST_F(SellingTest, DaysAndTimesAreThoseOfTheShopsPlace) {
  site_.time_zone = *TimeZone::Parse("America/New_York");
  AddBanner("Ten percent off", std::set<std::string>(),
            1'796'101'200);  // Ends on 1 December 2026, 05:00 UTC: midnight there.

  EXPECT_THAT(Get("/").body, HasSubstr("30 November 2026")) << "the last day that counts";
  EXPECT_THAT(Get(Buy()).body, HasSubstr("15 January 2027, 03:00 GMT-5"));
}

// What a page hears comes on other threads, so the test waits for it.
class CollectingStream final : public http::EventStream {
 public:
  bool Send(std::string_view event, std::string_view) override {
    {
      const std::lock_guard lock(mutex_);
      events_.emplace_back(event);
    }
    changed_.notify_all();
    return true;
  }
  void Close() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }
  void OnClose(std::function<void()> callback) override { on_close = std::move(callback); }

  std::function<void()> on_close;
  // All that was heard, once there is something, or the stream has been closed.
  std::vector<std::string> Events() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return !events_.empty() || closed_; }));
    return events_;
  }
  bool IsClosed() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return closed_; });
  }

 private:
  static constexpr std::chrono::seconds kPatience{30};  // Nothing waits for it to pass.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;  // Guarded by mutex_, as closed_.
  bool closed_ = false;
};

TEST_F(SellingTest, TheOrdersPageHearsOfEachChange) {
  const std::string location = Buy();
  const std::string page = Get(location).body;
  EXPECT_THAT(page, HasSubstr("/events?after=1&amp;token="));
  const http::Response response = Get(OrderPath(location) + "/events?after=1&" + location.substr(location.find('?') + 1));
  ASSERT_TRUE(response.stream);
  const auto stream = std::make_shared<CollectingStream>();
  response.stream(stream);

  shop_.orders.Advance(OrderName(location), v1::Order::FULFILMENT_STATE_PACKED);

  EXPECT_EQ(stream->Events(), std::vector<std::string>{"changed"}) << "what the page shows already is no news";
  std::exchange(stream->on_close, nullptr)();
  EXPECT_TRUE(stream->IsClosed());
  EXPECT_THAT(stream->Events(), testing::SizeIs(1));
}

TEST_F(SellingTest, TheBooksPageHearsOfItsShelf) {
  const http::Response response = Get("/books/1/stock?version=0");
  ASSERT_TRUE(response.stream);
  const auto stream = std::make_shared<CollectingStream>();
  response.stream(stream);

  inventory::v1::Stock stock;
  stock.set_available(1);
  stock.set_version(7);
  shop_.inventory.Set("books/1", stock);

  EXPECT_EQ(stream->Events(), std::vector<std::string>{"changed"}) << "what the page shows already is no news";
  std::exchange(stream->on_close, nullptr)();
  EXPECT_TRUE(stream->IsClosed());
  EXPECT_THAT(stream->Events(), testing::SizeIs(1));
}

TEST_F(SellingTest, AGuestHasNoListOfOrders) {
  EXPECT_THAT(Get("/orders").body, HasSubstr("Sign in"));
  SignIn();
  EXPECT_THAT(Get("/orders").body, HasSubstr("There is none yet"));
}

TEST_F(SellingTest, OrdersWithoutTransactionsAreAFriendly503) {
  const std::string location = Buy();
  shop_.orders.condition = Condition::kDown;

  EXPECT_EQ(Get(location).status, 503);
}

TEST_F(SellingTest, BannersShowToThoseWhoCanStillUseThem) {
  const std::string emma = shop_.accounts.Add("emma@example.org", "a long password", "Emma");
  AddBanner("Buy two romances, get one", std::set<std::string>{emma});
  EXPECT_THAT(Get("/").body, HasSubstr("Buy two romances, get one"));

  cookies_["session"] = shop_.accounts.OpenSession("emma@example.org");
  EXPECT_THAT(Get("/").body, Not(HasSubstr("Buy two romances, get one")));

  shop_.accounts.Add("anne@example.org", "a long password", "Anne");
  cookies_["session"] = shop_.accounts.OpenSession("anne@example.org");
  EXPECT_THAT(Get("/").body, HasSubstr("Buy two romances, get one"));
  for (const Condition condition : {Condition::kDown, Condition::kHung}) {
    shop_.promotions.condition = condition;
    const http::Response home = Get("/");
    EXPECT_EQ(home.status, 200);
    EXPECT_THAT(home.body, Not(HasSubstr("romances")));
  }
  cookies_.erase("session");
  EXPECT_THAT(Get("/").body, HasSubstr("Buy two romances, get one")) << "as guests saw it last";
}

promotions::v1::Banner MakeBanner(const std::string& name) {
  promotions::v1::Banner banner;
  banner.set_display_name(name);
  banner.set_text(name + ", for a while");
  return banner;
}

TEST_F(SellingTest, ACampaignShowsOnWhatItTouchesAndItsBannerLeadsThere) {
  promotions::v1::Banner fiction = MakeBanner("Fiction is cheap");
  fiction.mutable_items()->add_categories("categories/fiction");
  AddBanner(fiction);
  promotions::v1::Banner author = MakeBanner("Author 1 is cheap");
  author.mutable_items()->add_authors("authors/author-1");
  AddBanner(author);
  promotions::v1::Banner book = MakeBanner("Volume 3 is cheap");
  book.mutable_items()->add_books("books/3");
  AddBanner(book);
  AddBanner(MakeBanner("All is cheap"));
  const auto banner = [](const std::string& path, const std::string& name) {
    return "<li><a href=\"" + path + "\">" + name + ", for a while</a>";
  };
  const auto tag = [](const std::string& name) { return "<span class=\"touched\">" + name + "</span>"; };

  EXPECT_THAT(Get("/").body,
              AllOf(HasSubstr(banner("/categories/fiction", "Fiction is cheap")),
                    HasSubstr(banner("/authors/author-1", "Author 1 is cheap")),
                    HasSubstr(banner("/books/3", "Volume 3 is cheap")), HasSubstr(banner("/books", "All is cheap"))));
  EXPECT_THAT(Get("/categories/fiction").body,
              AllOf(HasSubstr(banner("/categories/fiction", "Fiction is cheap")), HasSubstr(tag("Fiction is cheap")),
                    Not(HasSubstr("All is cheap")), Not(HasSubstr("Volume 3 is cheap"))));
  EXPECT_THAT(Get("/categories/history").body, AllOf(HasSubstr(tag("Volume 3 is cheap")), Not(HasSubstr("Fiction is cheap"))));
  EXPECT_THAT(Get("/authors/author-1").body, HasSubstr(banner("/authors/author-1", "Author 1 is cheap")));
  EXPECT_THAT(Get("/search?q=volume").body, HasSubstr(tag("Fiction is cheap")));
  EXPECT_THAT(Get("/books/3").body,
              AllOf(HasSubstr(banner("/books/3", "Volume 3 is cheap")), HasSubstr(banner("/books", "All is cheap"))));
  EXPECT_THAT(Get("/books/4").body, Not(HasSubstr(banner("/books/3", "Volume 3 is cheap"))));
}

TEST_F(SellingTest, ACampaignAboutSeveralShelvesHasAPageThatListsThem) {
  promotions::v1::Banner mixed = MakeBanner("This and that");
  mixed.mutable_items()->add_categories("categories/fiction");
  mixed.mutable_items()->add_authors("authors/author-1");
  mixed.mutable_items()->add_books("books/3");
  mixed.mutable_items()->add_excluded_books("books/2");
  mixed.mutable_get_items()->add_books("books/5");
  AddBanner(mixed);
  EXPECT_THAT(Get("/").body, HasSubstr("<a href=\"/campaigns/1\">"));

  const std::string page = Get("/campaigns/1").body;

  EXPECT_THAT(page, AllOf(HasSubstr("<h1>This and that</h1>"), HasSubstr("<a href=\"/categories/fiction\">Everything in Fiction"),
                          HasSubstr("<a href=\"/authors/author-1\">Everything by Author 1"), HasSubstr("id=\"campaign-3\""),
                          HasSubstr("Not in it"), HasSubstr("id=\"campaign.not-2\""), HasSubstr("id=\"campaign.get-5\"")));
  EXPECT_THAT(Get("/books/2").body, Not(HasSubstr("This and that, for a while")));
  EXPECT_THAT(Get("/books/5").body, HasSubstr("This and that, for a while"));
  EXPECT_EQ(Get("/campaigns/2").status, 404);
  shop_.catalog.condition = Condition::kHung;
  EXPECT_EQ(Get("/campaigns/1").status, 200);
}

TEST_F(SellingTest, HostileTextStaysText) {
  const std::string script = "\"><script>alert(1)</script>";
  catalog::v1::Book book = MakeBook(script, script, "fiction");
  const std::string name = shop_.catalog.Add(book).name();
  SetStock(name, 5);
  AddBanner(script);
  Add(name);
  AddCode(script);
  const std::string cart = Get("/cart").body;
  Get("/checkout");
  const std::string checkout = Post("/checkout", Filled({{"email", script}, {"full_name", script}, {"city", script}})).body;
  const std::string order = Follow(Checkout({{"full_name", script}, {"email", "a'b&c@example.org"}})).body;

  for (const std::string& page : {cart, checkout, order, Get("/").body}) {
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert"));
    EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  }
}

TEST_F(SellingTest, NoFormOfThePagesIsWithoutItsToken) {
  Add("books/1");
  const std::string location = Buy();
  for (const std::string& path : {std::string("/"), std::string("/books/1"), std::string("/search?q=volume"), location}) {
    const std::string page = Get(path).body;
    for (std::size_t at = page.find("method=\"post\""); at != std::string::npos; at = page.find("method=\"post\"", at + 1)) {
      const std::string form = page.substr(at, page.find("</form>", at) - at);
      EXPECT_GT(FieldOf(form, "csrf").size(), 60U) << path << ": " << form;
    }
  }
}

}  // namespace
}  // namespace octavo::marketplace
