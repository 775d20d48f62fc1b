// Calls one unary method at a fixed rate, whatever the answers (an open loop): calls begin by the clock and not when an answer
// comes, and a call's time is counted from when it should have begun, so that a server that is slow does not slow down its own
// test ("coordinated omission", https://www.scylladb.com/2021/04/22/on-coordinated-omission/).
//
//     overload_load ADDRESS METHOD REQUEST RATE SECONDS SERVER_PID
//
// REQUEST is the request as JSON. Calls have a deadline of one second from when they should have begun. Prints one line of JSON:
// good answers a second, their p50 and p99 in ms, how many calls a second were refused, ran into their deadline or failed
// otherwise, the server's CPU in µs a call that came, and its largest memory in MB.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "octavo/recommendations/v1/recommendations.pb.h"
#include "octavo/transactions/v1/transactions.pb.h"

namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

constexpr auto kDeadline = 1s;
constexpr std::size_t kConnections = 8;  // As replicas of the marketplace would have.

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "overload_load: %s\n", message.c_str());
  std::exit(2);
}

double Number(const std::string& text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number <= 0) Fail("\"" + text + "\" is no number above 0");
  return number;
}

grpc::ByteBuffer RequestOf(const std::string& method, const std::string& json) {
  // So that their descriptors are linked in.
  (void)octavo::catalog::v1::Book::descriptor();
  (void)octavo::recommendations::v1::Model::descriptor();
  (void)octavo::transactions::v1::Order::descriptor();
  const std::size_t slash = method.rfind('/');
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(method.substr(1, slash - 1));
  const auto* described = service == nullptr ? nullptr : service->FindMethodByName(method.substr(slash + 1));
  if (described == nullptr) Fail("there is no method " + method);
  const std::unique_ptr<google::protobuf::Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(described->input_type())->New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
  if (!parsed.ok()) Fail("REQUEST: " + parsed.ToString());
  const grpc::Slice slice(request->SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

std::string FieldOf(const std::string& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return line.substr(name.size());
  }
  Fail(file + " has no " + name);
}

double MemoryMegabytes(const std::string& pid) {
  const std::string text = FieldOf("/proc/" + pid + "/status", "VmHWM:");  // "   12345 kB".
  const std::size_t begin = text.find_first_not_of(" \t");
  return Number(text.substr(begin, text.find(' ', begin) - begin)) / 1024;
}

double CpuSeconds(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  long utime = 0;
  long stime = 0;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos ||
      std::sscanf(text.c_str() + name_end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &utime, &stime) != 2) {
    Fail("there is no process " + pid);
  }
  return static_cast<double>(utime + stime) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

class Load {
 public:
  Load(const std::string& address, std::string method, grpc::ByteBuffer request)
      : method_(std::move(method)), request_(std::move(request)) {
    for (std::size_t i = 0; i < kConnections; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("overload.connection", static_cast<int>(i));  // Else they would share one.
      stubs_.push_back(
          std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  void Run(double rate, double seconds, const std::string& pid) {
    const auto interval = std::chrono::duration<double>(1 / rate);
    const auto count = static_cast<std::size_t>(rate * seconds);
    good_ms_.reserve(count);
    const Time begin = clock_.MonotonicNow();
    const double cpu = CpuSeconds(pid);
    for (std::size_t i = 0; i < count; ++i) {
      const Time due = begin + std::chrono::duration_cast<Time::duration>(interval * i);
      WaitUntil(due);
      Send(*stubs_[i % stubs_.size()], due);
    }
    const double took = std::chrono::duration<double>(clock_.MonotonicNow() - begin).count();
    const double spent = CpuSeconds(pid) - cpu;
    {
      std::unique_lock lock(mutex_);
      ended_.wait(lock, [this] { return open_ == 0; });
    }
    Print(took, static_cast<double>(count), spent, MemoryMegabytes(pid));
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
    Time due;
  };

  void WaitUntil(Time due) {
    std::unique_lock lock(mutex_);
    paced_.wait_until(lock, due, [] { return false; });
  }

  void Send(grpc::GenericStub& stub, Time due) {
    auto call = std::make_shared<Call>();
    call->due = due;
    const auto left = due + kDeadline - clock_.MonotonicNow();
    call->context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(clock_.Now() + left));
    {
      const std::lock_guard lock(mutex_);
      ++open_;
    }
    stub.UnaryCall(&call->context, method_, grpc::StubOptions(), &request_, &call->response,
                   [this, call](const grpc::Status& status) { Ended(*call, status); });
  }

  void Ended(const Call& call, const grpc::Status& status) {
    const double ms = std::chrono::duration<double, std::milli>(clock_.MonotonicNow() - call.due).count();
    const std::lock_guard lock(mutex_);
    if (status.ok() && ms <= std::chrono::duration<double, std::milli>(kDeadline).count()) {
      good_ms_.push_back(ms);
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++refused_;
    } else if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED || status.ok()) {
      ++late_;
    } else {
      ++failed_;
      if (failed_ == 1) std::fprintf(stderr, "%d %s\n", status.error_code(), status.error_message().c_str());
    }
    if (--open_ == 0) ended_.notify_all();
  }

  void Print(double seconds, double count, double cpu, double memory) {
    std::sort(good_ms_.begin(), good_ms_.end());
    const auto at = [this](double share) {
      return good_ms_.empty() ? 0.0 : good_ms_[static_cast<std::size_t>(share * static_cast<double>(good_ms_.size() - 1))];
    };
    std::printf(
        "{\"sent\": %.0f, \"good\": %.0f, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"refused\": %.0f, \"late\": %.0f, "
        "\"failed\": %.0f, \"cpu_us\": %.0f, \"memory_mb\": %.0f}\n",
        count / seconds, static_cast<double>(good_ms_.size()) / seconds, at(0.5), at(0.99), refused_ / seconds, late_ / seconds,
        failed_ / seconds, cpu / count * 1e6, memory);
  }

  const octavo::SystemClock clock_;
  const std::string method_;
  const grpc::ByteBuffer request_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::mutex mutex_;
  std::condition_variable paced_;  // Nobody notifies it.
  std::condition_variable ended_;
  long open_ = 0;  // Guarded by mutex_, as all below.
  std::vector<double> good_ms_;
  double refused_ = 0;
  double late_ = 0;
  double failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) Fail("usage: overload_load ADDRESS METHOD REQUEST RATE SECONDS SERVER_PID");
  Load load(argv[1], argv[2], RequestOf(argv[2], argv[3]));
  load.Run(Number(argv[4]), Number(argv[5]), argv[6]);
  return 0;
}
