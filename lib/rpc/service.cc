#include "lib/rpc/service.h"

#include "lib/base/check.h"

namespace octavo::rpc {

Service::Service(const std::string& name, Pipeline& pipeline, Contract contract)
    : name_(name), pipeline_(pipeline), contract_(contract) {}

const Method& Service::Add(const std::string& method, Kind kind, const google::protobuf::Descriptor* request,
                           const google::protobuf::Descriptor* response) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name_);
  CHECK(service != nullptr);
  const auto* described = service->FindMethodByName(method);
  CHECK(described != nullptr);
  CHECK(described->input_type() == request);
  CHECK(described->output_type() == response);
  CHECK(described->client_streaming() == (kind == Kind::kClientStreaming || kind == Kind::kBidiStreaming));
  CHECK(described->server_streaming() == (kind == Kind::kServerStreaming || kind == Kind::kBidiStreaming));

  static constexpr grpc::internal::RpcMethod::RpcType kTypes[] = {
      grpc::internal::RpcMethod::NORMAL_RPC, grpc::internal::RpcMethod::SERVER_STREAMING,
      grpc::internal::RpcMethod::CLIENT_STREAMING, grpc::internal::RpcMethod::BIDI_STREAMING};
  paths_.push_back("/" + name_ + "/" + method);
  AddMethod(new grpc::internal::RpcServiceMethod(paths_.back().c_str(), kTypes[static_cast<int>(kind)], nullptr));
  methods_.push_back(
      pipeline_.MakeMethod(name_, method, contract_ == Contract::kOwn ? Access::Of(*described) : Access::ForEverybody()));
  return methods_.back();
}

void Service::Register(grpc::internal::MethodHandler* handler) {
  MarkMethodCallback(static_cast<int>(methods_.size()) - 1, handler);
}

void Service::CheckComplete() const {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name_);
  CHECK(service != nullptr);
  CHECK(service->method_count() == static_cast<int>(methods_.size()));
}

}  // namespace octavo::rpc
