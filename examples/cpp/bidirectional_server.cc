// A bidirectional server: each message comes back as it arrives, for as long as the client keeps the stream
// open.
//
//     bidirectional_server [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given; port 0 lets the system
//     choose.
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "bidirectional.grpc.pb.h"

// One call. It reads a message, writes it back, and only then reads the next, so that one buffer is enough. A
// server may also read and write at the same time: one operation of each kind may be under way.
class Echo final : public grpc::ServerBidiReactor<bidirectional::Message, bidirectional::Message> {
 public:
  Echo() { StartRead(&message_); }

  void OnReadDone(bool ok) override {
    if (ok) {
      StartWrite(&message_);
    } else {
      Finish(grpc::Status::OK);  // The client has sent its last message.
    }
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&message_);
    } else {
      Finish(grpc::Status::CANCELLED);  // The client has gone.
    }
  }
  void OnDone() override { delete this; }  // The last thing gRPC calls. A reactor owns itself.

 private:
  bidirectional::Message message_;
};

class BidirectionalService final : public bidirectional::Bidirectional::CallbackService {
  grpc::ServerBidiReactor<bidirectional::Message, bidirectional::Message>* GetServerResponse(
      grpc::CallbackServerContext*) override {
    return new Echo();
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

  BidirectionalService service;
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
