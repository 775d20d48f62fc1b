// A server-streaming client: sends standard input as one text and prints each message of the answer as it
// comes.
//
//     printf 'one\ntwo\n' | server_streaming_client [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <future>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "server_streaming.grpc.pb.h"

// One call. OnReadDone(true) brings a message, OnReadDone(false) says that there are no more; OnDone comes
// last.
class LinePrinter final : public grpc::ClientReadReactor<server_streaming::Message> {
 public:
  LinePrinter(server_streaming::ServerStreaming::Stub& stub, const std::string& text) {
    request_.set_message(text);
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    context_.set_wait_for_ready(true);
    stub.async()->GetServerResponse(&context_, &request_, this);
    StartRead(&message_);
    StartCall();  // Nothing happens before this.
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    std::cout << message_.message() << std::endl;
    StartRead(&message_);  // Not asking for the next message for a while slows the server down, as it should.
  }
  void OnDone(const grpc::Status& status) override { done_.set_value(status); }

  grpc::Status Wait() { return done_.get_future().get(); }

 private:
  grpc::ClientContext context_;
  server_streaming::Message request_;
  server_streaming::Message message_;
  std::promise<grpc::Status> done_;
};

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50051";
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto stub = server_streaming::ServerStreaming::NewStub(channel);

  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  LinePrinter printer(*stub, text);
  const grpc::Status status = printer.Wait();
  if (!status.ok()) {
    std::cerr << "the call failed: " << status.error_message() << "\n";
    return 1;
  }
}
