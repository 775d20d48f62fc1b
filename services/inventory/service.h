// InventoryService: octavo.inventory.v1 over a Store. It translates messages and decides nothing.
#pragma once

#include <memory>

#include "lib/base/clock.h"
#include "lib/names/page_tokens.h"
#include "lib/rpc/service.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "services/inventory/stock_hub.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

namespace v1 = ::octavo::inventory::v1;

class InventoryService final : public rpc::Service {
 public:
  // All must outlive the service. It publishes every change that it makes on `hub`.
  InventoryService(Store& store, StockHub& hub, const Clock& clock, const names::PageTokens& page_tokens,
                   rpc::Pipeline& pipeline);

 private:
  using WatchSource = rpc::Source<v1::WatchStockResponse>;

  Result<v1::BatchGetStockResponse> BatchGetStock(const rpc::Call& call, const v1::BatchGetStockRequest& request);
  Result<std::unique_ptr<WatchSource>> WatchStock(const rpc::Call& call, const v1::WatchStockRequest& request);
  Result<v1::Reservation> ReserveStock(const rpc::Call& call, const v1::ReserveStockRequest& request);
  Result<v1::Reservation> CommitReservation(const rpc::Call& call, const v1::CommitReservationRequest& request);
  Result<v1::ReservationOutcomes> BatchReserveStock(const rpc::Call& call, const v1::BatchReserveStockRequest& request);
  Result<v1::ReservationOutcomes> BatchCommitReservations(const rpc::Call& call,
                                                          const v1::BatchCommitReservationsRequest& request);
  Result<v1::Reservation> ReleaseReservation(const rpc::Call& call, const v1::ReleaseReservationRequest& request);
  Result<v1::Reservation> ReturnReservation(const rpc::Call& call, const v1::ReturnReservationRequest& request);
  Result<v1::Reservation> GetReservation(const rpc::Call& call, const v1::GetReservationRequest& request);
  Result<v1::ReceiveStockResponse> ReceiveStock(const rpc::Call& call, const v1::ReceiveStockRequest& request);
  Result<v1::Stock> AdjustStock(const rpc::Call& call, const v1::AdjustStockRequest& request);
  Result<v1::Stock> CountStock(const rpc::Call& call, const v1::CountStockRequest& request);
  Result<v1::Stock> SetPolicy(const rpc::Call& call, const v1::SetPolicyRequest& request);
  Result<v1::ListLowStockResponse> ListLowStock(const rpc::Call& call, const v1::ListLowStockRequest& request);
  Result<v1::ListMovementsResponse> ListMovements(const rpc::Call& call, const v1::ListMovementsRequest& request);

  Result<type::v1::Known> GetKnown(const rpc::Call& call, const v1::GetKnownRequest& request);

  // Gives the answer, after the watchers were told.
  template <typename T>
  T Publish(Changed<T> changed);
  // Parses each request, and executes those that parse, all at once.
  template <typename Requests, typename Parse, typename DoEach>
  Result<v1::ReservationOutcomes> Each(const Requests& requests, const Parse& parse, const DoEach& do_each);

  Store& store_;
  StockHub& hub_;
  const Clock& clock_;
  const names::PageTokens& page_tokens_;
};

}  // namespace octavo::inventory
