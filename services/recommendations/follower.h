// Followers: keep this service's copies of the catalogue and of the stock, by reading the streams of their owners for as
// long as the service runs. A stream that breaks is taken up again from where it was; the copies stay meanwhile.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "lib/base/result.h"
#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "services/recommendations/showroom.h"

namespace octavo::recommendations {

// Runs one stream after the other on a thread of its own.
class StreamLoop {
 public:
  // Reads one stream to its end; gives the reason of the end. Runs on the loop's thread.
  using Session = std::function<Status(grpc::ClientContext&)>;

  // Between two attempts: doubled each time from the least to the most, back to the least once a stream gave anything.
  static constexpr std::chrono::milliseconds kPauseMin{50};
  static constexpr std::chrono::milliseconds kPauseMax{2000};

  // `name` is for the log.
  StreamLoop(std::string name, Session session, obs::Log& log);
  // As Stop().
  ~StreamLoop();

  void Start();
  void Stop();
  // The running session says that the stream lives.
  void Alive();

 private:
  void Run();

  const std::string name_;
  const Session session_;
  obs::Log& log_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;                   // Guarded by mutex_, as the next line.
  grpc::ClientContext* context_ = nullptr;  // Of the stream that runs.
  std::atomic<bool> alive_ = false;
  std::thread thread_;
};

// Follows octavo.catalog.v1 StreamChanges.
class CatalogueFollower {
 public:
  CatalogueFollower(std::shared_ptr<grpc::Channel> channel, rpc::Telemetry telemetry, Showroom& showroom);

  void Start() { loop_.Start(); }
  void Stop() { loop_.Stop(); }

 private:
  Status Follow(grpc::ClientContext& context);
  void Apply(const catalog::v1::Change& change);

  const std::unique_ptr<catalog::v1::CatalogService::StubInterface> stub_;
  const rpc::Caller caller_;
  Showroom& showroom_;
  obs::Log& log_;
  std::int64_t position_ = 0;  // Of the last change taken.
  // The first copy is shown when it is whole: until then it is gathered here.
  bool whole_ = false;
  std::unordered_map<std::int32_t, Book> gathered_;
  StreamLoop loop_;  // Last: its thread uses the rest.
};

// Follows octavo.inventory.v1 WatchStock. Until it has seen the whole stock once, every book counts as in stock: a shop
// whose inventory is down still shows books, and the basket says what cannot be had.
class StockFollower {
 public:
  StockFollower(std::shared_ptr<grpc::Channel> channel, rpc::Telemetry telemetry, Showroom& showroom);

  void Start() { loop_.Start(); }
  void Stop() { loop_.Stop(); }

 private:
  Status Follow(grpc::ClientContext& context);

  const std::unique_ptr<inventory::v1::InventoryService::StubInterface> stub_;
  const rpc::Caller caller_;
  Showroom& showroom_;
  StreamLoop loop_;  // Last: its thread uses the rest.
};

}  // namespace octavo::recommendations
