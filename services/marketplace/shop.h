// Shop: the services that the pages ask. A page asks with the generated messages, starts all calls that it needs, and then waits
// for one after the other, so that it takes as long as its slowest part and never longer than its limits:
//
//     auto cart = site.shop.cart.Ask(&CartService::Stub::async::GetCart, request, visit.ForPart());
//     const Result<cart::v1::Cart> answer = cart.Get();
//
// What is the same for every reader is remembered (answer_cache.h) and has a method here; all else goes to the peer. What may go
// wrong is in the protos. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "lib/rpc/peer.h"
#include "octavo/accounts/v1/accounts.grpc.pb.h"
#include "octavo/cart/v1/cart.grpc.pb.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/marketplace/answer_cache.h"

namespace octavo::marketplace {

using accounts::v1::AccountsService;
using cart::v1::CartService;
using catalog::v1::CatalogService;
using inventory::v1::InventoryService;
using promotions::v1::PromotionsService;
using recommendations::v1::RecommendationsService;
using transactions::v1::TransactionsService;

template <typename Response>
using PendingShared = rpc::Pending<std::shared_ptr<const Response>>;

struct Channels {
  std::shared_ptr<grpc::ChannelInterface> catalog;
  std::shared_ptr<grpc::ChannelInterface> recommendations;
  std::shared_ptr<grpc::ChannelInterface> inventory;
  std::shared_ptr<grpc::ChannelInterface> cart;
  std::shared_ptr<grpc::ChannelInterface> transactions;
  std::shared_ptr<grpc::ChannelInterface> promotions;
  std::shared_ptr<grpc::ChannelInterface> accounts;
};

class Shop {
 public:
  // What `telemetry` refers to must outlive the shop, whose end waits for the calls that are under way. `breaking` is of the
  // services that pages do without; tests of what pages do then set it to kNever.
  Shop(const Channels& channels, rpc::Telemetry telemetry, rpc::Breaking breaking = rpc::Breaking::kWhenAway);

  // No page does without the catalogue, so it is always asked.
  rpc::Peer<CatalogService> catalog;
  rpc::Peer<RecommendationsService> recommendations;
  rpc::Peer<InventoryService> inventory;
  rpc::Peer<CartService> cart;
  rpc::Peer<PromotionsService> promotions;
  // Orders that are only read.
  rpc::Peer<TransactionsService> orders;
  // Previews wait for the catalogue, the promotions and the inventory as well,
  rpc::Peer<TransactionsService> order_previews;
  // and changes of orders wait for those and for payments.
  rpc::Peer<TransactionsService> order_changes;
  // Placing an order, and asking what became of it: that is worth any wait, so it is always asked.
  rpc::Peer<TransactionsService> checkout;
  // Sessions and what needs no more than them: each page of a customer asks whose session it is.
  rpc::Peer<AccountsService> sessions;
  // What waits for a password's hash, for messages, or for other services.
  rpc::Peer<AccountsService> accounts;

  // Remembered unless it is a later page.
  PendingShared<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request,
                                                          const rpc::Limits& limits);
  // Book by book, unless only some of their fields are asked for. All are asked for where one is not known.
  PendingShared<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                                  const rpc::Limits& limits);
  PendingShared<catalog::v1::ListCategoriesResponse> ListCategories(const rpc::Limits& limits);
  // What runs in the shop is the same for every guest and remembered; for a customer it is asked each time.
  PendingShared<promotions::v1::ListBannersResponse> ListBanners(const promotions::v1::ListBannersRequest& request,
                                                                 const rpc::Limits& limits);

 private:
  Shared<catalog::v1::BatchGetBooksResponse> Remember(const catalog::v1::BatchGetBooksRequest& request,
                                                      Result<catalog::v1::BatchGetBooksResponse> answer);

  AnswerCache<catalog::v1::ListBooksResponse> shelves_;
  AnswerCache<catalog::v1::Book> books_;
  AnswerCache<catalog::v1::ListCategoriesResponse> categories_;
  AnswerCache<promotions::v1::ListBannersResponse> banners_;
};

}  // namespace octavo::marketplace
