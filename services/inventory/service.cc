#include "services/inventory/service.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "google/rpc/status.pb.h"
#include "lib/rpc/request.h"
#include "lib/rpc/status.h"
#include "services/inventory/convert.h"

namespace octavo::inventory {
namespace {

// Of one call: 256 x up to 500 lines of 30 bytes = 4 MB.
constexpr int kBatchMax = 256;
constexpr names::PageSizes kPageSizes{.standard = 50, .most = 1000};

// Sends the stocks as they are, then each change. It starts watching before it reads, so that no change is missed.
class StockSource final : public rpc::Source<v1::WatchStockResponse> {
 public:
  // `books` empty: all.
  StockSource(Store& store, StockHub& hub, std::vector<BookId> books)
      : store_(store), books_(std::move(books)), watch_(hub.Subscribe(books_)) {}

  void Attach(rpc::Waker waker) override { watch_->SetWaker(std::move(waker)); }

  rpc::Pull<v1::WatchStockResponse> Next() override {
    if (!caught_up_) {
      if (present_.empty()) ReadOn();
      if (!present_.empty()) return Tell(present_);
      caught_up_ = true;
      v1::WatchStockResponse response;
      response.set_caught_up(true);
      return response;
    }
    const std::optional<Stock> change = watch_->Take();
    if (!change) return rpc::NothingNow{};
    return ToResponse(*change);
  }

 private:
  static constexpr int kPageSize = 64;  // How many wait in a stream that nobody reads: 64 x 100 bytes = 6 kB.

  static v1::WatchStockResponse ToResponse(const Stock& stock) {
    v1::WatchStockResponse response;
    *response.mutable_stock() = ToProto(stock);
    return response;
  }

  v1::WatchStockResponse Tell(std::deque<Stock>& stocks) {
    const Stock stock = std::move(stocks.front());
    stocks.pop_front();
    watch_->Seen(stock);
    return ToResponse(stock);
  }

  void ReadOn() {
    if (read_all_) return;
    std::vector<Stock> stocks = books_.empty() ? store_.ListStocks(last_read_, kPageSize) : store_.GetStocks(books_);
    read_all_ = !books_.empty() || stocks.empty();
    if (!stocks.empty()) last_read_ = stocks.back().book;
    present_.assign(std::make_move_iterator(stocks.begin()), std::make_move_iterator(stocks.end()));
  }

