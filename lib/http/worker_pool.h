// WorkerPool: a fixed number of threads and a bounded queue. What does not fit is refused at once, so that a
// crowd gets a quick "busy" instead of a long wait. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace octavo::http {

class WorkerPool {
 public:
  WorkerPool(int thread_count, std::size_t queue_max);
  // Stop().
  ~WorkerPool();

  // Queues `task`, which must not throw. False, with the task destroyed, when the queue is full or the pool
  // stopped.
  [[nodiscard]] bool Submit(std::function<void()> task);

  // Waits for the tasks that run and throws away those that wait. Repeating it is harmless.
  void Stop();

 private:
  void Work();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;  // Guarded by mutex_.
  bool stopped_ = false;                     // Guarded by mutex_.
  std::vector<std::thread> threads_;
};

}  // namespace octavo::http
