#include "lib/base/thread_pool.h"

#include <utility>

#include "lib/base/check.h"

namespace octavo {

ThreadPool::ThreadPool(Options options) : options_(options) {
  CHECK(options_.threads > 0);
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Run(); });
}

ThreadPool::~ThreadPool() { Stop(); }

bool ThreadPool::Submit(Task task) { return Enqueue(std::move(task), /*bounded=*/true); }

bool ThreadPool::SubmitNextStep(Task task) { return Enqueue(std::move(task), /*bounded=*/false); }

bool ThreadPool::Enqueue(Task task, bool bounded) {
  {
    const MutexLock lock(mutex_);
    if (stopping_ || (bounded && queue_.size() >= options_.queue_max)) return false;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void ThreadPool::Stop() {
  std::deque<Task> dropped;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    if (options_.at_stop == AtStop::kDropWaiting) dropped.swap(queue_);
  }
  changed_.notify_all();
  dropped.clear();  // Outside the lock: a task may own what locks this pool.
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t ThreadPool::waiting() const {
  const MutexLock lock(mutex_);
  return queue_.size();
}

void ThreadPool::Run() {
  while (true) {
    Task task;
    {
      MutexLock lock(mutex_);
      changed_.wait(lock, [this]() OCTAVO_REQUIRES(mutex_) { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace octavo
