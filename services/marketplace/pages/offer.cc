#include "services/marketplace/pages/offer.h"

#include <charconv>
#include <memory>
#include <string>

#include "lib/names/books.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_words.h"

namespace octavo::marketplace {
namespace {

Availability Describe(const Result<inventory::v1::BatchGetStockResponse>& answer, const TimeZone& time_zone) {
  if (answer.ok() && !answer->stocks().empty()) return DescribeStock(answer->stocks(0), time_zone);
  return {.words = {"We cannot see our shelves at the moment. Please look again in a minute.", "unknown"}};
}

}  // namespace

void AddOffer(View& view, const catalog::v1::Book& book, const Result<inventory::v1::BatchGetStockResponse>& stock,
              PriceStyle prices, const TimeZone& time_zone) {
  View offer = view.Include("OFFER", "offer.tpl");
  const Availability availability = Describe(stock, time_zone);
  const bool is_known = stock.ok() && !stock->stocks().empty();
  const std::int64_t version = is_known ? stock->stocks(0).version() : 0;
  offer.Set("AVAILABILITY", availability.words.text)
      .Set("AVAILABILITY_KIND", availability.words.kind)
      .Set("BOOK", book.name())
      .Set("LIVE", BookLink(book.name()) + "/stock?version=" + std::to_string(version))
      .Set("LIVE_FROM", BookLink(book.name()) + "/offer");
  if (!book.has_price()) {
    offer.Show("NOT_FOR_SALE");
    return;
  }
  offer.Add("PRICED").Set("PRICE", FormatMoney(book.price(), prices));
  offer.Show(availability.can_be_had ? "BUYABLE" : "NOT_BUYABLE");
}

http::Response OfferFragment(const Site& site, const http::Request& request, std::int64_t id) {
  const Visit visit(site, request, Visit::Asks::kNothing);
  catalog::v1::GetBookRequest get_book;
  get_book.set_name(BookName(BookId(id)));
  inventory::v1::BatchGetStockRequest get_stock;
  get_stock.add_books(get_book.name());
  auto book = site.shop.catalog.Ask(&CatalogService::Stub::async::GetBook, get_book, visit.limits());
  auto stock = site.shop.inventory.Ask(&InventoryService::Stub::async::BatchGetStock, get_stock, visit.ForPart());
  const auto found = book.Get();
  if (!found.ok()) {
    const bool is_gone = found.error().code == Code::kNotFound;
    return http::PlainText(is_gone ? 404 : 503, is_gone ? "Not Found\n" : "Service Unavailable\n");
  }
  RootView root;
  AddOffer(root, *found, stock.Get(), visit.prices(), site.time_zone);
  http::Response response;
  response.body = site.templates.Render("fragment.tpl", root);
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

http::Response StockEvents(const Site& site, const http::Request& request, std::int64_t id) {
  inventory::v1::WatchStockRequest watch;
  watch.add_books(BookName(BookId(id)));
  std::int64_t version = 0;
  const std::string_view text = request.query.Get("version");
  std::from_chars(text.data(), text.data() + text.size(), version);
  http::Response response;
  response.content_type = "text/event-stream";
  response.headers.Add("Cache-Control", "no-store");
  response.stream = [&site, watch, version](const std::shared_ptr<http::EventStream>& stream) {
    const auto subscription = site.shop.inventory.Follow(&InventoryService::Stub::async::WatchStock, watch, nullptr,
                                                         {.message =
                                                              [stream, version](const inventory::v1::WatchStockResponse& change) {
                                                                // A version that the page shows already is no news.
                                                                if (change.has_stock() && change.stock().version() != version)
                                                                  stream->Send("changed", "");
                                                              },
                                                          .end = [stream](const Status&) { stream->Close(); }});
    stream->OnClose([subscription] { subscription->Cancel(); });
  };
  return response;
}

}  // namespace octavo::marketplace
