// Fake catalogue and inventory for tests: real gRPC servers on loopback that stream what a test tells them, and can be
// taken down, broken off and brought back.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/check.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "services/recommendations/assortment.h"

namespace octavo::recommendations {

// A server around one service; keeps its port when it comes back.
class FakeServer {
 public:
  explicit FakeServer(grpc::Service& service) : service_(service) { Up(); }
  ~FakeServer() { Down(); }

  void Up() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    CHECK(server_ != nullptr);
  }
  // Breaks off all streams.
  void Down() {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  grpc::Service& service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class FakeCatalogue final : public catalog::v1::CatalogService::Service {
 public:
  void Put(const Book& book) {
    catalog::v1::Change change;
    change.mutable_book()->set_name(BookName(book.id));
    change.mutable_book()->set_title(book.title);
    change.mutable_book()->set_source("demo");
    change.mutable_book()->set_key("book-" + std::to_string(book.id.value()));
    change.mutable_book()->set_ratings_count(book.ratings_count);
    for (const std::string& author : book.authors) change.mutable_book()->add_authors()->set_author(author);
    for (const std::string& subject : book.subjects) change.mutable_book()->add_subjects(subject);
    for (const std::string& category : book.categories) change.mutable_book()->add_categories(category);
    Add(std::move(change));
  }
  void Remove(BookId book) {
    catalog::v1::Change change;
    change.set_deleted_book(BookName(book));
    Add(std::move(change));
  }
  // Ends the streams that run, cleanly.
  void EndStreams() {
    const std::lock_guard lock(mutex_);
    ++generation_;
    changed_.notify_all();
  }
  // The positions that followers asked for, in order.
  std::vector<std::int64_t> positions() const {
    const std::lock_guard lock(mutex_);
    return positions_;
  }

  grpc::Status StreamChanges(grpc::ServerContext* context, const catalog::v1::StreamChangesRequest* request,
                             grpc::ServerWriter<catalog::v1::Change>* writer) override {
    std::unique_lock lock(mutex_);
    positions_.push_back(request->position());
    const int generation = generation_;
    auto next = static_cast<std::size_t>(request->position());
    bool caught_up = false;
    while (generation == generation_ && !context->IsCancelled()) {
      if (next < changes_.size()) {
        const catalog::v1::Change change = changes_[next++];
        lock.unlock();
        writer->Write(change);
        lock.lock();
      } else if (!caught_up) {
        caught_up = true;
        catalog::v1::Change end;
        end.set_position(static_cast<std::int64_t>(next));
        end.set_caught_up(true);
        writer->Write(end);
      } else {
        // Looks up now and then whether the client is still there: the sync API gives no sign.
        changed_.wait_for(lock, std::chrono::milliseconds(20));
      }
    }
    return grpc::Status::OK;
  }

 private:
  void Add(catalog::v1::Change change) {
    const std::lock_guard lock(mutex_);
    change.set_position(static_cast<std::int64_t>(changes_.size()) + 1);
    changes_.push_back(std::move(change));
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<catalog::v1::Change> changes_;  // Guarded by mutex_, as all below.
  std::vector<std::int64_t> positions_;
  int generation_ = 0;
};

class FakeInventory final : public inventory::v1::InventoryService::Service {
 public:
  void Set(int book, std::int64_t available) {
    const std::lock_guard lock(mutex_);
    stocks_[book] = available;
    log_.emplace_back(book, available);
    changed_.notify_all();
  }

  grpc::Status WatchStock(grpc::ServerContext* context, const inventory::v1::WatchStockRequest*,
                          grpc::ServerWriter<inventory::v1::WatchStockResponse>* writer) override {
    std::unique_lock lock(mutex_);
    for (const auto& [book, available] : stocks_) Write(book, available, writer);
    std::size_t next = log_.size();
    inventory::v1::WatchStockResponse end;
    end.set_caught_up(true);
    writer->Write(end);
    while (!context->IsCancelled()) {
      for (; next < log_.size(); ++next) Write(log_[next].first, log_[next].second, writer);
      changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
    return grpc::Status::OK;
  }

 private:
  static void Write(int book, std::int64_t available, grpc::ServerWriter<inventory::v1::WatchStockResponse>* writer) {
    inventory::v1::WatchStockResponse response;
    response.mutable_stock()->set_book(BookName(BookId(book)));
    response.mutable_stock()->set_available(available);
    writer->Write(response);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, std::int64_t> stocks_;  // Guarded by mutex_, as the next.
  std::vector<std::pair<int, std::int64_t>> log_;
};

}  // namespace octavo::recommendations
