// Module: one service of the shop, ready to run. Its configuration, its stores, its gRPC adapters, its background work.
// The same Module runs alone (octavo-catalog) or with all the others (octavo); main.h starts either.
//
// The life of a module, all on the main thread:
//   Configure → Open → (the gRPC server starts; calls are refused as STARTING) → Start → calls are taken → Close → Stop.
#pragma once

#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/calendar/time_zone.h"
#include "lib/identity/tokens.h"
#include "lib/names/page_tokens.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"
#include "lib/rpc/client.h"
#include "lib/rpc/pipeline.h"
#include "lib/rpc/service.h"
#include "lib/runtime/options.h"

namespace octavo::runtime {

class StoreChecks;

// The world as a module sees it. Everything outlives the module.
struct Environment {
  std::filesystem::path data_dir;  // Exists; a module keeps its files in `data_dir / name`.
  const Clock& clock;
  Random& random;
  obs::Log& log;
  obs::Metrics& metrics;
  const obs::Tracer& tracer;
  const names::PageTokens& page_tokens;  // Of the shop: every process and replica has the same keys.
  Currency currency = Currency::Eur();   // The shop's one currency.
  TimeZone time_zone = TimeZone::Utc();  // The shop's one time zone.
  bool insecure = false;                 // The owner says that something else keeps strangers from network addresses.
  StoreChecks* store_checks = nullptr;   // Null: files are looked at when they are opened, and not again.
  // Who calls the services. Null: nobody shows it, and everybody may call everything; for tests.
  identity::Tokens* tokens = nullptr;
  // As whom the module calls others. The shop sets it for each module that it opens, if there are tokens.
  const identity::Workload* workload = nullptr;

  rpc::Telemetry telemetry() const { return {log, metrics, tracer, clock, workload}; }
};

// The other services. In one process that is gRPC's in-process channel; else the address in --peers.<service>.
class Peers {
 public:
  virtual ~Peers() = default;
  // `service` is the module's name ("catalog"). Always gives a channel; a peer that is down answers UNAVAILABLE.
  virtual std::shared_ptr<grpc::Channel> To(const std::string& service) const = 0;
};

class Module {
 public:
  virtual ~Module() = default;

  // "catalog": the prefix of its options, its folder, its name for Peers.
  virtual std::string name() const = 0;
  // Which modules Start asks Peers for.
  virtual std::vector<std::string> peers() const { return {}; }
  virtual void Configure(Options::Group options) { (void)options; }
  // Opens the stores and makes the services. An error ends the program with its message.
  virtual Status Open(const Environment& environment) = 0;
  // What the module serves. Stays its own; valid from Open to the end.
  virtual std::vector<rpc::Service*> services() { return {}; }
  // Connects to the peers and begins background work; then lets calls in.
  virtual Status Start(const Peers& peers) = 0;
  // Takes no more calls; ends open streams and background work. gRPC's server still runs.
  virtual void Close() = 0;
  // Closes the stores. No call is running any more.
  virtual void Stop() {}
};

}  // namespace octavo::runtime
