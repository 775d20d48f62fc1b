#include "tests/campaigns/service_processes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/rpc/channel.h"

namespace octavo::campaigns {
namespace {

const std::map<std::string, std::vector<std::string>>& PeersOf() {
  static const std::map<std::string, std::vector<std::string>> peers = {
      {"cart", {"catalog", "inventory", "transactions"}},
      {"catalog", {"cart", "inventory", "promotions", "transactions"}},
      {"inventory", {}},
      {"payments", {"transactions"}},
      {"promotions", {"catalog", "transactions"}},
      {"transactions", {"catalog", "promotions", "inventory", "payments"}},
  };
  return peers;
}

// A port that nobody else gets, though a process of ours may come and go on it: the socket is bound and never listens.
struct Port {
  int socket;
  int number;
};

Port ReservePort() {
  const int reserved = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(reserved >= 0);
  const int on = 1;
  CHECK(setsockopt(reserved, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(bind(reserved, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(getsockname(reserved, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return {reserved, ntohs(address.sin_port)};
}

// Between fork and exec, so only what is safe there.
[[noreturn]] void Become(const std::vector<char*>& arguments, const char* log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

const std::vector<std::string>& ServiceProcesses::services() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [service, peers] : PeersOf()) all.push_back(service);
    return all;
  }();
  return names;
}

ServiceProcesses::ServiceProcesses(Options options) : options_(std::move(options)) {
  for (const std::string& service : services()) {
    const Port port = ReservePort();
    processes_[service] = {.port = port.number,
                           .reserved = port.socket,
                           .channel = rpc::Connect({.target = fmt::format("127.0.0.1:{}", port.number)})};
  }
  for (const std::string& service : services()) Start(service);
}

ServiceProcesses::~ServiceProcesses() {
  for (const std::string& service : services()) {
    if (processes_[service].pid > 0) Kill(service);
    close(processes_[service].reserved);
  }
}

std::vector<std::string> ServiceProcesses::CommandOf(const std::string& service) const {
  const bool broken = service == "transactions" && !options_.broken_variant.empty();
  std::vector<std::string> command{options_.programs / (broken ? "octavo-broken" : "octavo-" + service)};
  if (broken) command.insert(command.end(), {options_.broken_variant, service});
  command.push_back(fmt::format("--listen=127.0.0.1:{}", processes_.at(service).port));
  command.push_back("--data-dir=" + options_.data_dir.string());
  command.push_back("--log-level=warn");
  for (const std::string& peer : PeersOf().at(service)) {
    command.push_back(fmt::format("--peers.{}=127.0.0.1:{}", peer, processes_.at(peer).port));
  }
  return command;
}

void ServiceProcesses::Start(const std::string& service) {
  CHECK(processes_.at(service).pid == -1);
  std::vector<std::string> command = CommandOf(service);
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const std::string log = options_.data_dir / (service + ".log");
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) Become(arguments, log.c_str());
  processes_.at(service).pid = pid;
}

void ServiceProcesses::Kill(const std::string& service) {
  pid_t& pid = processes_.at(service).pid;
  CHECK(pid > 0);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  pid = -1;
}

std::string ServiceProcesses::FindDead() {
  for (auto& [service, process] : processes_) {
    if (process.pid <= 0 || waitpid(process.pid, nullptr, WNOHANG) != process.pid) continue;
    process.pid = -1;
    return service;
  }
  return "";
}

std::shared_ptr<grpc::Channel> ServiceProcesses::To(const std::string& service) const { return processes_.at(service).channel; }

}  // namespace octavo::campaigns
