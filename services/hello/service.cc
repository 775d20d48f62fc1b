#include "services/hello/service.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/hello/domain/lines.h"

namespace octavo::hello {
namespace {

class Echo final : public rpc::Exchange<bidirectional::Message, bidirectional::Message> {
 public:
  Status Take(bidirectional::Message message, std::vector<bidirectional::Message>& responses) override {
    responses.push_back(std::move(message));
    return Ok();
  }
};

class LineSource final : public rpc::Source<server_streaming::Message> {
 public:
  explicit LineSource(std::string text) : lines_(std::move(text)) {}

  rpc::Pull<server_streaming::Message> Next() override {
    const auto line = lines_.Next();
    if (!line) return rpc::EndOfStream{};
    server_streaming::Message message;
    message.set_message(line->data(), line->size());
    return message;
  }

 private:
  Lines lines_;
};

class Counter final : public rpc::Sink<client_streaming::Message, client_streaming::MessageCount> {
 public:
  Status Take(client_streaming::Message) override {
    ++count_;
    return Ok();
  }
  Result<client_streaming::MessageCount> Finish() override {
    client_streaming::MessageCount response;
    response.set_count(count_);
    return response;
  }

 private:
  std::int64_t count_ = 0;
};

}  // namespace

UnaryService::UnaryService(rpc::Pipeline& pipeline) : Service("unary.Unary", pipeline, Contract::kForEverybody) {
  Unary("GetServerResponse", this, &UnaryService::GetServerResponse, rpc::Run::kInline);
}

Result<unary::MessageResponse> UnaryService::GetServerResponse(const rpc::Call&, const unary::Message& request) {
  unary::MessageResponse response;
  response.set_message("Hello I am up and running received \"" + request.message() + "\" message from you");
  response.set_received(true);
  return response;
}

BidirectionalService::BidirectionalService(rpc::Pipeline& pipeline)
    : Service("bidirectional.Bidirectional", pipeline, Contract::kForEverybody) {
  BidiStreaming("GetServerResponse", this, &BidirectionalService::GetServerResponse);
}

Result<std::unique_ptr<BidirectionalService::Exchange>> BidirectionalService::GetServerResponse(const rpc::Call&) {
  return std::make_unique<Echo>();
}

ServerStreamingService::ServerStreamingService(rpc::Pipeline& pipeline)
    : Service("server_streaming.ServerStreaming", pipeline, Contract::kForEverybody) {
  ServerStreaming("GetServerResponse", this, &ServerStreamingService::GetServerResponse);
}

Result<std::unique_ptr<ServerStreamingService::Source>> ServerStreamingService::GetServerResponse(
    const rpc::Call&, const server_streaming::Message& request) {
  return std::make_unique<LineSource>(request.message());
}

ClientStreamingService::ClientStreamingService(rpc::Pipeline& pipeline)
    : Service("client_streaming.ClientStreaming", pipeline, Contract::kForEverybody) {
  ClientStreaming("GetServerResponse", this, &ClientStreamingService::GetServerResponse);
}

Result<std::unique_ptr<ClientStreamingService::Sink>> ClientStreamingService::GetServerResponse(const rpc::Call&) {
  return std::make_unique<Counter>();
}

}  // namespace octavo::hello
