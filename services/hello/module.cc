#include "services/hello/module.h"

namespace octavo::hello {

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration)
    : pipeline(environment.telemetry(), {.threads = static_cast<std::size_t>(configuration.threads),
                                         .queue_max = static_cast<std::size_t>(configuration.queue_max)}) {}

void Module::Configure(runtime::Options::Group options) {
  options.Add("threads", &configuration_.threads, "Threads that handle the messages of streams.");
  options.Add("queue_max", &configuration_.queue_max, "Calls that may wait for a thread; more are refused.");
}

Status Module::Open(const runtime::Environment& environment) {
  if (configuration_.threads < 1) return InvalidField("--hello.threads", "must be at least 1");
  serving_ = std::make_unique<Serving>(environment, configuration_);
  return Ok();
}

std::vector<rpc::Service*> Module::services() {
  return {&serving_->unary, &serving_->bidirectional, &serving_->server_streaming, &serving_->client_streaming};
}

Status Module::Start(const runtime::Peers&) {
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() { serving_->pipeline.Close(); }

}  // namespace octavo::hello
