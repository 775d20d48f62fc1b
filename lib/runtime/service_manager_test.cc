#include "lib/runtime/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "lib/testing/temp_dir.h"

namespace octavo::runtime {
namespace {

using namespace std::chrono_literals;

// What systemd is to a program: a socket that hears datagrams.
class Manager {
 public:
  explicit Manager(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Manager() { close(socket_); }
  std::string Heard() {
    std::array<char, 256> buffer{};
    const ssize_t size = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  const int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST(ServiceManagerTest, HearsWhatItIsTold) {
  const TempDir folder;
  const std::string path = folder.path() / "notify";
  Manager systemd(path);
  const ServiceManager manager(path, 2s);

  EXPECT_TRUE(manager.Tell("READY=1"));
  EXPECT_TRUE(manager.Tell("WATCHDOG=1"));

  EXPECT_EQ(systemd.Heard(), "READY=1");
  EXPECT_EQ(systemd.Heard(), "WATCHDOG=1");
  EXPECT_EQ(systemd.Heard(), "");
  EXPECT_EQ(manager.watchdog(), 2s);
}

TEST(ServiceManagerTest, NobodyWhoListensIsNoFault) {
  const TempDir folder;
  EXPECT_FALSE(ServiceManager("", std::nullopt).Tell("READY=1"));
  EXPECT_FALSE(ServiceManager(folder.path() / "nobody", std::nullopt).Tell("READY=1"));
  EXPECT_FALSE(ServiceManager(std::string(200, 'x'), std::nullopt).Tell("READY=1")) << "longer than any address";
}

TEST(ServiceManagerTest, TheEnvironmentSaysWhereAndHowOften) {
  setenv("NOTIFY_SOCKET", "@octavo-test", 1);
  for (const auto& [text, interval] : std::initializer_list<std::pair<const char*, std::optional<std::chrono::microseconds>>>{
           {"30000000", 30s}, {"0", std::nullopt}, {"soon", std::nullopt}, {"12s", std::nullopt}, {"-5", std::nullopt}}) {
    setenv("WATCHDOG_USEC", text, 1);
    EXPECT_EQ(ServiceManager::FromEnvironment().watchdog(), interval) << text;
  }
  unsetenv("WATCHDOG_USEC");
  unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(ServiceManager::FromEnvironment().watchdog(), std::nullopt);
  EXPECT_FALSE(ServiceManager::FromEnvironment().Tell("READY=1"));
}

}  // namespace
}  // namespace octavo::runtime
