// octavo.inventory.v1 through a real in-process server: what the service adds to the store.
#include "services/inventory/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/status.pb.h"
#include "lib/rpc/status.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/wait_until.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "services/inventory/memory_store.h"

namespace octavo::inventory {
namespace {

using namespace std::chrono_literals;

class InventoryServiceTest : public testing::Test {
 protected:
  InventoryServiceTest() {
    pipeline_.Open();
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::InventoryService::NewStub(server_->InProcessChannel({}));
  }
  ~InventoryServiceTest() override {
    pipeline_.Close();
    server_->Shutdown();
  }

  // The answer, or the reason of the error as text in `reason_`.
  template <typename Response, typename Request>
  Response Call(grpc::Status (v1::InventoryService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    error_ = status.ok() ? Error{} : rpc::ToError(status);
    return response;
  }

  void Receive(const std::string& request_id, const std::string& book, std::int64_t quantity) {
    v1::ReceiveStockRequest request;
    request.set_request_id(request_id);
    AddLine(request, book, quantity);
    Call(&v1::InventoryService::Stub::ReceiveStock, request);
    ASSERT_EQ(error_.reason, "");
  }
  v1::Reservation Reserve(const std::string& request_id, const std::string& book, std::int64_t quantity) {
    v1::ReserveStockRequest request;
    request.set_request_id(request_id);
    AddLine(request, book, quantity);
    return Call(&v1::InventoryService::Stub::ReserveStock, request);
  }
  template <typename Request>
  static void AddLine(Request& request, const std::string& book, std::int64_t quantity) {
    v1::StockLine& line = *request.add_lines();
    line.set_book(book);
    line.set_quantity(quantity);
  }

  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  rpc::Pipeline pipeline_{{*log_, metrics_, tracer_, clock_}, {.threads = 2}};
  MemoryStore store_;
  StockHub hub_;
  InventoryService service_{store_, hub_, clock_, TestPageTokens(), pipeline_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::InventoryService::Stub> stub_;
  Error error_;
};

// Reads a WatchStock stream; each Next waits for the next message.
class Watcher {
 public:
  Watcher(v1::InventoryService::Stub& stub, const std::vector<std::string>& books) {
    v1::WatchStockRequest request;
    for (const std::string& book : books) request.add_books(book);
    stream_ = stub.WatchStock(&context_, request);
  }
  ~Watcher() {
    context_.TryCancel();
    v1::WatchStockResponse rest;
    while (stream_->Read(&rest)) {
    }
    (void)stream_->Finish();
  }

  // "books/1 3", or "caught up".
  std::string Next() {
    v1::WatchStockResponse response;
    if (!stream_->Read(&response)) return "end";
    if (response.caught_up()) return "caught up";
    version_ = response.stock().version();
    return response.stock().book() + " " + std::to_string(response.stock().available());
  }
  std::int64_t version() const { return version_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchStockResponse>> stream_;
  std::int64_t version_ = 0;
};

TEST_F(InventoryServiceTest, AReservationGoesFromOpenToCommitted) {
  Receive("a", "books/1", 3);

  const v1::Reservation reserved = Reserve("order-7", "books/1", 2);
  v1::CommitReservationRequest commit;
  commit.set_name(reserved.name());
  const v1::Reservation committed = Call(&v1::InventoryService::Stub::CommitReservation, commit);

  EXPECT_EQ(reserved.name(), "reservations/order-7");
  EXPECT_EQ(reserved.state(), v1::Reservation::STATE_OPEN);
  EXPECT_EQ(reserved.expire_time().seconds() * 1'000'000, ToMicros(FakeClock::kNoon + 15min));
  ASSERT_EQ(reserved.lines_size(), 1);
  EXPECT_EQ(reserved.lines(0).quantity(), 2);
  EXPECT_EQ(committed.state(), v1::Reservation::STATE_COMMITTED);
  v1::BatchGetStockRequest get;
  get.add_books("books/1");
  const v1::BatchGetStockResponse stocks = Call(&v1::InventoryService::Stub::BatchGetStock, get);
  EXPECT_EQ(stocks.stocks(0).on_hand(), 1);
  EXPECT_EQ(stocks.stocks(0).available(), 1);
}

TEST_F(InventoryServiceTest, SeveralOrdersInOneCallAreEachByThemselves) {
  Receive("a", "books/1", 3);
  v1::BatchReserveStockRequest reserve;
  for (const auto& [request_id, quantity] : {std::pair("r1", 2), std::pair("r2", 2), std::pair("", 1), std::pair("r3", 1)}) {
    v1::ReserveStockRequest& request = *reserve.add_requests();
    request.set_request_id(request_id);
    AddLine(request, "books/1", quantity);
  }
  v1::BatchCommitReservationsRequest commit;
  for (const char* name : {"reservations/r2", "reservations/r3"}) commit.add_requests()->set_name(name);

  const v1::ReservationOutcomes reserved = Call(&v1::InventoryService::Stub::BatchReserveStock, reserve);
  const v1::ReservationOutcomes committed = Call(&v1::InventoryService::Stub::BatchCommitReservations, commit);

  ASSERT_EQ(reserved.outcomes_size(), 4);
  EXPECT_EQ(reserved.outcomes(0).reservation().name(), "reservations/r1");
  const Error refused = rpc::ToError(reserved.outcomes(1).error());
  EXPECT_EQ(refused.reason, "OUT_OF_STOCK");
  EXPECT_EQ(refused.metadata.at("available"), "1");
  EXPECT_EQ(rpc::ToError(reserved.outcomes(2).error()).code, Code::kInvalidArgument);
  EXPECT_EQ(reserved.outcomes(3).reservation().name(), "reservations/r3");
  ASSERT_EQ(committed.outcomes_size(), 2);
  EXPECT_EQ(rpc::ToError(committed.outcomes(0).error()).reason, "UNKNOWN_RESERVATION");
  EXPECT_EQ(committed.outcomes(1).reservation().state(), v1::Reservation::STATE_COMMITTED);
}

TEST_F(InventoryServiceTest, LinesOfOneBookAreSummed) {
  Receive("a", "books/1", 3);
  v1::ReserveStockRequest request;
  request.set_request_id("r");
  AddLine(request, "books/1", 2);
  AddLine(request, "books/1", 2);

  Call(&v1::InventoryService::Stub::ReserveStock, request);

  EXPECT_EQ(error_.reason, "OUT_OF_STOCK");
  EXPECT_EQ(error_.code, Code::kFailedPrecondition);
  EXPECT_EQ(error_.metadata.at("book"), "books/1");
  EXPECT_EQ(error_.metadata.at("available"), "3");
}

TEST_F(InventoryServiceTest, ReadsTheOthersVerbs) {
  Receive("a", "books/1", 3);
  Reserve("r", "books/1", 3);
  v1::CommitReservationRequest commit;
  commit.set_name("reservations/r");
  Call(&v1::InventoryService::Stub::CommitReservation, commit);
  v1::ReturnReservationRequest take_back;
  take_back.set_request_id("b");
  take_back.set_name("reservations/r");
  AddLine(take_back, "books/1", 2);

  EXPECT_EQ(Call(&v1::InventoryService::Stub::ReturnReservation, take_back).lines(0).returned_quantity(), 2);
  take_back.set_request_id("b2");
  take_back.set_only_waiting(true);
  EXPECT_EQ(Call(&v1::InventoryService::Stub::ReturnReservation, take_back).lines(0).returned_quantity(), 2);
  v1::AdjustStockRequest adjust;
  adjust.set_request_id("c");
  adjust.set_book("books/1");
  adjust.set_difference(-1);
  adjust.set_reason(v1::REASON_DAMAGE);
  adjust.set_note("wet");
  EXPECT_EQ(Call(&v1::InventoryService::Stub::AdjustStock, adjust).on_hand(), 1);
  v1::CountStockRequest count;
  count.set_request_id("d");
  count.set_book("books/1");
  count.set_on_hand(4);
  EXPECT_EQ(Call(&v1::InventoryService::Stub::CountStock, count).on_hand(), 4);
  v1::SetPolicyRequest policy;
  policy.set_book("books/1");
  policy.mutable_policy()->set_low_stock_threshold(4);
  EXPECT_EQ(Call(&v1::InventoryService::Stub::SetPolicy, policy).policy().backorder(), v1::BACKORDER_REFUSED);
  EXPECT_EQ(Call(&v1::InventoryService::Stub::ListLowStock, v1::ListLowStockRequest()).stocks_size(), 1);
  policy.mutable_policy()->mutable_available_time()->set_seconds(INT64_MAX);
  Call(&v1::InventoryService::Stub::SetPolicy, policy);
  EXPECT_EQ(error_.violations.at(0).field, "policy.available_time");
  v1::ReleaseReservationRequest release;
  release.set_name("reservations/r");
  Call(&v1::InventoryService::Stub::ReleaseReservation, release);
  EXPECT_EQ(error_.reason, "RESERVATION_COMMITTED");
  v1::GetReservationRequest get;
  get.set_name("reservations/nobody");
  Call(&v1::InventoryService::Stub::GetReservation, get);
  EXPECT_EQ(error_.reason, "UNKNOWN_RESERVATION");

  v1::ListMovementsRequest list;
  list.set_book("books/1");
  list.set_page_size(3);
  const v1::ListMovementsResponse newest = Call(&v1::InventoryService::Stub::ListMovements, list);
  ASSERT_EQ(newest.movements_size(), 3);
  EXPECT_EQ(newest.movements(0).reason(), v1::REASON_COUNT);
  EXPECT_EQ(newest.movements(0).difference(), 3);
  EXPECT_EQ(newest.movements(1).note(), "wet");
  list.set_page_token(newest.next_page_token());
  EXPECT_EQ(Call(&v1::InventoryService::Stub::ListMovements, list).movements_size(), 2);
}

TEST_F(InventoryServiceTest, NamesTheFieldThatIsWrong) {
  const auto field = [&] { return error_.violations.empty() ? error_.reason : error_.violations[0].field; };

  Reserve("", "books/1", 1);
  EXPECT_EQ(field(), "request_id");
  Reserve("with space", "books/1", 1);
  EXPECT_EQ(field(), "request_id");
  Reserve("r", "book/1", 1);
  EXPECT_EQ(field(), "lines[0].book");
  Reserve("r", "books/2147483648", 1);
  EXPECT_EQ(field(), "lines[0].book");
  Reserve("r", "books/1", 0);
  EXPECT_EQ(field(), "lines[0].quantity");
  Reserve("r", "books/1", 10'001);
  EXPECT_EQ(field(), "lines[0].quantity");
  v1::ReserveStockRequest request;
  request.set_request_id("r");
  Call(&v1::InventoryService::Stub::ReserveStock, request);
  EXPECT_EQ(field(), "lines");
  AddLine(request, "books/1", 1);
  request.mutable_time_to_live()->set_seconds(8 * 24 * 3600);
  Call(&v1::InventoryService::Stub::ReserveStock, request);
  EXPECT_EQ(field(), "time_to_live");
  request.mutable_time_to_live()->set_seconds(INT64_MAX);
  Call(&v1::InventoryService::Stub::ReserveStock, request);
  EXPECT_EQ(field(), "time_to_live");
  v1::ListMovementsRequest list;
  list.set_book("books/1");
  list.set_page_token("elsewhere");
  Call(&v1::InventoryService::Stub::ListMovements, list);
  EXPECT_EQ(field(), "BAD_PAGE_TOKEN");
}

TEST_F(InventoryServiceTest, TakesTheLargestRequestsAndNoLarger) {
  v1::BatchGetStockRequest get;
  for (int book = 1; book <= 1'000; ++book) get.add_books("books/" + std::to_string(book));
  EXPECT_EQ(Call(&v1::InventoryService::Stub::BatchGetStock, get).stocks_size(), 1'000);
  get.add_books("books/1001");
  Call(&v1::InventoryService::Stub::BatchGetStock, get);
  EXPECT_EQ(error_.violations.at(0).field, "books");

  v1::ReserveStockRequest reserve;
  reserve.set_request_id("r");
  for (int book = 1; book <= 500; ++book) AddLine(reserve, "books/" + std::to_string(book), 1);
  Call(&v1::InventoryService::Stub::ReserveStock, reserve);
  EXPECT_EQ(error_.reason, "OUT_OF_STOCK") << "the request itself is good";
  AddLine(reserve, "books/501", 1);
  Call(&v1::InventoryService::Stub::ReserveStock, reserve);
  EXPECT_EQ(error_.violations.at(0).field, "lines");
}

TEST_F(InventoryServiceTest, WatchingGivesThePresentThenEachChange) {
  Receive("a", "books/1", 3);
  Receive("b", "books/2", 1);
  Watcher watcher(*stub_, {"books/1", "books/7"});

  EXPECT_EQ(watcher.Next(), "books/1 3");
  EXPECT_EQ(watcher.Next(), "books/7 0");
  EXPECT_EQ(watcher.Next(), "caught up");
  Reserve("r", "books/2", 1);
  Reserve("s", "books/1", 2);
  EXPECT_EQ(watcher.Next(), "books/1 1");
  Receive("c", "books/7", 9);
  EXPECT_EQ(watcher.Next(), "books/7 9");
}

TEST_F(InventoryServiceTest, WatchingAllTellsOfEveryBook) {
  for (const int book : {400, 800, 1200}) Receive("a" + std::to_string(book), "books/" + std::to_string(book), book);
  Watcher watcher(*stub_, {});

  EXPECT_EQ(watcher.Next(), "books/400 400");
  EXPECT_EQ(watcher.Next(), "books/800 800");
  EXPECT_EQ(watcher.Next(), "books/1200 1200");
  EXPECT_EQ(watcher.Next(), "caught up");
  Receive("new", "books/5000", 4);
  EXPECT_EQ(watcher.Next(), "books/5000 4");
}

TEST_F(InventoryServiceTest, WatchersThatLeaveAreForgotten) {
  for (int i = 0; i < 5; ++i) {
    Watcher watcher(*stub_, {"books/1"});
    EXPECT_EQ(watcher.Next(), "books/1 0");
    // The end of the one before is worked off on the server's own threads.
    EXPECT_TRUE(WaitUntil([&] { return hub_.watch_count() == 1; }));
  }
  // The last end is being worked off on the server's own threads: closing waits for them.
  pipeline_.Close();
  server_->Shutdown();
  EXPECT_EQ(hub_.watch_count(), 0u);
}

}  // namespace
}  // namespace octavo::inventory
