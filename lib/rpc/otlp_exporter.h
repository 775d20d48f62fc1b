// OtlpExporter: sends finished spans to an OpenTelemetry collector, OTLP over gRPC, in batches, from a thread of its own.
// Export never waits: when the queue is full (the collector is slow or away) spans are dropped and counted.
// Thread-safe. The destructor sends what is left, for at most a second.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/obs/trace.h"

namespace octavo::rpc {

class OtlpExporter final : public obs::SpanExporter {
 public:
  // `service_name` is what the collector shows: "octavo-catalog".
  OtlpExporter(const std::shared_ptr<grpc::Channel>& channel, std::string service_name);
  ~OtlpExporter() override;

  void Export(obs::Span span) override;
  std::int64_t dropped_count() const { return dropped_; }

 private:
  void Work();
  bool Send(std::vector<obs::Span> spans);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string service_name_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<obs::Span> queue_;  // Guarded by mutex_.
  bool stopping_ = false;         // Guarded by mutex_.
  std::atomic<std::int64_t> dropped_ = 0;
  std::thread thread_;
};

}  // namespace octavo::rpc
