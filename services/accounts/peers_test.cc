// GrpcPeerServices against services that remember what they are asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "lib/rpc/status.h"
#include "lib/testing/matchers.h"
#include "services/accounts/peers_client.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const CustomerId kAda{"0193583c-5a00-7abc-8def-0123456789ab"};

// Calls come one after the other.
struct Asked {
  std::vector<std::string> all;
  std::string fails;  // The verb that does.

  grpc::Status Answer(const std::string& verb, const std::string& about) {
    all.push_back(verb + " " + about);
    if (verb != fails) return grpc::Status::OK;
    return rpc::ToGrpcStatus(Error{Code::kUnavailable, "STARTING", "not yet"});
  }
};

class FakeTransactions final : public transactions::v1::TransactionsService::Service {
 public:
  explicit FakeTransactions(Asked& asked) : asked_(asked) {}

  grpc::Status ClaimGuestOrders(grpc::ServerContext*, const transactions::v1::ClaimGuestOrdersRequest* request,
                                transactions::v1::ClaimGuestOrdersResponse*) override {
    return asked_.Answer("claim", request->customer() + " " + request->verified_email());
  }
  grpc::Status EraseCustomer(grpc::ServerContext*, const transactions::v1::EraseCustomerRequest* request,
                             transactions::v1::EraseCustomerResponse* response) override {
    response->set_waiting_count(waiting_count);
    return asked_.Answer("erase", request->customer() + " " + request->email());
  }
  // Two pages of one order.
  grpc::Status ListOrders(grpc::ServerContext*, const transactions::v1::ListOrdersRequest* request,
                          transactions::v1::ListOrdersResponse* response) override {
    response->add_orders()->set_number(request->page_token().empty() ? "B-2" : "B-1");
    response->mutable_orders(0)->mutable_buyer()->set_full_name("Ada \"A.\" Lovelace");
    if (request->page_token().empty()) response->set_next_page_token("next");
    return asked_.Answer("orders", request->customer());
  }

  // Two pages of one.
  grpc::Status ListErasedCustomers(grpc::ServerContext*, const transactions::v1::ListErasedCustomersRequest* request,
                                   transactions::v1::ListErasedCustomersResponse* response) override {
    response->add_customers(request->page_token().empty() ? "customers/" + kAda.value() : "customers/somebody");
    if (request->page_token().empty()) response->set_next_page_token("next");
    return asked_.Answer("erased", request->page_token());
  }
  grpc::Status GetKnown(grpc::ServerContext*, const transactions::v1::GetKnownRequest*, type::v1::Known* response) override {
    response->set_customer("customers/" + kAda.value());
    return asked_.Answer("known", "");
  }

  std::int64_t waiting_count = 0;

 private:
  Asked& asked_;
};

class FakeCart final : public cart::v1::CartService::Service {
 public:
  explicit FakeCart(Asked& asked) : asked_(asked) {}

  grpc::Status GetCart(grpc::ServerContext*, const cart::v1::GetCartRequest* request, cart::v1::Cart* response) override {
    response->set_name(request->name());
    return asked_.Answer("cart", request->name());
  }
  grpc::Status DeleteCart(grpc::ServerContext*, const cart::v1::DeleteCartRequest* request,
                          cart::v1::DeleteCartResponse*) override {
    return asked_.Answer("delete", request->name());
  }

 private:
  Asked& asked_;
};

class FakeRecommendations final : public recommendations::v1::RecommendationsService::Service {
 public:
  explicit FakeRecommendations(Asked& asked) : asked_(asked) {}

  grpc::Status DeleteReader(grpc::ServerContext*, const recommendations::v1::DeleteReaderRequest* request,
                            recommendations::v1::DeleteReaderResponse*) override {
    return asked_.Answer("forget", request->reader());
  }
  // Two pages of one event.
  grpc::Status ListReaderEvents(grpc::ServerContext*, const recommendations::v1::ListReaderEventsRequest* request,
                                recommendations::v1::ListReaderEventsResponse* response) override {
    response->add_events()->set_book(request->page_token().empty() ? "books/1" : "books/2");
    if (request->page_token().empty()) response->set_next_page_token("next");
    return asked_.Answer("events", request->reader());
  }

