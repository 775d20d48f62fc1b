// PagesFixture: a reader with a browser's cookies in front of a shop in memory, for the tests of pages: 40
// books, "Volume 1" to "Volume 40" (books/1 …), each 12.90 EUR, with nothing on the shelf until SetStock.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/obs/metrics.h"
#include "lib/testing/leaping_clock.h"
#include "services/marketplace/testing/fake_shop.h"
#include "services/marketplace/website.h"

namespace octavo::marketplace {

inline catalog::v1::Book MakeBook(const std::string& title, const std::string& author, const std::string& category) {
  catalog::v1::Book book;
  book.set_title(title);
  book.add_authors()->set_display_name(author);
  book.add_categories("categories/" + category);
  book.set_language_code("en");
  book.set_published_year(1815);
  book.set_description("A sentence about " + title + ".");
  book.mutable_price()->set_minor(1290);
  book.mutable_price()->set_currency_code("EUR");
  book.add_formats(catalog::v1::FORMAT_PAPERBACK);
  return book;
}

class PagesFixture : public testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  PagesFixture() {
    for (int i = 1; i <= 40; ++i) {
      shop_.catalog
          .Add(MakeBook("Volume " + std::to_string(i), "Author " + std::to_string(i % 5), i % 2 == 0 ? "fiction" : "history"))
          .set_ratings_count(1000 - i);
    }
  }

  // The page at `target`, as the server would ask for it.
  http::Response Get(const std::string& target, http::Method method = http::Method::kGet) {
    http::Request request = MakeRequest(target);
    request.method = method;
    return Answer(request);
  }

  // A form sent from the page last looked at: with its token, unless `fields` has one.
  http::Response Post(const std::string& target, const Fields& fields) {
    http::Request request = MakeRequest(target);
    request.method = http::Method::kPost;
    request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    http::Params form;
    for (const auto& [name, value] : fields) form.Add(name, value);
    if (!form.Has("csrf")) form.Add("csrf", FieldOf(last_page_, "csrf"));
    request.body = form.ToQuery();
    return Answer(request);
  }

  // The page that a redirect leads to.
  http::Response Follow(const http::Response& response) {
    EXPECT_EQ(response.status, 303) << response.body;
    return Get(std::string(response.headers.Get("Location")));
  }

  // The value of the first hidden or other input of this name; empty where there is none.
  static std::string FieldOf(const std::string& page, const std::string& name) {
    const std::size_t at = page.find("name=\"" + name + "\"");
    if (at == std::string::npos) return "";
    const std::size_t start = page.find("value=\"", at);
    if (start == std::string::npos || start > page.find('>', at)) return "";
    return page.substr(start + 7, page.find('"', start + 7) - start - 7);
  }

  void SignIn(const std::string& email = "emma@example.org", const std::string& full_name = "Emma Woodhouse") {
    shop_.accounts.Add(email, "a long password", full_name);
    cookies_["session"] = shop_.accounts.OpenSession(email);
  }

  void SetStock(const std::string& book, std::int64_t available) {
    inventory::v1::Stock stock;
    stock.set_available(available);
    shop_.inventory.Set(book, stock);
  }

  // One that pages see from now on.
  template <typename... Banner>
  void AddBanner(Banner&&... banner) {
    shop_.promotions.AddBanner(std::forward<Banner>(banner)...);
    clock_.Leap(std::chrono::seconds(6));
  }

  std::vector<recommendations::v1::Event> Events(recommendations::v1::EventType type) {
    events_.Flush();
    std::vector<recommendations::v1::Event> chosen;
    for (const auto& event : shop_.recommendations.events()) {
      if (event.type() == type) chosen.push_back(event);
    }
    return chosen;
  }

  LeapingClock clock_;      // What is remembered stays fresh until it leaps.
  const SystemClock time_;  // For how long things take.
  SystemRandom random_;
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  FakeShop shop_;
  // Without breakers, so that every page meets a service as it is.
  Shop client_{shop_.channels(), {*log_, metrics_, tracer_, clock_}, rpc::Breaking::kNever};
  EventQueue events_{client_.recommendations, clock_, random_, *log_, metrics_};
  Templates templates_;
  Assets assets_;
  Visitors visitors_{Secret(std::string(32, 'k')), Transport::kPlain};
  Signer signer_{Secret(std::string(32, 'k'))};
  OrderThrottle order_throttle_{100};
  Site site_{.shop = client_,
             .events = events_,
             .templates = templates_,
             .assets = assets_,
             .visitors = visitors_,
             .signer = signer_,
             .transport = Transport::kPlain,
             .clock = clock_,
             .random = random_,
             .order_throttle = &order_throttle_};
  http::Router router_ = Routes(site_);
  http::Headers headers_;  // Sent with every request.
  std::string peer_address_ = "127.0.0.1";
  std::map<std::string, std::string> cookies_;
  std::string last_page_;

 private:
  http::Request MakeRequest(const std::string& target) const {
    http::Request request;
    request.target = target;
    request.segments = http::ParsePath(request.path()).value();
    const std::size_t question = target.find('?');
    if (question != std::string::npos) request.query = http::ParseQuery(std::string_view(target).substr(question + 1)).value();
    request.headers = headers_;
    request.peer_address = peer_address_;
    for (const auto& [name, value] : cookies_) request.cookies.Add(name, value);
    return request;
  }

  http::Response Answer(const http::Request& request) {
    const http::Router::Found found = router_.Find(request.method, request.segments);
    http::Response response = found.route != nullptr
                                  ? *found.route->handler(request, found.arguments)
                                  : WithSite({}, site_, Transport::kPlain, *log_, metrics_).error_page(request, 404);
    for (const auto& [name, value] : response.headers.items()) {
      if (name == "Set-Cookie") Keep(value);
    }
    if (response.status != 303) last_page_ = response.body;
    return response;
  }

  void Keep(const std::string& set_cookie) {
    const std::string pair = set_cookie.substr(0, set_cookie.find(';'));
    const std::size_t equals = pair.find('=');
    if (set_cookie.find("Max-Age=0") != std::string::npos) {
      cookies_.erase(pair.substr(0, equals));
    } else {
      cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
};

}  // namespace octavo::marketplace
