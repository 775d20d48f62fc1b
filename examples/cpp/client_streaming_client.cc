// A client-streaming client: sends each line of standard input as a message and prints how many the server
// counted.
//
//     printf 'one\ntwo\n' | client_streaming_client [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "client_streaming.grpc.pb.h"

// One call. gRPC allows one write at a time: OnWriteDone asks for the next message.
class LineSender final : public grpc::ClientWriteReactor<client_streaming::Message> {
 public:
  LineSender(client_streaming::ClientStreaming::Stub& stub, std::vector<std::string> lines) : lines_(std::move(lines)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    context_.set_wait_for_ready(true);
    stub.async()->GetServerResponse(&context_, &response_, this);
    WriteNext();
    StartCall();  // Nothing happens before this.
  }

  void OnWriteDone(bool ok) override {
    if (ok) WriteNext();  // Else the call is over; OnDone will say why.
  }
  void OnDone(const grpc::Status& status) override { done_.set_value(status); }

  grpc::Status Wait() { return done_.get_future().get(); }
  std::int64_t count() const { return response_.count(); }

 private:
  void WriteNext() {
    if (sent_ == lines_.size()) {
      StartWritesDone();  // "That was my last message": now the server answers.
      return;
    }
    message_.set_message(lines_[sent_++]);
    StartWrite(&message_);  // message_ must stay as it is until OnWriteDone.
  }

  grpc::ClientContext context_;
  const std::vector<std::string> lines_;
  std::size_t sent_ = 0;
  client_streaming::Message message_;
  client_streaming::MessageCount response_;
  std::promise<grpc::Status> done_;
};

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50051";
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto stub = client_streaming::ClientStreaming::NewStub(channel);

  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  LineSender sender(*stub, std::move(lines));
  const grpc::Status status = sender.Wait();
  if (!status.ok()) {
    std::cerr << "the call failed: " << status.error_message() << "\n";
    return 1;
  }
  std::cout << sender.count() << std::endl;
}
