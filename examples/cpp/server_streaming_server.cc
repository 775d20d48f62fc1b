// A server-streaming server: one text in, a message out for each of its lines.
//
//     server_streaming_server [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given; port 0 lets the system
//     choose.
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "server_streaming.grpc.pb.h"

// One call. gRPC allows one write at a time and says OnWriteDone when it wants the next: as fast as the
// client reads.
class LineWriter final : public grpc::ServerWriteReactor<server_streaming::Message> {
 public:
  explicit LineWriter(const std::string& text) : lines_(text) { WriteNext(); }

  void OnWriteDone(bool ok) override {
    if (ok) {
      WriteNext();
    } else {
      Finish(grpc::Status::CANCELLED);  // The client has gone.
    }
  }
  void OnDone() override { delete this; }  // The last thing gRPC calls. A reactor owns itself.

 private:
  void WriteNext() {
    std::string line;
    if (!std::getline(lines_, line)) return Finish(grpc::Status::OK);
    const bool ended = !lines_.eof();  // Else the text stopped without a line end, and a CR there is text.
    if (ended && line.ends_with('\r')) line.pop_back();
    message_.set_message(line);
    StartWrite(&message_);  // message_ must stay as it is until OnWriteDone.
  }

  std::istringstream lines_;
  server_streaming::Message message_;
};

class ServerStreamingService final : public server_streaming::ServerStreaming::CallbackService {
  grpc::ServerWriteReactor<server_streaming::Message>* GetServerResponse(grpc::CallbackServerContext*,
                                                                         const server_streaming::Message* request) override {
    return new LineWriter(request->message());
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

  ServerStreamingService service;
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
