#include "lib/testing/postgres_cluster.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace octavo {
namespace {

constexpr const char* kBinaries = "/usr/lib/postgresql/15/bin";  // Where Debian 12's package puts them.
constexpr int kStartTries = 600;                                 // x 50 ms = 30 s, for a busy machine.
constexpr int kStartPauseMs = 50;

[[noreturn]] void Refuse(const std::string& why) {
  std::fprintf(stderr, "PostgreSQL for tests: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

// PostgreSQL refuses to run as root.
const passwd* OtherUser() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  if (user == nullptr) Refuse("runs as root, and there is no user postgres or nobody");
  return user;
}

// Starts a program of PostgreSQL with its output in `log`; it is killed when the calling thread ends.
pid_t Start(const std::vector<std::string>& command, const passwd* user, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  // Between fork and exec: nothing but system calls.
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (out < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0) _exit(126);
  if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // After setuid, which forgets it.
  execv(arguments[0], arguments.data());
  _exit(127);
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool Accepts(const std::string& url) { return PQping(url.c_str()) == PQPING_OK; }

}  // namespace

PostgresCluster::PostgresCluster() {
  const std::string folder = folder_.path().string();
  const std::string data = folder + "/data";
  const std::string log = folder + "/log";
  const std::string initdb = std::string(kBinaries) + "/initdb";
  if (access(initdb.c_str(), X_OK) != 0) {
    Refuse(initdb + " is missing: install postgresql-15, or set OCTAVO_TEST_POSTGRES_URL");
  }
  const passwd* user = OtherUser();
  if (user != nullptr && chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) Refuse("cannot chown " + folder);

  const pid_t init = Start({initdb, "--pgdata=" + data, "--auth=trust", "--username=octavo", "--encoding=UTF8",
                            "--locale=C.UTF-8", "--lc-collate=C", "--no-sync", "--no-instructions"},
                           user, log);
  int status = 0;
  if (init < 0 || waitpid(init, &status, 0) != init || status != 0) Refuse("initdb failed:\n" + Contents(log));

  server_ = Start({std::string(kBinaries) + "/postgres", "-D", data, "-c", "listen_addresses=", "-c",
                   "unix_socket_directories=" + folder, "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                   "synchronous_commit=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB"},
                  user, log);
  url_ = "postgresql://octavo@/postgres?host=" + folder;
  for (int i = 0; i < kStartTries; ++i) {
    if (Accepts(url_)) return;
    if (server_ < 0 || waitpid(server_, &status, WNOHANG) != 0) break;
    poll(nullptr, 0, kStartPauseMs);
  }
  Refuse("the server did not start:\n" + Contents(log));
}

PostgresCluster::~PostgresCluster() {
  kill(server_, SIGQUIT);  // At once; nobody wants its data.
  waitpid(server_, nullptr, 0);
}

}  // namespace octavo
