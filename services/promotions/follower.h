// OrderFollower: learns every order from the event stream of transactions, for reports and simulations, on a thread of its
// own for as long as the service runs. The position is stored with the effect of each event, so that a crash at any moment
// loses none and counts none twice; a stream that breaks is taken up again from there.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "lib/base/result.h"
#include "lib/rpc/client.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/promotions/identity.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

class OrderFollower {
 public:
  // Between two attempts: doubled each time from the least to the most, back to the least once a stream gave anything.
  static constexpr std::chrono::milliseconds kPauseMin{50};
  static constexpr std::chrono::milliseconds kPauseMax{5000};

  // Begins at once. The references outlive the follower.
  OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Store& store,
                const Identity& identity);
  // Ends the stream and waits for the thread.
  ~OrderFollower();
  OrderFollower(const OrderFollower&) = delete;
  OrderFollower& operator=(const OrderFollower&) = delete;

 private:
  void Run();
  // Reads one stream to its end; gives the reason of the end.
  Status Follow(grpc::ClientContext& context);

  const std::unique_ptr<transactions::v1::TransactionsService::StubInterface> stub_;
  const rpc::Caller caller_;
  obs::Log& log_;
  Store& store_;
  const Identity& identity_;

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;                   // Guarded by mutex_, as the next line.
  grpc::ClientContext* context_ = nullptr;  // Of the stream that runs.
  bool alive_ = false;                      // The stream gave something. Only the thread's.
  std::thread thread_;                      // Last: it uses the rest.
};

}  // namespace octavo::promotions
