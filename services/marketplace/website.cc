#include "services/marketplace/website.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "services/marketplace/form.h"
#include "services/marketplace/pages/account.h"
#include "services/marketplace/pages/account_entry.h"
#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/pages/book.h"
#include "services/marketplace/pages/browse.h"
#include "services/marketplace/pages/campaign.h"
#include "services/marketplace/pages/cart.h"
#include "services/marketplace/pages/checkout.h"
#include "services/marketplace/pages/cover.h"
#include "services/marketplace/pages/error.h"
#include "services/marketplace/pages/home.h"
#include "services/marketplace/pages/offer.h"
#include "services/marketplace/pages/order.h"
#include "services/marketplace/pages/search.h"
#include "services/marketplace/pages/sitemap.h"
#include "services/marketplace/pages/two_step.h"

namespace octavo::marketplace {
namespace {

using http::PlainText;
using http::Request;
using http::Run;

// Durations by route and status, each looked up once.
class RouteMetrics {
 public:
  explicit RouteMetrics(obs::Metrics& metrics) : metrics_(metrics) {}

  void Observe(const http::Exchange& exchange) {
    const double seconds = std::chrono::duration<double>(exchange.duration).count();
    For(std::string(exchange.route), exchange.status).Observe(seconds);
  }

 private:
  obs::Histogram& For(const std::string& route, int status) {
    const std::lock_guard lock(mutex_);
    obs::Histogram*& histogram = histograms_[{route, status}];
    if (histogram == nullptr) {
      histogram = &metrics_.Histogram(
          "http_server_request_duration_seconds", "Time to make a response.",
          {{"http_route", route.empty() ? "none" : route}, {"http_response_status_code", std::to_string(status)}});
    }
    return *histogram;
  }