 private:
  Asked& asked_;
};

class PeerServicesTest : public testing::Test {
 protected:
  PeerServicesTest() {
    grpc::ServerBuilder builder;
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&transactions_, &cart_, &recommendations_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    const auto channel = server_->InProcessChannel({});
    peers_.Connect(channel, channel, channel);
  }
  ~PeerServicesTest() override { server_->Shutdown(); }

  Timestamp soon() const { return clock_.Now() + 30s; }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  Asked asked_;
  FakeTransactions transactions_{asked_};
  FakeCart cart_{asked_};
  FakeRecommendations recommendations_{asked_};
  std::unique_ptr<grpc::Server> server_;
  GrpcPeerServices peers_{{*log_, metrics_, tracer_, clock_}};
};

TEST_F(PeerServicesTest, GuestOrdersAreClaimedByTheVerifiedAddress) {
  EXPECT_THAT(peers_.ClaimGuestOrders(kAda, "ada@example.org"), IsOk());

  EXPECT_THAT(asked_.all, ElementsAre("claim customers/" + kAda.value() + " ada@example.org"));
}

TEST_F(PeerServicesTest, EverythingThatTellsWhoTheCustomerIsGoes) {
  EXPECT_THAT(peers_.Erase(kAda, "ada@example.org"), IsOk());

  EXPECT_THAT(asked_.all, ElementsAre("erase customers/" + kAda.value() + " ada@example.org", "delete carts/c-" + kAda.value(),
                                      "forget readers/c-" + kAda.value()));
}

TEST_F(PeerServicesTest, ErasingWaitsForOrdersThatAreNotOverAndForNothingElse) {
  transactions_.waiting_count = 1;

  EXPECT_THAT(peers_.Erase(kAda, "ada@example.org"), HasReason("ORDERS_NOT_OVER"));

  EXPECT_EQ(asked_.all.size(), 3U) << "cart and reading history are gone";
}

TEST_F(PeerServicesTest, ErasingFailsWhereOneOfThemDoes) {
  for (const char* const verb : {"erase", "delete", "forget"}) {
    asked_.fails = verb;
    EXPECT_THAT(peers_.Erase(kAda, "ada@example.org"), HasReason("STARTING")) << verb;
  }
}

TEST_F(PeerServicesTest, ReadsWhomTransactionsRemember) {
  const auto known = peers_.ReadKnown();

  ASSERT_THAT(known, IsOk());
  EXPECT_THAT(known->erased, ElementsAre(kAda)) << "what is no customer's name is passed over";
  EXPECT_EQ(known->last, kAda);
  for (const char* const verb : {"erased", "known"}) {
    asked_.fails = verb;
    EXPECT_THAT(peers_.ReadKnown(), HasReason("STARTING")) << verb;
  }
}

TEST_F(PeerServicesTest, ReadsEverythingPageByPage) {
  const auto held = peers_.Read(kAda, soon());

  ASSERT_THAT(held, IsOk());
  const auto orders = nlohmann::json::parse(held->orders);
  ASSERT_EQ(orders.size(), 2u);
  EXPECT_EQ(orders[0]["number"], "B-2");
  EXPECT_EQ(orders[1]["number"], "B-1");
  EXPECT_EQ(orders[0]["buyer"]["full_name"], "Ada \"A.\" Lovelace");
  EXPECT_EQ(nlohmann::json::parse(held->cart)["name"], "carts/c-" + kAda.value());
  const auto events = nlohmann::json::parse(held->reading_events);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1]["book"], "books/2");
}

TEST_F(PeerServicesTest, ReadsAllOrNothing) {
  for (const char* const verb : {"orders", "cart", "events"}) {
    asked_.fails = verb;
    EXPECT_THAT(peers_.Read(kAda, soon()), HasReason("STARTING")) << verb;
  }
}

}  // namespace
}  // namespace octavo::accounts
