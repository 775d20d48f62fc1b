// A bidirectional client: sends each line of standard input as it is typed and prints each message as it
// comes back. The stream stays open until the input ends (Ctrl-D).
//
//     bidirectional_client [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given.
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>

#include "bidirectional.grpc.pb.h"

// One call. Reading goes on by itself; writing is driven by whoever calls Say. No deadline: the user decides
// how long.
class Conversation final : public grpc::ClientBidiReactor<bidirectional::Message, bidirectional::Message> {
 public:
  explicit Conversation(bidirectional::Bidirectional::Stub& stub) {
    stub.async()->GetServerResponse(&context_, this);
    // Operations will be started from outside of the callbacks; the hold keeps the call from ending under
    // them.
    AddHold();
    StartRead(&received_);
    StartCall();  // Nothing happens before this.
  }

  // Sends `text`. False when the stream has broken.
  bool Say(const std::string& text) {
    const std::unique_lock lock = WaitToWrite();
    if (broken_) return false;
    writing_ = true;
    sent_.set_message(text);
    StartWrite(&sent_);
    return true;
  }

  // Says that there is no more to send, and waits for the server to end the call.
  grpc::Status Finish() {
    WaitToWrite();
    StartWritesDone();
    RemoveHold();
    return done_.get_future().get();
  }

 private:
  std::unique_lock<std::mutex> WaitToWrite() {
    std::unique_lock lock(mutex_);
    may_write_.wait(lock, [this] { return !writing_; });  // gRPC allows one write at a time.
    return lock;
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    broken_ = !ok;
    may_write_.notify_one();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;  // No more will come.
    std::cout << received_.message() << std::endl;
    StartRead(&received_);
  }
  void OnDone(const grpc::Status& status) override { done_.set_value(status); }

  grpc::ClientContext context_;
  bidirectional::Message sent_;
  bidirectional::Message received_;
  std::mutex mutex_;
  std::condition_variable may_write_;
  bool writing_ = false;  // Guarded by mutex_.
  bool broken_ = false;   // Guarded by mutex_.
  std::promise<grpc::Status> done_;
};

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50051";
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto stub = bidirectional::Bidirectional::NewStub(channel);

  Conversation conversation(*stub);
  for (std::string line; std::getline(std::cin, line) && conversation.Say(line);) continue;
  const grpc::Status status = conversation.Finish();
  if (!status.ok()) std::cerr << "the call failed: " << status.error_message() << "\n";
  return status.ok() ? 0 : 1;
}
