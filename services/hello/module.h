// The hello module: the four small published contracts behind one pipeline. It stores nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/runtime/module.h"
#include "services/hello/service.h"

namespace octavo::hello {

struct Configuration {
  // Streams take a thread only while a message is handled, which takes microseconds.
  std::int64_t threads = 2;
  // Calls that wait for a thread; more are refused. 256 x at most 4 MiB of request.
  std::int64_t queue_max = 256;
};

class Module final : public runtime::Module {
 public:
  std::string name() const override { return "hello"; }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override;
  Status Start(const runtime::Peers& peers) override;
  void Close() override;

 private:
  struct Serving {
    Serving(const runtime::Environment& environment, const Configuration& configuration);

    rpc::Pipeline pipeline;
    UnaryService unary{pipeline};
    BidirectionalService bidirectional{pipeline};
    ServerStreamingService server_streaming{pipeline};
    ClientStreamingService client_streaming{pipeline};
  };

  Configuration configuration_;
  std::unique_ptr<Serving> serving_;  // From Open on.
};

}  // namespace octavo::hello
