// Main: a program around modules. Reads the options, starts the shop, waits for SIGINT or SIGTERM, stops it gracefully.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/runtime/module.h"

namespace octavo::runtime {

struct Program {
  std::string name;   // "octavo-catalog".
  std::string about;  // One sentence for --help.
  // Where gRPC listens unless --listen says otherwise. DefaultAddress() for a module alone.
  std::string listen = "127.0.0.1:50051";
  // Where Prometheus finds /metrics unless --metrics-listen says otherwise; 9464 is OpenTelemetry's customary port.
  std::string metrics_listen = "";
};

// Runs until told to stop. Exit codes: 0 stopped as asked; 1 could not start (one clear line on standard error);
// 2 the command line or the environment is wrong.
int Main(const Program& program, const std::vector<std::string>& arguments, std::vector<std::unique_ptr<Module>> modules);

// Where a module listens when it runs alone, and where its peers look for it: 127.0.0.1, one port each.
std::string DefaultAddress(const std::string& module);

}  // namespace octavo::runtime
