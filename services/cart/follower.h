// Follower: reads the shop's order events and takes what was ordered out of the carts, for as long as the service runs. Each
// event is applied once, whatever breaks: its position is stored with its effect, and clearing is known by the order.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "lib/rpc/client.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/cart/store.h"

namespace octavo::cart {

class Follower {
 public:
  // Between two attempts: doubled each time from the least to the most, back to the least once a stream gave anything.
  static constexpr std::chrono::milliseconds kPauseMin{50};
  static constexpr std::chrono::milliseconds kPauseMax{2000};

  // All must outlive the follower, which runs from now on.
  Follower(std::shared_ptr<grpc::Channel> transactions, Store& store, rpc::Telemetry telemetry);
  // As Stop().
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void Stop();

 private:
  // Events that clear nothing move the position on in memory; it is stored at least so often.
  static constexpr std::int64_t kEventsPerWrite = 100;

  void Run();
  // One stream, from the stored position to its end.
  Status Follow(grpc::ClientContext& context);
  void Apply(const transactions::v1::OrderEvent& event);

  const std::unique_ptr<transactions::v1::TransactionsService::Stub> stub_;
  Store& store_;
  const rpc::Telemetry telemetry_;
  const rpc::Caller caller_;
  std::int64_t position_ = 0;  // Of the thread, as the next one.
  bool alive_ = false;         // The running stream has given something.
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;                   // Guarded by mutex_, as the next one.
  grpc::ClientContext* context_ = nullptr;  // Of the stream that runs.
  std::thread thread_;                      // Last: uses the rest.
};

}  // namespace octavo::cart
