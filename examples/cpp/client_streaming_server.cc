// A client-streaming server: many messages in, one message out that counts them.
//
//     client_streaming_server [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given; port 0 lets the system
//     choose.
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "client_streaming.grpc.pb.h"

// One call. OnReadDone(true) brings a message, OnReadDone(false) says that the client has sent its last.
class Counter final : public grpc::ServerReadReactor<client_streaming::Message> {
 public:
  explicit Counter(client_streaming::MessageCount* response) : response_(response) { StartRead(&message_); }

  void OnReadDone(bool ok) override {
    if (ok) {
      ++count_;
      StartRead(&message_);
    } else {
      response_->set_count(count_);
      Finish(grpc::Status::OK);
    }
  }
  void OnDone() override { delete this; }  // The last thing gRPC calls. A reactor owns itself.

 private:
  client_streaming::MessageCount* const response_;  // gRPC's; it is sent when the call finishes.
  client_streaming::Message message_;
  std::int64_t count_ = 0;
};

class ClientStreamingService final : public client_streaming::ClientStreaming::CallbackService {
  grpc::ServerReadReactor<client_streaming::Message>* GetServerResponse(grpc::CallbackServerContext*,
                                                                        client_streaming::MessageCount* response) override {
    return new Counter(response);
  }
};

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50051";

  // Ctrl-C and `kill` are taken by sigwait below. They must be blocked before gRPC makes threads, which
  // inherit the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ClientStreamingService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT,
                             0);  // Else two servers could share a port by accident.
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::cerr << "cannot listen on " << address << "\n";
    return 1;
  }
  std::cout << "listening on 127.0.0.1:" << port << std::endl;  // With port 0 the system chose one.

  int signal = 0;
  sigwait(&signals, &signal);
  // Running calls may finish within a second; after that they are cancelled.
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
}
