// Every page with every fault: each call that a page makes fails in each way, alone and together with each other one, or
// never answers. Whatever happens, the reader gets a page and no request ends in a bug.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "services/marketplace/testing/page_reader.h"

namespace octavo::marketplace {
namespace {

using Fault = CallFaults::Fault;

// One way to ask for what a route serves.
struct Example {
  std::string route;  // "GET /books/{}".
  std::function<http::Response(PageReader&)> ask;
  std::function<void(PageReader&)> prepare = {};
};

Example Page(const std::string& route, const std::string& target) {
  return {"GET " + route, [target](PageReader& reader) { return reader.Get(target); }};
}

Example Form(const std::string& route, const std::string& page, const PageReader::Fields& fields) {
  return {"POST " + route, [route, fields](PageReader& reader) { return reader.Post(route, fields); },
          [page](PageReader& reader) { reader.Get(page); }};
}

Example OfOrder(const std::string& method, const std::string& rest, const PageReader::Fields& fields) {
  const auto path = std::make_shared<std::string>();
  const auto target = [path, rest] {
    const std::size_t question = path->find('?');
    return path->substr(0, question) + rest + (question == std::string::npos ? "" : path->substr(question));
  };
  return {method + " /orders/{}" + rest,
          [=](PageReader& reader) { return method == "GET" ? reader.Get(target()) : reader.Post(target(), fields); },
          [path](PageReader& reader) {
            *path = reader.Buy();
            reader.Get(*path);
          }};
}

std::vector<Example> Examples() {
  const PageReader::Fields password = {
      {"email", "emma@example.org"},       {"password", "a long password"},      {"full_name", "Emma"},
      {"old_password", "a long password"}, {"new_password", "another long one"}, {"token", "none"}};
  return {
      Page("/", "/"),
      Page("/books", "/books?sort=title"),
      Page("/books/{}", "/books/1"),
      Page("/books/{}/offer", "/books/1/offer"),
      Page("/books/{}/stock", "/books/1/stock"),
      Page("/covers/{}.svg", "/covers/1.svg"),
      Page("/categories/{}", "/categories/fiction"),
      Page("/authors/{}", "/authors/author-1"),
      Page("/series/{}", "/series/none"),
      {"GET /campaigns/{}", [](PageReader& reader) { return reader.Get("/campaigns/1"); },
       [](PageReader& reader) { reader.AddBanner("Ten percent off"); }},
      Page("/search", "/search?q=volume"),
      Page("/search", "/search?q=nothing+of+the+kind"),
      Page("/suggest", "/suggest?q=vol"),
      Page("/sitemap.xml", "/sitemap.xml"),
      Page("/sitemaps/shelves.xml", "/sitemaps/shelves.xml"),
      Page("/sitemaps/books-{}.xml", "/sitemaps/books-1.xml"),
      Page("/cart", "/cart"),
      {"GET /cart/note", [](PageReader& reader) { return reader.Get("/cart/note"); },
       [](PageReader& reader) { reader.cookies_["note"] = "added.1"; }},
      Form("/cart/items", "/books/2", {{"book", "books/2"}, {"quantity", "1"}}),
      Form("/cart/lines", "/cart", {{"book", "books/1"}, {"etag", "1"}, {"do", "set"}, {"quantity", "2"}}),
      Form("/cart/codes", "/cart", {{"code", "TENPERCENT"}, {"etag", "1"}, {"do", "add"}}),
      Page("/checkout", "/checkout"),
      {"POST /checkout", [](PageReader& reader) { return reader.Post("/checkout", reader.Filled()); },
       [](PageReader& reader) { reader.Get("/checkout"); }},
      {"GET /checkout/waiting",
       [](PageReader& reader) { return reader.Get("/checkout/waiting?key=" + PageReader::FieldOf(reader.last_page_, "key")); },
       [](PageReader& reader) { reader.Get("/checkout"); }},
      Page("/orders", "/orders"),
      OfOrder("GET", "", {}),
      OfOrder("GET", "/events", {}),
      OfOrder("POST", "/cancel", {{"sure", "yes"}}),
      OfOrder("POST", "/return", {{"quantity_1", "1"}, {"book", "books/1"}, {"quantity", "1"}}),
      Page("/account", "/account"),
      Page("/account/sign-in", "/account/sign-in"),
      Form("/account/sign-in", "/account/sign-in", password),
      Page("/account/sign-in/code", "/account/sign-in/code"),
      Form("/account/sign-in/code", "/account/sign-in", {{"challenge", "challenge-emma@example.org"}, {"code", "123456"}}),
      Page("/account/two-step", "/account/two-step"),
      Form("/account/two-step", "/account/two-step", {{"offer", "offer-1"}, {"code", "123456"}}),
      Form("/account/two-step", "/account/two-step", {{"offer", "offer-1"}, {"code", "000000"}}),
      Page("/account/two-step/off", "/account/two-step/off"),
      Form("/account/two-step/off", "/account/two-step/off", password),
      Page("/account/two-step/codes", "/account/two-step/codes"),
      Form("/account/two-step/codes", "/account/two-step/codes", password),
      Page("/account/register", "/account/register"),
      Form("/account/register", "/account/register", password),
      Page("/account/register/sent", "/account/register/sent"),
      Page("/account/verify", "/account/verify?token=none"),
      Form("/account/verify", "/account/verify?token=none", password),
      Page("/account/forgotten", "/account/forgotten"),
      Form("/account/forgotten", "/account/forgotten", password),
      Page("/account/forgotten/sent", "/account/forgotten/sent"),
      Page("/account/reset", "/account/reset?token=none"),
      Form("/account/reset", "/account/reset?token=none", password),
      Form("/account/sign-out", "/account", password),
      Form("/account/sign-out-everywhere", "/account", password),
      Form("/account/sessions/end", "/account", {{"session", "sessions/none"}, {"name", "sessions/none"}}),
      Page("/account/password", "/account/password"),
      Form("/account/password", "/account/password", password),
      Form("/account/export", "/account", password),
      Page("/account/erase", "/account/erase"),
      Form("/account/erase", "/account/erase", password),
  };
}

std::string RouteOf(const http::Router::Route& route) {
  return (route.method == http::Method::kGet ? "GET " : "POST ") + route.pattern;
}

// Kinds of failures that pages tell apart.
std::vector<Fault> Failures() {
  return {
      {.condition = Condition::kDown},
      {.error = Error{Code::kNotFound, "UNKNOWN_BOOK", "there is none"}},
      {.error = Error{Code::kInvalidArgument, "INVALID_FIELD", "it is wrong", {{"buyer.email", "is none"}}}},
      {.error = Error{Code::kInvalidArgument, "BAD_PAGE_TOKEN", "it is wrong"}},
      {.error = Error{Code::kFailedPrecondition, "NOT_FOR_SALE", "it is not"}},
      {.error = Error{Code::kResourceExhausted, "OVERLOADED", "too many"}},
      {.error = Error{Code::kUnauthenticated, "SESSION_ENDED", "it has ended"}},
      {.error = Error{Code::kInternal, "INTERNAL", "a bug"}},
  };
}

enum class Who { kGuest, kCustomer };

class CallFaultsTest : public testing::TestWithParam<Who> {
 protected:
  // Asks once with these faults; how many calls it took.
  static int Ask(const Example& example, const std::map<int, Fault>& faults) {
    PageReader reader;
    if (GetParam() == Who::kCustomer) reader.SignIn();
    reader.PutIntoCart();
    if (example.prepare) example.prepare(reader);
    std::string which = example.route;
    for (const auto& [call, fault] : faults) {
      which += ", call " + std::to_string(call) + ": " + (fault.error ? fault.error->reason : "no answer");
    }
    CallFaults plan(faults);
    try {
      const http::Response response = example.ask(reader);
      EXPECT_TRUE(response.status >= 200 && response.status < 600 && response.status != 500) << which;
      const bool says_something = !response.body.empty() || response.prepared || response.stream;
      EXPECT_TRUE(says_something || response.headers.Has("Location") || response.status == 204) << which;
    } catch (const std::exception& exception) {
      ADD_FAILURE() << which << ": " << exception.what();
    }
    return plan.call_count();
  }
};

INSTANTIATE_TEST_SUITE_P(Who, CallFaultsTest, testing::Values(Who::kGuest, Who::kCustomer));

TEST_P(CallFaultsTest, EveryRouteHasAnExample) {
  std::set<std::string> known;
  for (const Example& example : Examples()) known.insert(example.route);

  PageReader reader;
  for (const http::Router::Route& route : reader.router_.routes()) {
    if (route.run == http::Run::kInline) continue;  // Those call nobody.
    EXPECT_TRUE(known.contains(RouteOf(route))) << RouteOf(route) << " has no example above";
  }
}

TEST_P(CallFaultsTest, APageStandsEachFailureOfEachCall) {
  for (const Example& example : Examples()) {
    const int count = Ask(example, {});
    for (int call = 0; call < count; ++call) {
      for (const Fault& failure : Failures()) Ask(example, {{call, failure}});
    }
  }
}

TEST_P(CallFaultsTest, APageStandsTwoFailuresAtOnce) {
  const std::vector<Fault> failures = Failures();
  for (const Example& example : Examples()) {
    const int count = Ask(example, {});
    for (int first = 0; first < count; ++first) {
      for (int second = first + 1; second < count; ++second) {
        Ask(example, {{first, failures[0]}, {second, failures[1]}});
        Ask(example, {{first, failures[2]}, {second, failures[0]}});
      }
    }
  }
}

// Each takes as long as a page waits at most, so only what is shown is tried, and as its fullest.
TEST_P(CallFaultsTest, APageStandsACallThatIsNeverAnswered) {
  if (GetParam() == Who::kGuest) return;
  for (const Example& example : Examples()) {
    if (example.route.starts_with("POST")) continue;
    const int count = Ask(example, {});
    for (int call = 0; call < count; ++call) Ask(example, {{call, {.condition = Condition::kHung}}});
  }
}

}  // namespace
}  // namespace octavo::marketplace
