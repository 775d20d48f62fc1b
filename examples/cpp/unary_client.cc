// A unary client: sends each line of standard input as a call of its own and prints the answer.
//
//     echo hi | unary_client [ADDRESS]      ADDRESS is 127.0.0.1:50051, where a running shop listens, unless
//     given.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>

#include "unary.grpc.pb.h"

// Sends one message and waits for its answer. A program with more to do passes a callback that goes on with
// the work.
grpc::Status Call(unary::Unary::Stub& stub, const std::string& text, unary::MessageResponse* response) {
  unary::Message request;
  request.set_message(text);

  // A context is for one call. Every call should have a deadline, or a server that hangs hangs its clients
  // too.
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  context.set_wait_for_ready(true);  // A server that is just starting is waited for, within the deadline.

  std::promise<grpc::Status> done;
  // Context, request and response must live until the callback runs.
  stub.async()->GetServerResponse(&context, &request, response, [&](grpc::Status status) { done.set_value(status); });
  return done.get_future().get();
}

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50051";
  // A channel is costly and shared: make one a server, not one a call. It connects when it is first needed.
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto stub = unary::Unary::NewStub(channel);

  for (std::string line; std::getline(std::cin, line);) {
    unary::MessageResponse response;
    const grpc::Status status = Call(*stub, line, &response);
    if (!status.ok()) {
      std::cerr << "the call failed: " << status.error_message() << "\n";
      return 1;
    }
    std::cout << response.message() << std::endl;
  }
}