  obs::Metrics& metrics_;
  std::mutex mutex_;
  std::map<std::pair<std::string, int>, obs::Histogram*> histograms_;  // Guarded by mutex_.
};

void AddSellingRoutes(const Site& site, http::Router& router) {
  using Handler = http::Response (*)(const Site&, const Visit&, const http::Params&);
  const auto post = [&](std::string_view path, Handler handle, Run run = Run::kOnWorker) {
    const auto take = [&site, handle](const Request& request) {
      return WithForm(site, request, [&](const Visit& visit, const http::Params& form) { return handle(site, visit, form); });
    };
    router.Post(path, take, run);
  };
  using OrderHandler = http::Response (*)(const Site&, const Visit&, const http::Params&, const std::string&);
  const auto post_order = [&](std::string_view path, OrderHandler handle) {
    router.Post(path, [&site, handle](const Request& request, const std::string& id) {
      return WithForm(site, request, [&](const Visit& visit, const http::Params& form) { return handle(site, visit, form, id); });
    });
  };
  router.Get("/books/{}/offer", [&site](const Request& request, std::int64_t id) { return OfferFragment(site, request, id); });
  router.Get("/books/{}/stock", [&site](const Request& request, std::int64_t id) { return StockEvents(site, request, id); });
  router.Get("/cart", [&site](const Request& request) { return CartPage(site, request); });
  router.Get("/cart/note", [&site](const Request& request) { return CartNote(site, request); });
  post("/cart/items", AddToCart);
  post("/cart/lines", ChangeLine);
  post("/cart/codes", ChangeCodes);
  router.Get("/checkout", [&site](const Request& request) { return CheckoutPage(site, request); });
  post("/checkout", PlaceOrder, Run::kOnPatientWorker);  // It waits for the card's provider.
  router.Get("/checkout/waiting", [&site](const Request& request) { return WaitingPage(site, request); });
  router.Get("/orders", [&site](const Request& request) { return OrdersPage(site, request); });
  router.Get("/orders/{}", [&site](const Request& request, const std::string& id) { return OrderPage(site, request, id); });
  router.Get("/orders/{}/events",
             [&site](const Request& request, const std::string& id) { return OrderEvents(site, request, id); });
  post_order("/orders/{}/cancel", CancelOrder);
  post_order("/orders/{}/return", ReturnBooks);
}

using PageFunction = http::Response (*)(const Site& site, const Request& request);
using FormFunction = http::Response (*)(const Site& site, const Visit& visit, const http::Params& form);

void AddAccountRoutes(const Site& site, http::Router& router) {
  const auto page = [&](const char* path, PageFunction show) {
    router.Get(path, [&site, show](const Request& request) { return show(site, request); });
  };
  const auto form = [&](const char* path, FormFunction take) {
    router.Post(path, [&site, take](const Request& request) {
      return WithForm(site, request,
                      [&site, take](const Visit& visit, const http::Params& fields) { return take(site, visit, fields); });
    });
  };
  page("/account", AccountPage);
  page("/account/sign-in", SignInPage);
  form("/account/sign-in", SignIn);
  page("/account/sign-in/code", SignInCodePage);
  form("/account/sign-in/code", SignInWithCode);
  page("/account/two-step", TwoStepPage);
  form("/account/two-step", TurnOnTwoStep);
  page("/account/two-step/off", TwoStepOffPage);
  form("/account/two-step/off", TurnOffTwoStep);
  page("/account/two-step/codes", RecoveryCodesPage);
  form("/account/two-step/codes", MakeRecoveryCodes);
  page("/account/register", RegisterPage);
  form("/account/register", Register);
  page("/account/register/sent", RegisteredPage);
  page("/account/verify", VerifyPage);
  form("/account/verify", Verify);
  page("/account/forgotten", ForgottenPage);
  form("/account/forgotten", Forgotten);
  page("/account/forgotten/sent", ForgottenSentPage);
  page("/account/reset", ResetPage);
  form("/account/reset", Reset);
  form("/account/sign-out", SignOut);
  form("/account/sign-out-everywhere", SignOutEverywhere);
  form("/account/sessions/end", EndSession);
  page("/account/password", PasswordPage);
  form("/account/password", ChangePassword);
  form("/account/export", ExportData);
  page("/account/erase", ErasePage);
  form("/account/erase", EraseAccount);
}

}  // namespace

http::Router Routes(const Site& site) {
  http::Router router;
  router.Get("/", [&site](const Request& request) { return HomePage(site, request); });
  router.Get("/books", [&site](const Request& request) { return AllBooksPage(site, request); });
  router.Get("/books/{}", [&site](const Request& request, std::int64_t id) { return BookPage(site, request, id); });
  router.Get(
      "/covers/{}.svg", [&site](const Request& request, std::int64_t id) { return CoverPicture(site, request, id); },
      Run::kOnPictureWorker);
  router.Get("/categories/{}",
             [&site](const Request& request, const std::string& id) { return CategoryPage(site, request, id); });
  router.Get("/authors/{}", [&site](const Request& request, const std::string& id) { return AuthorPage(site, request, id); });
  router.Get("/series/{}", [&site](const Request& request, const std::string& id) { return SeriesPage(site, request, id); });
  router.Get("/campaigns/{}", [&site](const Request& request, const std::string& id) { return CampaignPage(site, request, id); });
  router.Get("/search", [&site](const Request& request) { return SearchPage(site, request); });
  router.Get("/suggest", [&site](const Request& request) { return SuggestFragment(site, request); });

  router.Get("/sitemap.xml", [&site](const Request& request) { return SitemapIndex(site, request); });
  router.Get("/sitemaps/shelves.xml", [&site](const Request& request) { return ShelvesSitemap(site, request); });
  router.Get("/sitemaps/books-{}.xml",
             [&site](const Request& request, std::int64_t file) { return BooksSitemap(site, request, file); });

  AddSellingRoutes(site, router);
  AddAccountRoutes(site, router);

  router.Get(
      "/static/{}", [&site](const Request&, const std::string& name) { return site.assets.Serve(name); }, Run::kInline);
  router.Get(
      "/favicon.svg", [&site](const Request&) { return site.assets.ServePlain("favicon.svg"); }, Run::kInline);
  router.Get(
      "/favicon.ico", [](const Request&) { return http::MovedPermanently("/favicon.svg"); }, Run::kInline);
  router.Get(
      "/robots.txt", [&site](const Request& request) { return RobotsText(site, request); }, Run::kInline);
  router.Get(
      "/healthz", [](const Request&) { return PlainText(200, "ok\n"); }, Run::kInline);
  return router;
}

http::ServerOptions WithSite(http::ServerOptions options, const Site& site, Transport transport, obs::Log& log,
                             obs::Metrics& metrics) {
  options.decorate = [transport](const Request&, http::Response& response) { AddSecurityHeaders(transport, response); };
  options.error_page = [&site](const Request& request, int status) { return ErrorPage(site, request, status); };
  options.on_exception = [&log](const std::exception& exception) {
    const bool is_bug = dynamic_cast<const Bug*>(&exception) != nullptr;
    log.Error(is_bug ? "bug" : "page_failed", {{"what", exception.what()}});
  };
  // Without https there is no proxy, so nobody may say for whom a request is made.
  if (transport == Transport::kHttps) {
    options.client_of = [transport](const Request& request) { return ClientAddress(transport, request); };
  }
  // Shared by the copies of the function.
  const auto routes = std::make_shared<RouteMetrics>(metrics);
  options.observe = [routes](const http::Exchange& exchange) { routes->Observe(exchange); };
  return options;
}

}  // namespace octavo::marketplace
