// Service: the base of every gRPC adapter. A service names its methods once, in its constructor, and each handler is a
// straight-line function:
//
//     class CatalogService final : public rpc::Service {
//      public:
//       CatalogService(Store& store, rpc::Pipeline& pipeline)
//           : rpc::Service("octavo.catalog.v1.CatalogService", pipeline), store_(store) {
//         Unary("GetBook", this, &CatalogService::GetBook);
//         ServerStreaming("StreamChanges", this, &CatalogService::StreamChanges);
//       }
//      private:
//       Result<v1::Book> GetBook(const rpc::Call& call, const v1::GetBookRequest& request);
//       Result<std::unique_ptr<rpc::Source<v1::Change>>> StreamChanges(const rpc::Call&, const v1::StreamChangesRequest&);
//     };
//
// Each runs inside the module's Pipeline, with a request that has passed request.h. Names, kinds and message types are checked
// against the proto's descriptor: a
// mistake dies at start (CHECK), as does a method that nobody named once the server asks for Complete().
//
// It registers with gRPC's callback API as generated code does (CallbackUnaryHandler and its kin), which saves the one
// override per method that only forwards.
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "lib/rpc/call.h"
#include "lib/rpc/pipeline.h"
#include "lib/rpc/reactors.h"
#include "lib/rpc/request.h"
#include "lib/rpc/stream.h"

namespace octavo::rpc {

// Where a unary handler runs. Inline is for handlers that touch only memory and never wait: it saves the hop to the
// pool (about 10 µs); a blocking handler inline starves every other call.
enum class Run { kOnPool, kInline };

class Service : public grpc::Service {
 public:
  // Of a contract that is older than the shop and cannot say in its proto who may call.
  enum class Contract { kOwn, kForEverybody };

  // `name` is the proto's full name; its descriptor must be linked in. `pipeline` must outlive the service. A method of a
  // contract of the shop's own has octavo.type.v1.access, or dies here (CHECK).
  Service(const std::string& name, Pipeline& pipeline, Contract contract = Contract::kOwn);

  const std::string& name() const { return name_; }
  // Dies unless every method of the proto has a handler.
  void CheckComplete() const;

 protected:
  template <class S, class Request, class Response>
  void Unary(const std::string& method, S* service, Result<Response> (S::*handler)(const Call&, const Request&),
             Run run = Run::kOnPool) {
    const Method& m = Add(method, Kind::kUnary, Request::descriptor(), Response::descriptor());
    RegisterUnary<Request, Response>(m, run,
                                     [service, handler](const Call& call, const Request& request, Response& response) -> Status {
                                       response = TRY((service->*handler)(call, request));
                                       return Ok();
                                     });
  }

  // As Unary, for a small answer that is asked for often: the handler puts its bytes together from parts that were
  // serialised beforehand. They must parse as a `Response`. It is handed the buffer, because moving one copies it.
  template <class Response, class S, class Request>
  void UnaryBytes(const std::string& method, S* service,
                  Status (S::*handler)(const Call&, const Request&, grpc::ByteBuffer& response), Run run = Run::kOnPool) {
    const Method& m = Add(method, Kind::kUnary, Request::descriptor(), Response::descriptor());
    RegisterUnary<Request, grpc::ByteBuffer>(
        m, run, [service, handler](const Call& call, const Request& request, grpc::ByteBuffer& response) {
          return (service->*handler)(call, request, response);
        });
  }

  template <class S, class Request, class Response>
  void ServerStreaming(const std::string& method, S* service,
                       Result<std::unique_ptr<Source<Response>>> (S::*handler)(const Call&, const Request&)) {
    const Method& m = Add(method, Kind::kServerStreaming, Request::descriptor(), Response::descriptor());
    Register(new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, Response>(
        [this, &m, service, handler](grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) {
          // A copy of the bytes' owner, not of the bytes: gRPC's own goes when the client has gone.
          auto open = [this, &m, service, handler,
                       own = *bytes](const Call& call) mutable -> Result<std::unique_ptr<Source<Response>>> {
            Request request;
            TRY(ParseRequest(own, request));
            TRY(pipeline_.CheckRequest(m, call, request));
            return (service->*handler)(call, request);
          };
          return BeginStream(std::make_shared<SourceReactor<Response>>(pipeline_, m, context), std::move(open));
        }));
  }

  template <class S, class Request, class Response>
  void ClientStreaming(const std::string& method, S* service,
                       Result<std::unique_ptr<Sink<Request, Response>>> (S::*handler)(const Call&)) {
    const Method& m = Add(method, Kind::kClientStreaming, Request::descriptor(), Response::descriptor());
    Register(new grpc::internal::CallbackClientStreamingHandler<grpc::ByteBuffer, Response>(
        [this, &m, service, handler](grpc::CallbackServerContext* context, Response* response) {
          return BeginStream(std::make_shared<SinkReactor<Request, Response>>(pipeline_, m, context, response),
                             [service, handler](const Call& call) { return (service->*handler)(call); });
        }));
  }

  template <class S, class Request, class Response>
  void BidiStreaming(const std::string& method, S* service,
                     Result<std::unique_ptr<Exchange<Request, Response>>> (S::*handler)(const Call&)) {
    const Method& m = Add(method, Kind::kBidiStreaming, Request::descriptor(), Response::descriptor());
    Register(new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, Response>(
        [this, &m, service, handler](grpc::CallbackServerContext* context) {
          return BeginStream(std::make_shared<ExchangeReactor<Request, Response>>(pipeline_, m, context),
                             [service, handler](const Call& call) { return (service->*handler)(call); });
        }));
  }

 private:
  enum class Kind { kUnary, kServerStreaming, kClientStreaming, kBidiStreaming };

  const Method& Add(const std::string& method, Kind kind, const google::protobuf::Descriptor* request,
                    const google::protobuf::Descriptor* response);
  // `answer` is (const Call&, const Request&, Response&) -> Status.
  template <class Request, class Response, class Answer>
  void RegisterUnary(const Method& m, Run run, const Answer& answer) {
    Register(new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, Response>(
        [this, &m, run, answer](grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes,
                                Response* response) -> grpc::ServerUnaryReactor* {
          // gRPC's own, until Finish; reading it takes a non-const one.
          auto body = [this, &m, answer, bytes = const_cast<grpc::ByteBuffer*>(bytes), response](const Call& call) -> Status {
            Request request;
            TRY(ParseRequest(*bytes, request));
            TRY(pipeline_.CheckRequest(m, call, request));
            return answer(call, request, *response);
          };
          return RunUnary(pipeline_, m, context, std::move(body), run == Run::kInline);
        }));
  }
  // Gives the method that Add announced last its handler; takes ownership of it.
  void Register(grpc::internal::MethodHandler* handler);

  const std::string name_;
  Pipeline& pipeline_;
  const Contract contract_;
  std::deque<Method> methods_;     // Stable addresses: handlers refer to them.
  std::deque<std::string> paths_;  // gRPC keeps pointers to the paths.
};

}  // namespace octavo::rpc
