// For tests: a catalogue, an inventory and an order stream as real gRPC services, with answers that the test sets.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "lib/rpc/status.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"

namespace octavo::cart {

class FakeCatalog final : public catalog::v1::CatalogService::Service {
 public:
  void Put(const std::string& name, const std::string& title, std::int64_t price_minor,
           const std::string& currency_code = "EUR") {
    PutUnpriced(name, title);
    const std::lock_guard lock(mutex_);
    books_[name].mutable_price()->set_currency_code(currency_code);
    books_[name].mutable_price()->set_minor(price_minor);
  }
  void PutUnpriced(const std::string& name, const std::string& title) {
    const std::lock_guard lock(mutex_);
    catalog::v1::Book& book = books_[name];
    book.set_name(name);
    book.set_title(title);
    if (book.authors().empty()) book.add_authors()->set_display_name("An Author");
    book.clear_price();
  }
  void Remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    books_.erase(name);
  }
  void SetDown(bool down) { down_ = down; }

  grpc::Status GetBook(grpc::ServerContext*, const catalog::v1::GetBookRequest* request, catalog::v1::Book* response) override {
    const std::lock_guard lock(mutex_);
    if (down_) return {grpc::StatusCode::UNAVAILABLE, "told to be down"};
    const auto book = books_.find(request->name());
    if (book == books_.end()) {
      return rpc::ToGrpcStatus(Error{Code::kNotFound, "UNKNOWN_BOOK", request->name() + " is not known"});
    }
    *response = book->second;
    return grpc::Status::OK;
  }
  grpc::Status BatchGetBooks(grpc::ServerContext*, const catalog::v1::BatchGetBooksRequest* request,
                             catalog::v1::BatchGetBooksResponse* response) override {
    const std::lock_guard lock(mutex_);
    if (down_) return {grpc::StatusCode::UNAVAILABLE, "told to be down"};
    for (const std::string& name : request->names()) {
      const auto book = books_.find(name);
      book == books_.end() ? void(response->add_missing_names(name)) : void(*response->add_books() = book->second);
    }
    return grpc::Status::OK;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, catalog::v1::Book> books_;  // Guarded by mutex_.
  std::atomic<bool> down_ = false;
};

class FakeInventory final : public inventory::v1::InventoryService::Service {
 public:
  void Put(const std::string& book, std::int64_t available, std::int64_t backorder_max = 0) {
    const std::lock_guard lock(mutex_);
    inventory::v1::Stock& stock = stocks_[book];
    stock.set_book(book);
    stock.set_available(available);
    stock.mutable_policy()->set_backorder(backorder_max > 0 ? inventory::v1::BACKORDER_ALLOWED
                                                            : inventory::v1::BACKORDER_REFUSED);
    stock.mutable_policy()->set_backorder_max(backorder_max);
  }
  void SetDown(bool down) { down_ = down; }

  grpc::Status BatchGetStock(grpc::ServerContext*, const inventory::v1::BatchGetStockRequest* request,
                             inventory::v1::BatchGetStockResponse* response) override {
    const std::lock_guard lock(mutex_);
    if (down_) return {grpc::StatusCode::UNAVAILABLE, "told to be down"};
    for (const std::string& book : request->books()) {
      *response->add_stocks() = stocks_[book];
      response->mutable_stocks()->rbegin()->set_book(book);
    }
    return grpc::Status::OK;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, inventory::v1::Stock> stocks_;  // Guarded by mutex_.
  std::atomic<bool> down_ = false;
};

// Each stream gives the events after its position and then ends, as a service that restarts would.
class FakeTransactions final : public transactions::v1::TransactionsService::Service {
 public:
  void Add(transactions::v1::OrderEvent event) {
    const std::lock_guard lock(mutex_);
    event.set_position(static_cast<std::int64_t>(events_.size()) + 1);
    events_.push_back(std::move(event));
  }
  // Waits until a stream from `position` was requested.
  void AwaitStreamFrom(std::int64_t position) {
    std::unique_lock lock(mutex_);
    asked_.wait(lock, [&] { return last_asked_ == position; });
  }

  grpc::Status StreamOrderEventBatches(grpc::ServerContext*, const transactions::v1::StreamOrderEventBatchesRequest* request,
                                       grpc::ServerWriter<transactions::v1::OrderEventBatch>* writer) override {
    std::vector<transactions::v1::OrderEvent> events;
    {
      const std::lock_guard lock(mutex_);
      last_asked_ = request->position();
      events = events_;
    }
    asked_.notify_all();
    const auto known = static_cast<std::int64_t>(events.size());
    if (request->position() > known) {
      return rpc::ToGrpcStatus(Error{Code::kOutOfRange, "UNKNOWN_POSITION", "there are only " + std::to_string(known)});
    }
    transactions::v1::OrderEventBatch batch;
    for (std::int64_t i = request->position(); i < known; ++i) *batch.add_events() = events[i];
    if (!batch.events().empty()) writer->Write(batch);
    return grpc::Status::OK;
  }

 private:
  std::mutex mutex_;
  std::condition_variable asked_;
  std::vector<transactions::v1::OrderEvent> events_;  // Guarded by mutex_, as the next one.
  std::int64_t last_asked_ = -1;
};

}  // namespace octavo::cart
