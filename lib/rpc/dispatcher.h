// Dispatcher: a fixed number of threads and a bounded queue in front of them. A handler that may block (a database, another
// service) runs here and never on gRPC's own threads. Free of gRPC, so that it runs under ThreadSanitizer.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace octavo::rpc {

class Dispatcher {
 public:
  struct Options {
    std::size_t threads = 16;
    // Waiting calls beyond those running: 256 x about 16 KB of request = 4 MB.
    std::size_t queue_max = 256;
  };
  using Task = std::function<void()>;

  explicit Dispatcher(Options options);
  // As Stop().
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Runs `task` on one of the threads soon. False, without running it, when the queue is full or Stop() was called.
  [[nodiscard]] bool Submit(Task task);
  // As Submit, but passes over the bound: for the next step of a stream that was admitted before. At most one step per
  // open stream waits, so that the number of streams is the bound. False only after Stop().
  [[nodiscard]] bool SubmitNextStep(Task task);

  // Runs what is waiting, then ends the threads. Repeating it does nothing.
  void Stop();

  std::size_t waiting() const;

 private:
  bool Enqueue(Task task, bool bounded);
  void Work();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Task> queue_;  // Guarded by mutex_.
  bool stopping_ = false;   // Guarded by mutex_.
  std::vector<std::thread> threads_;
};

}  // namespace octavo::rpc
