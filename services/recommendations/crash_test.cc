// octavo-recommendations as a process of its own that is killed, without warning, while events stream in: whatever it had
// acknowledged is there afterwards, once, and positions have no gap.
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/db/database.h"
#include "lib/identity/tool.h"
#include "lib/rpc/credentials.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/wait_until.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "services/recommendations/sql_store.h"

namespace octavo::recommendations {
namespace {

namespace v1 = octavo::recommendations::v1;

constexpr int kEventsPerStream = 20;
constexpr int kStreamsAtOnce = 4;

// The service as a process; killed when this goes.
class Process {
 public:
  explicit Process(const std::string& data_dir) {
    const char* const folder = std::getenv("OCTAVO_TEST_BINARY_DIR");
    CHECK(folder != nullptr);  // ctest sets it.
    std::vector<std::string> arguments = {std::string(folder) + "/octavo-recommendations", "--listen=127.0.0.1:0",
                                          "--data-dir=" + data_dir, "--log-format=logfmt"};
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    CHECK(posix_spawn_file_actions_init(&actions) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO) == 0);
    CHECK(posix_spawn(&pid_, arguments[0].c_str(), &actions, nullptr, pointers.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }
  ~Process() {
    Kill();
    close(output_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The port it says that it serves on; 0 if it ends before.
  int WaitForPort() {
    std::string seen;
    char byte = 0;
    while (read(output_, &byte, 1) == 1) {
      seen += byte;
      const std::size_t at = seen.find(" port=");
      if (byte == '\n' && at != std::string::npos) return std::stoi(seen.substr(at + 6));
    }
    ADD_FAILURE() << seen;
    return 0;
  }
  void Kill() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

// Streams events until the server is gone; gives the ids of those it acknowledged.
std::set<std::string> StreamUntilGone(const std::string& address, const identity::Workload& owner, const std::string& prefix,
                                      std::atomic<int>& acknowledged) {
  const auto stub = v1::RecommendationsService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  std::set<std::string> ids;
  for (int stream = 0;; ++stream) {
    grpc::ClientContext context;
    rpc::AddCredentials(context, &owner, nullptr);
    context.set_wait_for_ready(stream == 0);
    v1::RecordEventsResponse response;
    const auto writer = stub->RecordEvents(&context, &response);
    std::vector<std::string> sent;
    for (int i = 0; i < kEventsPerStream; ++i) {
      sent.push_back(prefix + std::to_string(stream) + "-" + std::to_string(i));
      v1::RecordEventsRequest request;
      request.mutable_event()->set_event_id(sent.back());
      request.mutable_event()->set_reader("readers/" + prefix);
      request.mutable_event()->set_book("books/" + std::to_string(1 + i));
      request.mutable_event()->set_type(v1::EVENT_TYPE_VIEW);
      writer->Write(request);
    }
    writer->WritesDone();
    if (!writer->Finish().ok()) return ids;
    EXPECT_EQ(response.recorded_count(), kEventsPerStream);
    ids.insert(sent.begin(), sent.end());
    acknowledged += kEventsPerStream;
  }
}

TEST(CrashTest, AKilledProcessLosesNoAcknowledgedEvent) {
  const std::uint64_t seed = SystemRandom().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  const TempDir dir;
  std::set<std::string> acknowledged;
  for (int round = 0; round < 4; ++round) {
    Process process(dir.path().string());
    const int port = process.WaitForPort();
    ASSERT_NE(port, 0);
    const identity::Workload owner = identity::WorkloadOfTool({.data_dir = dir.path()}, SystemClock());
    std::atomic<int> count = 0;
    std::vector<std::set<std::string>> ids(kStreamsAtOnce);
    std::vector<std::thread> threads;
    for (int i = 0; i < kStreamsAtOnce; ++i) {
      threads.emplace_back([&, i] {
        ids[static_cast<std::size_t>(i)] = StreamUntilGone("127.0.0.1:" + std::to_string(port), owner,
                                                           "r" + std::to_string(round) + "." + std::to_string(i) + ".", count);
      });
    }
    const int enough = 200 + static_cast<int>(random.Below(2000));
    EXPECT_TRUE(WaitUntil([&] { return count >= enough; }));
    process.Kill();
    for (std::thread& thread : threads) thread.join();
    for (const auto& some : ids) acknowledged.insert(some.begin(), some.end());
  }

  const std::unique_ptr<db::Database> database =
      db::Open({.url = "sqlite:" + (dir / "recommendations" / "events.db").string()}, random);
  SqlStore store(*database);
  const std::vector<StoredEvent> events = store.EventsAfter(0, 1'000'000, Impressions::kWith);
  std::set<std::string> stored;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].position, static_cast<std::int64_t>(i) + 1);
    EXPECT_TRUE(stored.insert(events[i].event.id).second) << events[i].event.id;
  }
  EXPECT_GE(acknowledged.size(), 800U);
  for (const std::string& id : acknowledged) EXPECT_TRUE(stored.contains(id)) << id;
}

}  // namespace
}  // namespace octavo::recommendations
