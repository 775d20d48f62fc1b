#include "services/transactions/stock_client.h"

#include <algorithm>
#include <utility>

#include "lib/rpc/status.h"

namespace octavo::transactions {
namespace {

// A reservation outlives the longest recovery (10 minutes) by half.
constexpr std::int64_t kReservationSeconds = 900;

Promise BeyondShelf(const inventory::v1::Policy& policy) {
  switch (policy.backorder()) {
    case inventory::v1::BACKORDER_ALLOWED: return Promise::kBackorder;
    case inventory::v1::BACKORDER_PREORDER: return Promise::kPreorder;
    case inventory::v1::BACKORDER_SPECIAL_ORDER: return Promise::kSpecialOrder;
    default: return Promise::kUnavailable;
  }
}

std::string ReservationName(const OrderId& order) { return "reservations/" + order.value(); }

}  // namespace

GrpcStock::GrpcStock(const rpc::Caller& caller)
    : caller_(caller),
      reservations_(kTogether,
                    [this](auto group) {
                      return CallTogether<inventory::v1::BatchReserveStockRequest>(
                          group, &inventory::v1::InventoryService::StubInterface::BatchReserveStock);
                    }),
      commits_(kTogether, [this](auto group) {
        return CallTogether<inventory::v1::BatchCommitReservationsRequest>(
            group, &inventory::v1::InventoryService::StubInterface::BatchCommitReservations);
      }) {}

template <class Requests, class Call, class Method>
Batch GrpcStock::CallTogether(std::span<Call* const> group, Method method) {
  Requests requests;
  for (const Call* call : group) *requests.add_requests() = call->question;
  const Result<inventory::v1::ReservationOutcomes> response =
      caller_.Invoke(*inventory_, method, requests, LimitTogether(group, kWriteBudget));
  if (!response.ok()) return AnswerAll(group, response.error());
  if (response->outcomes_size() != requests.requests_size()) return AnswerAll(group, BadAnswer());
  for (std::size_t i = 0; i < group.size(); ++i) {
    const inventory::v1::ReservationOutcome& outcome = response->outcomes(static_cast<int>(i));
    if (outcome.has_error()) {
      group[i]->answer = rpc::ToError(outcome.error());
    } else {
      group[i]->answer = outcome.reservation();
    }
  }
  return Batch::kDone;
}

void GrpcStock::Connect(const std::shared_ptr<grpc::Channel>& inventory) {
  inventory_ = inventory::v1::InventoryService::NewStub(inventory);
}

Result<std::map<BookId, StockLevel>> GrpcStock::Levels(const std::vector<BookId>& books, const rpc::Limits& limits) {
  inventory::v1::BatchGetStockRequest request;
  for (const BookId& book : books) request.add_books(BookName(book));
  const auto response = TRY(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::BatchGetStock, request,
                                           rpc::Within(limits, kReadBudget)));
  std::map<BookId, StockLevel> levels;
  for (const auto& stock : response.stocks()) {
    levels[FindBookId(stock.book()).value_or(BookId())] = {
        .available = stock.available(),
        .beyond_shelf = BeyondShelf(stock.policy()),
        .promisable = std::max<std::int64_t>(0, stock.policy().backorder_max() - stock.backordered())};
  }
  return levels;
}

Result<std::map<BookId, std::int64_t>> GrpcStock::Reserve(const Order& order, const rpc::Limits& limits) {
  inventory::v1::ReserveStockRequest request;
  request.set_request_id(order.id.value());
  request.mutable_time_to_live()->set_seconds(kReservationSeconds);
  for (const OrderLine& line : order.lines) {
    auto* wanted = request.add_lines();
    wanted->set_book(BookName(line.book));
    wanted->set_quantity(line.quantity);
  }
  ReserveCall call{request, limits, NoAnswer()};
  if (reservations_.Run(call) != HandedIn::kDone) return Crowded();
  const inventory::v1::Reservation reservation = TRY(std::move(call.answer));
  using Reservation = inventory::v1::Reservation;
  if (reservation.state() == Reservation::STATE_EXPIRED || reservation.state() == Reservation::STATE_RELEASED) {
    return Error{Code::kFailedPrecondition, "OUT_OF_STOCK", "the copies were held too long and are free again"};
  }
  std::map<BookId, std::int64_t> later;
  for (const auto& line : reservation.lines()) later[FindBookId(line.book()).value_or(BookId())] = line.backordered_quantity();
  return later;
}

Status GrpcStock::Commit(const OrderId& order, const rpc::Limits& limits) {
  inventory::v1::CommitReservationRequest request;
  request.set_name(ReservationName(order));
  CommitCall call{request, limits, NoAnswer()};
  if (commits_.Run(call) != HandedIn::kDone) return Crowded();
  return Discard(call.answer);
}

Result<std::optional<std::int64_t>> GrpcStock::Known(const OrderId& order, const rpc::Limits& limits) {
  inventory::v1::GetReservationRequest request;
  request.set_name(ReservationName(order));
  const auto found = caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::GetReservation, request,
                                    rpc::Within(limits, kReadBudget));
  if (!found.ok()) return NothingWhere(found.error(), "UNKNOWN_RESERVATION");
  std::int64_t back = 0;
  for (const auto& line : found->lines()) back += line.returned_quantity() + line.cancelled_quantity();
  return std::optional(back);
}

Status GrpcStock::Release(const OrderId& order, const rpc::Limits& limits) {
  inventory::v1::ReleaseReservationRequest request;
  request.set_name(ReservationName(order));
  return Discard(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::ReleaseReservation, request,
                                rpc::Within(limits, kWriteBudget)));
}

Status GrpcStock::TakeBack(const OrderId& order, const std::string& key, const std::vector<Item>& items, Restock restock,
                           const rpc::Limits& limits) {
  inventory::v1::ReturnReservationRequest request;
  request.set_only_waiting(restock == Restock::kNo);
  request.set_request_id(key);
  request.set_name(ReservationName(order));
  for (const Item& item : items) {
    auto* line = request.add_lines();
    line->set_book(BookName(item.book));
    line->set_quantity(item.quantity);
  }
  return Discard(caller_.Invoke(*inventory_, &inventory::v1::InventoryService::StubInterface::ReturnReservation, request,
                                rpc::Within(limits, kWriteBudget)));
}

}  // namespace octavo::transactions
