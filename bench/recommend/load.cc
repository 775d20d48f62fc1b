// Calls one unary method of the published contract's request as fast as it answers, with a fixed number of calls under way.
//
//     recommend_load ADDRESS METHOD OUTSTANDING SECONDS USER_MIN USER_MAX SERVER_PID
//
// Prints one line: calls, failures, calls a second, p50 and p99 in µs, and the server's CPU µs a call (its process' time).
// Requests are prepared beforehand and answers are not parsed, so that the client's share of the two cores stays small.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "recommendations.pb.h"

namespace {

using octavo::SeededRandom;
using octavo::SystemClock;
using Time = std::chrono::steady_clock::time_point;

constexpr int kRequests = 4096;  // Different ones, used in turn.
constexpr std::chrono::seconds kWarmUp{1};

std::vector<grpc::ByteBuffer> Requests(int user_min, int user_max) {
  SeededRandom random(2);
  std::vector<grpc::ByteBuffer> requests;
  for (int i = 0; i < kRequests; ++i) {
    RecommendationRequest request;
    request.set_user_id(user_min + static_cast<int>(random.Below(static_cast<std::uint64_t>(user_max - user_min + 1))));
    request.set_category(static_cast<BookCategory>(random.Below(3)));
    request.set_max_results(10);
    const grpc::Slice slice(request.SerializeAsString());
    requests.emplace_back(&slice, 1);
  }
  return requests;
}

// Processor time of another process, in seconds; a clock tick is 10 ms.
double CpuSeconds(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  long utime = 0;
  long stime = 0;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos ||
      std::sscanf(text.c_str() + name_end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &utime, &stime) != 2) {
    std::fprintf(stderr, "recommend_load: there is no process %s\n", pid.c_str());
    std::exit(1);
  }
  return static_cast<double>(utime + stime) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

class Load {
 public:
  Load(const std::string& address, std::string method, std::vector<grpc::ByteBuffer> requests)
      : method_(std::move(method)),
        requests_(std::move(requests)),
        stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  void Run(int outstanding, std::chrono::milliseconds time, const std::string& pid) {
    slots_.resize(static_cast<std::size_t>(outstanding));
    const Time begin = clock_.MonotonicNow();
    measure_from_ = begin + kWarmUp;
    measure_until_ = measure_from_ + time;
    running_ = outstanding;
    for (Slot& slot : slots_) Next(slot);
    std::unique_lock lock(mutex_);
    done_.wait_until(lock, measure_from_, [this] { return running_ == 0; });
    const double cpu_before = CpuSeconds(pid);
    done_.wait_until(lock, measure_until_, [this] { return running_ == 0; });
    const double cpu = CpuSeconds(pid) - cpu_before;
    done_.wait(lock, [this] { return running_ == 0; });
    Print(std::chrono::duration<double>(time).count(), cpu);
  }

 private:
  struct Slot {
    std::optional<grpc::ClientContext> context;
    grpc::ByteBuffer response;
    Time started;
    std::vector<float> latencies_us;
  };

  void Next(Slot& slot) {
    slot.context.emplace();
    slot.response.Clear();
    slot.started = clock_.MonotonicNow();
    const auto& request = requests_[next_.fetch_add(1, std::memory_order_relaxed) % requests_.size()];
    stub_.UnaryCall(&*slot.context, method_, grpc::StubOptions(), &request, &slot.response,
                    [this, &slot](const grpc::Status& status) { Answered(slot, status); });
  }

  void Answered(Slot& slot, const grpc::Status& status) {
    const Time now = clock_.MonotonicNow();
    if (now >= measure_until_) {
      const std::lock_guard lock(mutex_);
      if (--running_ == 0) done_.notify_all();
      return;
    }
    if (now >= measure_from_) {
      slot.latencies_us.push_back(std::chrono::duration<float, std::micro>(now - slot.started).count());
      if (!status.ok()) failures_.fetch_add(1, std::memory_order_relaxed);
    }
    Next(slot);
  }

  void Print(double seconds, double cpu) {
    std::vector<float> all;
    for (const Slot& slot : slots_) all.insert(all.end(), slot.latencies_us.begin(), slot.latencies_us.end());
    if (all.empty()) {
      std::fprintf(stderr, "recommend_load: no answers from %s\n", method_.c_str());
      std::exit(1);
    }
    std::sort(all.begin(), all.end());
    const auto calls = static_cast<double>(all.size());
    std::printf("%zu %ld %.0f %.0f %.0f %.2f\n", all.size(), failures_.load(), calls / seconds, all[all.size() / 2],
                all[all.size() * 99 / 100], cpu * 1e6 / calls);
  }

  const SystemClock clock_;
  const std::string method_;
  const std::vector<grpc::ByteBuffer> requests_;
  grpc::GenericStub stub_;
  std::deque<Slot> slots_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<long> failures_ = 0;
  Time measure_from_;
  Time measure_until_;
  std::mutex mutex_;
  std::condition_variable done_;
  int running_ = 0;  // Guarded by mutex_.
};

}  // namespace

namespace {

// The whole text as a number; ends the program when it is none.
template <typename Number>
Number Parse(const std::string& text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) {
    std::fprintf(stderr, "recommend_load: \"%s\" is no number\n", text.c_str());
    std::exit(2);
  }
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: recommend_load ADDRESS METHOD OUTSTANDING SECONDS USER_MIN USER_MAX SERVER_PID\n");
    return 2;
  }
  Load load(argv[1], argv[2], Requests(Parse<int>(argv[5]), Parse<int>(argv[6])));
  load.Run(Parse<int>(argv[3]), std::chrono::milliseconds(static_cast<int>(1000 * Parse<double>(argv[4]))), argv[7]);
  return 0;
}
