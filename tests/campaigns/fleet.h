// Fleet: the services that sell as processes of their own, each with its program, port and store below one folder. They end
// with the thread that started them, whatever happens to it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/runtime/module.h"

namespace octavo::campaigns {

class Fleet final : public runtime::Peers {
 public:
  struct Options {
    std::filesystem::path programs;  // The folder of octavo-cart and the others.
    std::filesystem::path data_dir;  // Also gets what the programs print, as <service>.log.
    // Not empty: octavo-broken with this variant takes the place of octavo-transactions.
    std::string broken_variant = {};
  };

  // Starts all. On one thread, as all verbs that change it.
  explicit Fleet(Options options);
  // Kills all that run.
  ~Fleet() override;

  static const std::vector<std::string>& services();

  // SIGKILL; returns once the process is gone.
  void Kill(const std::string& service);
  void Start(const std::string& service);
  // Whether a process ended that nobody has killed; names it.
  std::string FindDead();

  // Thread-safe.
  std::shared_ptr<grpc::Channel> To(const std::string& service) const override;

 private:
  struct Process {
    int port = 0;
    int reserved = -1;  // The socket that keeps the port ours.
    pid_t pid = -1;     // -1: not running.
    std::shared_ptr<grpc::Channel> channel;
  };

  std::vector<std::string> CommandOf(const std::string& service) const;

  const Options options_;
  std::map<std::string, Process> processes_;
};

}  // namespace octavo::campaigns
