// A unary server: one message in, one message out.
//
//     unary_server [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given; port 0 lets the system choose.
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "unary.grpc.pb.h"

// protoc made the class CallbackService from unary.proto. gRPC calls its methods on threads of its own; they
// must not wait for anything (a real server hands work that waits to a thread pool and finishes the reactor
// from there).
class UnaryService final : public unary::Unary::CallbackService {
  grpc::ServerUnaryReactor* GetServerResponse(grpc::CallbackServerContext* context, const unary::Message* request,
                                              unary::MessageResponse* response) override {
    response->set_message("Hello I am up and running received \"" + request->message() + "\" message from you");
    response->set_received(true);

    // The reactor stands for this call. The default one can only finish, which is all that a unary call
    // needs.
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
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

  UnaryService service;
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
