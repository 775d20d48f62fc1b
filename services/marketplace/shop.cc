#include "services/marketplace/shop.h"

#include <cstddef>
#include <string>
#include <utility>

namespace octavo::marketplace {
namespace {

using catalog::v1::BatchGetBooksResponse;
using catalog::v1::Book;
using catalog::v1::ListBooksResponse;
using promotions::v1::ListBannersResponse;
using rpc::Breaking;

constexpr std::size_t kShelvesMax = 256;  // x 24 books of 1.5 kB = 9 MB.
constexpr std::size_t kBooksMax = 2048;   // x 2.5 kB = 5 MB.

// An answer that is not remembered, in the shape of one that is.
template <typename Response>
PendingShared<Response> Unremembered(rpc::Pending<Response> pending) {
  return std::move(pending).Then(
      [](Result<Response> answer) -> Shared<Response> { return std::make_shared<const Response>(TRY(std::move(answer))); });
}

}  // namespace

Shop::Shop(const Channels& channels, rpc::Telemetry telemetry, Breaking breaking)
    : catalog(channels.catalog, telemetry, Breaking::kNever),
      recommendations(channels.recommendations, telemetry, breaking),
      inventory(channels.inventory, telemetry, breaking),
      cart(channels.cart, telemetry, breaking),
      promotions(channels.promotions, telemetry, breaking),
      orders(channels.transactions, telemetry, breaking),
      order_previews(channels.transactions, telemetry, breaking),
      order_changes(channels.transactions, telemetry, breaking),
      checkout(channels.transactions, telemetry, Breaking::kNever),
      sessions(channels.accounts, telemetry, breaking),
      accounts(channels.accounts, telemetry, breaking),
      shelves_(telemetry.clock, kShelvesMax),
      books_(telemetry.clock, kBooksMax),
      categories_(telemetry.clock, 2),
      banners_(telemetry.clock, 2) {}

PendingShared<ListBooksResponse> Shop::ListBooks(const catalog::v1::ListBooksRequest& request, const rpc::Limits& limits) {
  const auto fetch = [&] { return catalog.Ask(&CatalogService::Stub::async::ListBooks, request, limits); };
  if (!request.page_token().empty()) return Unremembered(fetch());
  return shelves_.Get(request.SerializeAsString(), fetch);
}

PendingShared<catalog::v1::ListCategoriesResponse> Shop::ListCategories(const rpc::Limits& limits) {
  return categories_.Get("", [&] { return catalog.Ask(&CatalogService::Stub::async::ListCategories, {}, limits); });
}

PendingShared<ListBannersResponse> Shop::ListBanners(const promotions::v1::ListBannersRequest& request,
                                                     const rpc::Limits& limits) {
  const auto fetch = [&] { return promotions.Ask(&PromotionsService::Stub::async::ListBanners, request, limits); };
  return request.has_customer() ? Unremembered(fetch()) : banners_.Get("", fetch);
}

PendingShared<BatchGetBooksResponse> Shop::BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                         const rpc::Limits& limits) {
  const auto fetch = [&] { return catalog.Ask(&CatalogService::Stub::async::BatchGetBooks, request, limits); };
  if (request.has_read_mask()) return Unremembered(fetch());
  auto known = std::make_shared<BatchGetBooksResponse>();
  for (const std::string& name : request.names()) {
    const auto book = books_.Known(name);
    if (book == nullptr) {
      return fetch().Then([this, request](Result<BatchGetBooksResponse> answer) { return Remember(request, std::move(answer)); });
    }
    *known->add_books() = *book;
  }
  return PendingShared<BatchGetBooksResponse>(std::move(known));
}

Shared<BatchGetBooksResponse> Shop::Remember(const catalog::v1::BatchGetBooksRequest& request,
                                             Result<BatchGetBooksResponse> answer) {
  auto shown = std::make_shared<BatchGetBooksResponse>();
  if (answer.ok()) {
    for (const Book& book : answer->books()) (void)books_.Remember(book.name(), book);
    for (const std::string& name : answer->missing_names()) (void)books_.Remember(name, Error{.code = Code::kNotFound});
    *shown = *std::move(answer);
    return shown;
  }
  for (const std::string& name : request.names()) {
    const Shared<Book> book = books_.Remember(name, answer.error());
    if (!book.ok()) return std::move(answer).error();
    *shown->add_books() = **book;
  }
  return shown;
}

}  // namespace octavo::marketplace