  Store& store_;
  const std::vector<BookId> books_;
  const std::unique_ptr<StockHub::Watch> watch_;
  std::deque<Stock> present_;  // Read, not yet sent.
  BookId last_read_;
  bool read_all_ = false;
  bool caught_up_ = false;
};

}  // namespace

InventoryService::InventoryService(Store& store, StockHub& hub, const Clock& clock, const names::PageTokens& page_tokens,
                                   rpc::Pipeline& pipeline)
    : rpc::Service("octavo.inventory.v1.InventoryService", pipeline),
      store_(store),
      hub_(hub),
      clock_(clock),
      page_tokens_(page_tokens) {
  Unary("BatchGetStock", this, &InventoryService::BatchGetStock);
  ServerStreaming("WatchStock", this, &InventoryService::WatchStock);
  Unary("ReserveStock", this, &InventoryService::ReserveStock);
  Unary("CommitReservation", this, &InventoryService::CommitReservation);
  Unary("BatchReserveStock", this, &InventoryService::BatchReserveStock);
  Unary("BatchCommitReservations", this, &InventoryService::BatchCommitReservations);
  Unary("ReleaseReservation", this, &InventoryService::ReleaseReservation);
  Unary("ReturnReservation", this, &InventoryService::ReturnReservation);
  Unary("GetReservation", this, &InventoryService::GetReservation);
  Unary("ReceiveStock", this, &InventoryService::ReceiveStock);
  Unary("AdjustStock", this, &InventoryService::AdjustStock);
  Unary("CountStock", this, &InventoryService::CountStock);
  Unary("SetPolicy", this, &InventoryService::SetPolicy);
  Unary("ListLowStock", this, &InventoryService::ListLowStock);
  Unary("ListMovements", this, &InventoryService::ListMovements);
  Unary("GetKnown", this, &InventoryService::GetKnown);
}

template <typename T>
T InventoryService::Publish(Changed<T> changed) {
  hub_.Publish(changed.stocks);
  return std::move(changed.answer);
}

Result<v1::BatchGetStockResponse> InventoryService::BatchGetStock(const rpc::Call&, const v1::BatchGetStockRequest& request) {
  const std::vector<BookId> books = TRY(ParseBooks(request.books()));
  v1::BatchGetStockResponse response;
  for (const Stock& stock : store_.GetStocks(books)) *response.add_stocks() = ToProto(stock);
  return response;
}

Result<std::unique_ptr<InventoryService::WatchSource>> InventoryService::WatchStock(const rpc::Call&,
                                                                                    const v1::WatchStockRequest& request) {
  return std::make_unique<StockSource>(store_, hub_, TRY(ParseBooks(request.books())));
}

Result<v1::Reservation> InventoryService::ReserveStock(const rpc::Call&, const v1::ReserveStockRequest& request) {
  const ReserveOrder order = TRY(ParseReserveOrder(request));
  return ToProto(Publish(TRY(store_.Reserve(order, clock_.Now()))));
}

Result<v1::Reservation> InventoryService::CommitReservation(const rpc::Call&, const v1::CommitReservationRequest& request) {
  const RequestId id = TRY(ParseReservationName(request.name(), "name"));
  return ToProto(Publish(TRY(store_.Commit(id, clock_.Now()))));
}

template <typename Requests, typename Parse, typename DoEach>
Result<v1::ReservationOutcomes> InventoryService::Each(const Requests& requests, const Parse& parse, const DoEach& do_each) {
  if (requests.size() > kBatchMax) {
    return InvalidField("requests", "must be at most " + std::to_string(kBatchMax) + ", are " + std::to_string(requests.size()));
  }
  std::vector<typename std::invoke_result_t<Parse, decltype(requests[0])>::value_type> parsed;
  std::vector<std::optional<Error>> unreadable;
  for (const auto& request : requests) {
    auto one = parse(request);
    unreadable.push_back(one.ok() ? std::nullopt : std::optional(one.error()));
    if (one.ok()) parsed.push_back(*std::move(one));
  }
  std::vector<Result<Changed<Reservation>>> done = do_each(parsed);

  v1::ReservationOutcomes outcomes;
  auto next = done.begin();
  for (const std::optional<Error>& error : unreadable) {
    v1::ReservationOutcome& outcome = *outcomes.add_outcomes();
    if (error) {
      *outcome.mutable_error() = rpc::ToStatusProto(*error);
    } else if (next->ok()) {
      *outcome.mutable_reservation() = ToProto(Publish(**std::move(next)));
    } else {
      *outcome.mutable_error() = rpc::ToStatusProto(next->error());
    }
    if (!error) ++next;
  }
  return outcomes;
}

Result<v1::ReservationOutcomes> InventoryService::BatchReserveStock(const rpc::Call&,
                                                                    const v1::BatchReserveStockRequest& request) {
  return Each(request.requests(), ParseReserveOrder,
              [this](const std::vector<ReserveOrder>& orders) { return store_.ReserveEach(orders, clock_.Now()); });
}

Result<v1::ReservationOutcomes> InventoryService::BatchCommitReservations(const rpc::Call&,
                                                                          const v1::BatchCommitReservationsRequest& request) {
  return Each(
      request.requests(), [](const v1::CommitReservationRequest& one) { return ParseReservationName(one.name(), "name"); },
      [this](const std::vector<RequestId>& ids) { return store_.CommitEach(ids, clock_.Now()); });
}

Result<v1::Reservation> InventoryService::ReleaseReservation(const rpc::Call&, const v1::ReleaseReservationRequest& request) {
  const RequestId id = TRY(ParseReservationName(request.name(), "name"));
  return ToProto(Publish(TRY(store_.Release(id, clock_.Now()))));
}

Result<v1::Reservation> InventoryService::ReturnReservation(const rpc::Call&, const v1::ReturnReservationRequest& request) {
  const Return returned = TRY(ParseReturn(request));
  return ToProto(Publish(TRY(store_.TakeBack(returned, clock_.Now()))));
}

Result<v1::Reservation> InventoryService::GetReservation(const rpc::Call&, const v1::GetReservationRequest& request) {
  const RequestId id = TRY(ParseReservationName(request.name(), "name"));
  const std::optional<Reservation> reservation = store_.FindReservation(id);
  if (!reservation) return UnknownReservation(id);
  return ToProto(*reservation);
}

Result<v1::ReceiveStockResponse> InventoryService::ReceiveStock(const rpc::Call&, const v1::ReceiveStockRequest& request) {
  const Receipt receipt = TRY(ParseReceipt(request));
  v1::ReceiveStockResponse response;
  for (const Stock& stock : Publish(TRY(store_.Receive(receipt, clock_.Now())))) *response.add_stocks() = ToProto(stock);
  return response;
}

Result<v1::Stock> InventoryService::AdjustStock(const rpc::Call&, const v1::AdjustStockRequest& request) {
  const Adjustment adjustment = TRY(ParseAdjustment(request));
  return ToProto(Publish(TRY(store_.Adjust(adjustment, clock_.Now()))));
}

Result<v1::Stock> InventoryService::CountStock(const rpc::Call&, const v1::CountStockRequest& request) {
  const Count count = TRY(ParseCount(request));
  return ToProto(Publish(TRY(store_.SetCounted(count, clock_.Now()))));
}

Result<v1::Stock> InventoryService::SetPolicy(const rpc::Call&, const v1::SetPolicyRequest& request) {
  const BookId book = TRY(ParseBookName(request.book(), "book"));
  const Policy policy = TRY(ParsePolicy(request.policy()));
  return ToProto(Publish(store_.SetPolicy(book, policy)));
}

Result<v1::ListLowStockResponse> InventoryService::ListLowStock(const rpc::Call&, const v1::ListLowStockRequest& request) {
  const int page_size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  const std::string listing = rpc::ListingOf(request);
  const BookId after{TRY(page_tokens_.OpenNumber(listing, request.page_token(), {.first = 0}))};
  const std::vector<Stock> stocks = store_.ListLowStocks(after, page_size);
  v1::ListLowStockResponse response;
  for (const Stock& stock : stocks) *response.add_stocks() = ToProto(stock);
  // If this full page is the last one, the next page is empty.
  if (static_cast<int>(stocks.size()) == page_size) {
    response.set_next_page_token(page_tokens_.Seal(listing, std::to_string(stocks.back().book.value())));
  }
  return response;
}

Result<v1::ListMovementsResponse> InventoryService::ListMovements(const rpc::Call&, const v1::ListMovementsRequest& request) {
  const BookId book = TRY(ParseBookName(request.book(), "book"));
  const int page_size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  const std::string listing = rpc::ListingOf(request);
  const std::int64_t before = TRY(page_tokens_.OpenNumber(listing, request.page_token(), {.first = INT64_MAX}));
  const std::vector<Movement> movements = store_.ListMovements(book, before, page_size);
  v1::ListMovementsResponse response;
  for (const Movement& movement : movements) *response.add_movements() = ToProto(movement);
  if (static_cast<int>(movements.size()) == page_size && movements.back().sequence > 1) {
    response.set_next_page_token(page_tokens_.Seal(listing, std::to_string(movements.back().sequence)));
  }
  return response;
}

Result<type::v1::Known> InventoryService::GetKnown(const rpc::Call&, const v1::GetKnownRequest& request) {
  type::v1::Known known;
  known.set_book_number(store_.LastBook(BookId{request.book_number_max()}).value());
  return known;
}

}  // namespace octavo::inventory
