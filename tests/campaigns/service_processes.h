// ServiceProcesses: the services that sell, each a process with its own program, port and store below one folder. They end
// together with the thread that started them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/runtime/module.h"

namespace octavo::campaigns {

class ServiceProcesses final : public runtime::Peers {
 public:
  struct Options {
    std::filesystem::path programs;  // The folder of octavo-cart and the others.
    std::filesystem::path data_dir;  // Also gets what the programs print, as <service>.log.
    // Not empty: octavo-broken with this variant takes the place of octavo-transactions.
    std::string broken_variant = {};
  };

  // Starts all of them. This and all calls that change something belong to one thread.
  explicit ServiceProcesses(Options options);
  // Kills all that run.
  ~ServiceProcesses() override;

  static const std::vector<std::string>& services();

  // SIGKILL; returns once the process is gone.
  void Kill(const std::string& service);
  void Start(const std::string& service);
  // Names a process that has ended without being killed; empty: none.
  std::string FindDead();

  // Thread-safe.
  std::shared_ptr<grpc::Channel> To(const std::string& service) const override;

 private:
  struct Process {
    int port = 0;
    int reserved = -1;  // A socket that keeps our port reserved.
    pid_t pid = -1;     // -1: not running.
    std::shared_ptr<grpc::Channel> channel;
  };

  std::vector<std::string> CommandOf(const std::string& service) const;

  const Options options_;
  std::map<std::string, Process> processes_;
};

}  // namespace octavo::campaigns
