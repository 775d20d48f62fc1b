// Every page in every state, as a gallery: each GET route that gives a page has at least one here, so that a
// new one is not forgotten, and tests/browser/gallery_test.mjs looks at each with axe, on a phone and a
// desktop, light and dark. With OCTAVO_TEST_GALLERY=folder the pages are left there, with what they load, and
// gallery.tsv names them.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "lib/testing/xml.h"
#include "services/marketplace/cover.h"
#include "services/marketplace/testing/page_reader.h"

namespace octavo::marketplace {
namespace {

namespace v1 = transactions::v1;
using Fields = PageReader::Fields;

struct State {
  std::string name;
  std::string route;  // "/books/{}" of the GET route that shows it, or of the form that it answers.
  int status = 200;
  std::function<http::Response(PageReader&)> ask;
};

// A page that only needs its address.
State At(const std::string& name, const std::string& route, const std::string& target, int status = 200) {
  return {name, route, status, [target](PageReader& reader) { return reader.Get(target); }};
}

State AsCustomer(State state) {
  return {state.name, state.route, state.status, [ask = state.ask](PageReader& reader) {
            reader.SignIn();
            return ask(reader);
          }};
}

// As browsers do, who keep the place on the page for themselves.
http::Response Follow(PageReader& reader, const http::Response& response) {
  const std::string location(response.headers.Get("Location"));
  return response.status == 303 ? reader.Get(location.substr(0, location.find('#'))) : response;
}

// --- Books and shelves

void AddFineBook(PageReader& reader) {
  catalog::v1::Book book = MakeBook(
      "The Life and Strange Surprizing Adventures of Robinson Crusoe, of York, Mariner: Who "
      "lived Eight and Twenty Years, all alone in an un-inhabited Island",
      "Daniel Defoe", "fiction");
  book.set_subtitle("Written by Himself");
  book.mutable_series()->set_title("Crusoe");
  book.mutable_series()->set_number("1");
  book.set_isbn13("9780141439822");
  book.set_publisher("W. Taylor");
  book.set_page_count(364);
  book.set_average_rating(4.1);
  book.set_ratings_count(12'345);
  for (const char* subject : {"Islands", "Shipwrecks", "Solitude"}) book.add_subjects(subject);
  reader.shop_.catalog.Add(book);
}

void AddCampaigns(PageReader& reader) {
  promotions::v1::Banner fiction;
  fiction.set_display_name("Buy two novels, get one free");
  fiction.set_text("Buy two novels and the third is on us");
  fiction.mutable_end_time()->set_seconds(1'796'101'200);
  fiction.mutable_items()->add_categories("categories/fiction");
  fiction.mutable_items()->add_authors("authors/author-1");
  fiction.mutable_items()->add_books("books/3");
  fiction.mutable_items()->add_excluded_books("books/2");
  fiction.mutable_get_items()->add_books("books/5");
  reader.AddBanner(fiction);
  reader.AddBanner("Ten percent off your first order with WELCOME10");
}

State Book(const std::string& name, const std::function<void(PageReader&)>& prepare, const std::string& target = "/books/1") {
  return {name, "/books/{}", 200, [prepare, target](PageReader& reader) {
            prepare(reader);
            return reader.Get(target);
          }};
}

State Listing(const std::string& name, const std::string& route, const std::string& target) {
  return {name, route, 200, [target](PageReader& reader) {
            AddFineBook(reader);
            AddCampaigns(reader);
            return reader.Get(target);
          }};
}

std::vector<State> Shelves() {
  return {
      Listing("home", "/", "/"),
      AsCustomer(Book(
          "home-customer", [](PageReader& reader) { reader.Get("/books/3"); }, "/")),
      Book(
          "home-without-recommendations", [](PageReader& reader) { reader.shop_.recommendations.condition = Condition::kDown; },
          "/"),
      Listing("books", "/books", "/books?sort=title"),
      Listing("category", "/categories/{}", "/categories/fiction"),
      Listing("author", "/authors/{}", "/authors/author-1"),
      Listing("series", "/series/{}", "/series/crusoe"),
      Listing("campaign", "/campaigns/{}", "/campaigns/1"),
      Listing("search", "/search", "/search?q=volume"),
      Listing("search-narrowed", "/search", "/search?q=volume&category=categories%2Ffiction"),
      At("search-nothing", "/search", "/search?q=nothing+of+the+kind"),
      At("search-empty", "/search", "/search"),
      Book(
          "book",
          [](PageReader& reader) {
            AddFineBook(reader);
            AddCampaigns(reader);
            reader.SetStock("books/41", 3);
          },
          "/books/41"),
      Book("book-sold-out", [](PageReader& reader) { reader.SetStock("books/1", 0); }),
      Book("book-not-for-sale", [](PageReader& reader) { reader.shop_.catalog.BookToChange(1).clear_price(); }),
      Book("book-without-services",
           [](PageReader& reader) {
             reader.shop_.recommendations.condition = Condition::kDown;
             reader.shop_.inventory.condition = Condition::kDown;
           }),
      {"book-added", "/cart/items", 200,
       [](PageReader& reader) {
         reader.SetStock("books/1", 3);
         reader.Get("/books");
         return Follow(reader, reader.Post("/cart/items?shelf=browse.all", {{"book", "books/1"}, {"next", "/books"}}));
       }},
  };
}

// --- Cart and checkout

http::Response WithCode(PageReader& reader, const std::string& code) {
  reader.PutIntoCart();
  reader.Get("/cart");
  const std::string etag = PageReader::FieldOf(reader.last_page_, "etag");
  return Follow(reader, reader.Post("/cart/codes", {{"code", code}, {"etag", etag}, {"do", "add"}}));
}

State Cart(const std::string& name, const std::function<void(PageReader&)>& prepare) {
  return {name, "/cart", 200, [prepare](PageReader& reader) {
            reader.PutIntoCart();
            prepare(reader);
            return reader.Get("/cart");
          }};
}

void SaveForLater(PageReader& reader) {
  reader.Get("/cart");
  const std::string etag = PageReader::FieldOf(reader.last_page_, "etag");
  reader.Post("/cart/lines", {{"book", "books/1"}, {"quantity", "1"}, {"etag", etag}, {"do", "save"}});
}

// The checkout's page after its form was sent with these changes.
State Checkout(const std::string& name, const Fields& changes, int status, const std::function<void(PageReader&)>& prepare) {
  return {name, "/checkout", status, [changes, prepare](PageReader& reader) {
            reader.PutIntoCart();
            reader.Get("/checkout");
            prepare(reader);
            Fields fields = reader.Filled();
            for (const auto& [field, value] : changes) {
              std::erase_if(fields, [&, which = field](const auto& one) { return one.first == which; });
              fields.emplace_back(field, value);
            }
            return Follow(reader, reader.Post("/checkout", fields));
          }};
}

std::vector<State> Selling() {
  const auto nothing = [](PageReader&) {};
  const auto refuse = [](const char* reason) {
    return [reason](PageReader& reader) { reader.shop_.orders.FailNext({Code::kFailedPrecondition, reason, "no"}); };
  };
  return {
      At("cart-empty", "/cart", "/cart"),
      Cart("cart", nothing),
      {"cart-code", "/cart", 200, [](PageReader& reader) { return WithCode(reader, "TENPERCENT"); }},
      {"cart-wrong-code", "/cart", 200, [](PageReader& reader) { return WithCode(reader, "NOSUCHCODE"); }},
      Cart("cart-sold-out", [](PageReader& reader) { reader.SetStock("books/1", 0); }),
      Cart("cart-not-for-sale", [](PageReader& reader) { reader.shop_.catalog.BookToChange(1).clear_price(); }),
      Cart("cart-saved", SaveForLater),
      Cart("cart-without-sum", [](PageReader& reader) { reader.shop_.orders.condition = Condition::kDown; }),
      {"cart-away", "/cart", 503,
       [](PageReader& reader) {
         reader.PutIntoCart();
         reader.shop_.cart.condition = Condition::kDown;
         return reader.Get("/cart");
       }},
      {"checkout", "/checkout", 200,
       [](PageReader& reader) {
         reader.PutIntoCart();
         return reader.Get("/checkout");
       }},
      AsCustomer({"checkout-customer", "/checkout", 200,
                  [](PageReader& reader) {
                    reader.PutIntoCart();
                    return reader.Get("/checkout");
                  }}),
      Checkout("checkout-wrong", {{"email", "emma"}, {"full_name", ""}, {"delivery", "shipping"}, {"payment", "on-collection"}},
               422, nothing),
      Checkout("checkout-declined", {}, 422, refuse("PAYMENT_DECLINED")),
      Checkout("checkout-sold-out", {}, 422,
               [&](PageReader& reader) {
                 refuse("OUT_OF_STOCK")(reader);
                 reader.SetStock("books/1", 0);
               }),
      Checkout("checkout-away", {}, 503,
               [](PageReader& reader) {
                 reader.shop_.orders.FailNext({Code::kUnavailable, "UNAVAILABLE", "no"});
               }),
      Checkout("waiting", {}, 200, [](PageReader& reader) { reader.shop_.orders.KeepRunning(true); }),
      {"waiting-refused", "/checkout/waiting", 200,
       [](PageReader& reader) {
         reader.PutIntoCart();
         reader.Get("/checkout");
         return reader.Get("/checkout/waiting?key=" + PageReader::FieldOf(reader.last_page_, "key"));
       }},
  };
}

// --- Orders

State Order(const std::string& name, const std::function<void(PageReader&, const std::string&)>& prepare) {
  return {name, "/orders/{}", 200, [prepare](PageReader& reader) {
            reader.PutIntoCart();
            const std::string location = reader.Buy();
            prepare(reader, location.substr(1, location.find('?') - 1));
            return reader.Get(location);
          }};
}

// A delivered order of which everything is asked to be returned, and what the shop has said to that.
State Return(const std::string& name, v1::Return::State answer) {
  return {name, "/orders/{}", 200, [answer](PageReader& reader) {
            reader.PutIntoCart();
            const std::string location = reader.Buy();
            const std::string path = location.substr(0, location.find('?'));
            reader.shop_.orders.Advance(path.substr(1), v1::Order::FULFILMENT_STATE_DELIVERED);
            reader.Get(location);
            const Fields fields = {{"token", PageReader::FieldOf(reader.last_page_, "token")},
                                   {"key", PageReader::FieldOf(reader.last_page_, "key")},
                                   {"everything", "yes"}};
            const http::Response asked = Follow(reader, reader.Post(path + "/return", fields));
            if (answer == v1::Return::STATE_REQUESTED) return asked;
            reader.shop_.orders.AnswerReturn(path.substr(1), answer, "There are notes in it");
            return reader.Get(location);
          }};
}

std::vector<State> Orders() {
  const auto advance = [](v1::Order::FulfilmentState state) {
    return [state](PageReader& reader, const std::string& order) { reader.shop_.orders.Advance(order, state); };
  };
  return {
      Order("order-placed", [](PageReader&, const std::string&) {}),
      Order("order-packed", advance(v1::Order::FULFILMENT_STATE_PACKED)),
      Order("order-delivered", advance(v1::Order::FULFILMENT_STATE_DELIVERED)),
      {"order-cancelled", "/orders/{}", 200,
       [](PageReader& reader) {
         reader.PutIntoCart();
         const std::string location = reader.Buy();
         reader.Get(location);
         const Fields fields = {{"token", PageReader::FieldOf(reader.last_page_, "token")}};
         return Follow(reader, reader.Post(location.substr(0, location.find('?')) + "/cancel", fields));
       }},
      Return("return-requested", v1::Return::STATE_REQUESTED),
      Return("return-accepted", v1::Return::STATE_ACCEPTED),
      Return("return-rejected", v1::Return::STATE_REJECTED),
      Return("return-received", v1::Return::STATE_RECEIVED),
      At("orders-guest", "/orders", "/orders"),
      AsCustomer(At("orders-none", "/orders", "/orders")),
      AsCustomer({"orders", "/orders", 200,
                  [](PageReader& reader) {
                    reader.PutIntoCart();
                    reader.Buy();
                    return reader.Get("/orders");
                  }}),
  };
}

// --- Accounts

// What a form answers with.
State Sent(const std::string& name, const std::string& path, const Fields& fields, int status, const std::string& query = {}) {
  return {name, path, status, [=](PageReader& reader) {
            reader.Get(path + query);
            return Follow(reader, reader.Post(path, fields));
          }};
}

std::vector<State> Accounts() {
  const auto page = [](const std::string& name, const std::string& path, const std::string& query = {}) {
    return At(name, path, path + query);
  };
  State away = AsCustomer(At("account-away", "/account", "/account", 503));
  away.ask = [](PageReader& reader) {
    reader.SignIn();
    reader.shop_.accounts.condition = Condition::kDown;
    return reader.Get("/account");
  };
  State throttled = Sent("sign-in-throttled", "/account/sign-in", {{"email", "a@example.org"}, {"password", "x"}}, 429);
  throttled.ask = [ask = throttled.ask](PageReader& reader) {
    Error error{Code::kResourceExhausted, "TRY_LATER", "later"};
    error.metadata["retry_seconds"] = "60";
    reader.shop_.accounts.FailNext(error);
    return ask(reader);
  };
  return {
      AsCustomer(page("account", "/account")),
      away,
      page("sign-in", "/account/sign-in", "?next=/cart"),
      Sent("sign-in-wrong", "/account/sign-in", {{"email", "emma@example.org"}, {"password", "not it"}}, 422),
      throttled,
      page("register", "/account/register"),
      Sent("register-wrong", "/account/register", {{"email", "emma"}, {"password", "short"}}, 422),
      page("registered", "/account/register/sent"),
      page("verify", "/account/verify", "?token=x"),
      Sent("verify-dead-link", "/account/verify", {{"token", "none"}, {"password", "a long password"}}, 422, "?token=x"),
      page("forgotten", "/account/forgotten"),
      page("forgotten-sent", "/account/forgotten/sent"),
      page("reset", "/account/reset", "?token=x"),
      Sent("reset-dead-link", "/account/reset", {{"token", "none"}, {"new_password", "a long password"}}, 422, "?token=x"),
      AsCustomer(page("password", "/account/password")),
      AsCustomer(
          Sent("password-wrong", "/account/password", {{"old_password", "no"}, {"new_password", "another long one"}}, 422)),
      AsCustomer(page("erase", "/account/erase")),
      AsCustomer(Sent("erase-wrong", "/account/erase", {{"password", "no"}}, 422)),
      AsCustomer({"signed-out", "/account/sign-out", 200,
                  [](PageReader& reader) {
                    reader.Get("/account");
                    return Follow(reader, reader.Post("/account/sign-out", {}));
                  }}),
  };
}

// A customer who signs in with two steps; `ask` comes behind the password.
State AtTheCode(const std::string& name, int status, const std::function<http::Response(PageReader&)>& ask) {
  return {name, "/account/sign-in/code", status, [ask](PageReader& reader) {
            reader.shop_.accounts.Add("ada@example.org", "a long password", "Ada Lovelace");
            reader.shop_.accounts.TurnOn("ada@example.org");
            reader.Get("/account/sign-in");
            return ask(reader);
          }};
}

State WithTwoSteps(State state) {
  return {state.name, state.route, state.status, [ask = state.ask](PageReader& reader) {
            reader.SignIn();
            reader.shop_.accounts.TurnOn("emma@example.org");
            return ask(reader);
          }};
}

std::vector<State> TwoSteps() {
  const Fields password = {{"email", "ada@example.org"}, {"password", "a long password"}};
  State staff = At("two-step-staff", "/account/two-step", "/account/two-step");
  staff.ask = [](PageReader& reader) {
    reader.SignIn();
    reader.shop_.accounts.SetRole("emma@example.org", accounts::v1::ROLE_BOOKSELLER);
    return reader.Get("/account/two-step");
  };
  return {
      AtTheCode("sign-in-code", 200, [=](PageReader& reader) { return reader.Post("/account/sign-in", password); }),
      AtTheCode("sign-in-code-wrong", 422,
                [=](PageReader& reader) {
                  reader.Post("/account/sign-in", password);
                  return reader.Post("/account/sign-in/code", {{"challenge", "challenge-ada@example.org"}, {"code", "000000"}});
                }),
      AsCustomer(At("two-step", "/account/two-step", "/account/two-step")),
      staff,
      AsCustomer(Sent("two-step-wrong", "/account/two-step", {{"offer", "offer-1"}, {"code", "000000"}}, 422)),
      AsCustomer(Sent("two-step-on", "/account/two-step", {{"offer", "offer-1"}, {"code", FakeAccounts::kCode}}, 200)),
      WithTwoSteps(At("two-step-is-on", "/account/two-step", "/account/two-step")),
      WithTwoSteps(At("two-step-off", "/account/two-step/off", "/account/two-step/off")),
      WithTwoSteps(Sent("two-step-off-wrong", "/account/two-step/off", {{"password", "no"}, {"code", "1"}}, 422)),
      WithTwoSteps(At("recovery-codes", "/account/two-step/codes", "/account/two-step/codes")),
  };
}

std::vector<State> Refusals() {
  return {
      At("missing", "/books/{}", "/books/999", 404),
      {"home-away", "/", 503,
       [](PageReader& reader) {
         reader.shop_.catalog.condition = Condition::kDown;
         return reader.Get("/");
       }},
      {"form-not-ours", "/cart/items", 403,
       [](PageReader& reader) {
         return reader.Post("/cart/items", {{"book", "books/1"}, {"csrf", "none"}});
       }},
      {"not-understood", "/cart/lines", 400,
       [](PageReader& reader) {
         reader.PutIntoCart();
         reader.Get("/cart");
         return reader.Post("/cart/lines", {{"do", "explode"}});
       }},
      {"not-allowed", "", 405, [](PageReader& reader) { return reader.Refuse(405); }},
      {"our-mistake", "", 500, [](PageReader& reader) { return reader.Refuse(500); }},
  };
}

std::vector<State> States() {
  std::vector<State> all;
  for (auto part : {Shelves(), Selling(), Orders(), Accounts(), TwoSteps(), Refusals()}) {
    for (State& state : part) all.push_back(std::move(state));
  }
  return all;
}

// Routes that give no page: pictures, files, streams, and parts of pages, which are looked at where they
// stand.
const std::set<std::string> kNoPages = {
    "/books/{}/offer", "/books/{}/stock",       "/covers/{}.svg",        "/suggest",   "/cart/note",   "/orders/{}/events",
    "/sitemap.xml",    "/robots.txt",           "/sitemaps/shelves.xml", "/static/{}", "/favicon.svg", "/favicon.ico",
    "/healthz",        "/sitemaps/books-{}.xml"};

TEST(GalleryTest, EveryRouteThatGivesAPageHasOne) {
  std::set<std::string> shown;
  for (const State& state : States()) shown.insert(state.route);

  PageReader reader;
  for (const http::Router::Route& route : reader.router_.routes()) {
    if (route.method != http::Method::kGet || kNoPages.contains(route.pattern)) continue;
    EXPECT_TRUE(shown.contains(route.pattern)) << route.pattern << " has no page in the gallery";
  }
}

void Write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

TEST(GalleryTest, EveryStateIsWhatItSays) {
  const char* const folder = std::getenv("OCTAVO_TEST_GALLERY");
  std::string index;
  std::set<std::string> names;
  for (const State& state : States()) {
    EXPECT_TRUE(names.insert(state.name).second) << state.name;
    PageReader reader;
    reader.headers_.Set("Host", "localhost:8080");
    const http::Response page = state.ask(reader);
    EXPECT_EQ(page.status, state.status) << state.name;
    EXPECT_NE(page.body.find("<main id=\"content\">"), std::string::npos) << state.name;
    if (folder == nullptr) continue;
    Write(std::filesystem::path(folder) / (state.name + ".html"), page.body);
    index += state.name + "\t" + std::to_string(state.status) + "\n";
  }
  if (folder == nullptr) return;
  Write(std::filesystem::path(folder) / "gallery.tsv", index);
  PageReader reader;
  for (const char* asset : {"shop.css", "shop.js", "htmx-4.0.1.min.js", "favicon.svg"}) {
    const std::string url = reader.AssetUrl(asset);
    Write(std::filesystem::path(folder) / url.substr(1), reader.Get(url).prepared->plain);
  }
}

// Covers of all layouts with titles and authors of all lengths, for the browser to measure.
TEST(GalleryTest, CoversOfLongTitlesAreDrawn) {
  const char* const folder = std::getenv("OCTAVO_TEST_GALLERY");
  const std::string titles[] = {
      "It",
      "The Life and Strange Surprizing Adventures of Robinson Crusoe, of York, Mariner: Who lived Eight and "
      "Twenty Years, all "
      "alone in an un-inhabited Island on the Coast of America",
      "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
      "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
      "Преступление и наказание: роман в шести частях с эпилогом",
      "春宵苦短日高起從此君王不早朝承歡侍宴無閒暇春從春遊夜專夜"};
  const std::string authors[] = {"Bo",
                                 "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior and Gabriel José de la Concordia "
                                 "García Márquez"};
  int number = 0;
  for (const std::string& title : titles) {
    for (const std::string& author : authors) {
      for (int i = 0; i < 12; ++i) {  // The layout hangs on the words.
        const std::string series = i % 2 == 0 ? "" : "The Very Long Series of Endless Books " + std::to_string(i);
        const std::string cover =
            DrawCover({.title = title, .author = author + std::string(static_cast<std::size_t>(i), '.'), .series = series});
        EXPECT_THAT(cover, IsWellFormedXml());
        if (folder != nullptr) Write(std::filesystem::path(folder) / "drawn" / (std::to_string(number++) + ".svg"), cover);
      }
    }
  }
}

}  // namespace
}  // namespace octavo::marketplace
