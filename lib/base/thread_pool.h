// ThreadPool: a fixed number of threads with a bounded queue in front of them. What does not fit is refused at once, so that a
// crowd gets a quick "busy" instead of a long wait. RPC handlers that may block run on one (lib/rpc/pipeline.h), and pages
// (lib/http/server.h). Free of gRPC, so that it runs under ThreadSanitizer. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "lib/base/mutex.h"

namespace octavo {

class ThreadPool {
 public:
  // What becomes of the tasks that wait when the pool stops.
  enum class AtStop { kRunWaiting, kDropWaiting };
  struct Options {
    std::size_t threads = 16;
    std::size_t queue_max = 256;  // Tasks that wait, beside those that run: 256 x about 16 KB of request = 4 MB.
    AtStop at_stop = AtStop::kRunWaiting;
  };
  // Must not throw.
  using Task = std::function<void()>;

  explicit ThreadPool(Options options);
  // As Stop().
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Runs `task` on one of the threads soon. False, without running it, when the queue is full or Stop() was called.
  [[nodiscard]] bool Submit(Task task);
  // As Submit, but passes over the bound: for the next step of a stream that was admitted before. At most one step per
  // open stream waits, so that the number of streams is the bound. False only after Stop().
  [[nodiscard]] bool SubmitNextStep(Task task);

  // Waits for the tasks that run, and runs or drops those that wait; then the threads have ended. Repeating it does nothing.
  void Stop();

  std::size_t waiting() const;

 private:
  bool Enqueue(Task task, bool bounded);
  void Run();

  const Options options_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::deque<Task> queue_ OCTAVO_GUARDED_BY(mutex_);
  bool stopping_ OCTAVO_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace octavo
