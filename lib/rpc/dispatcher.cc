#include "lib/rpc/dispatcher.h"

#include "lib/base/check.h"

namespace octavo::rpc {

Dispatcher::Dispatcher(Options options) : options_(options) {
  CHECK(options_.threads > 0);
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Work(); });
}

Dispatcher::~Dispatcher() { Stop(); }

bool Dispatcher::Submit(Task task) { return Enqueue(std::move(task), /*bounded=*/true); }

bool Dispatcher::SubmitNextStep(Task task) { return Enqueue(std::move(task), /*bounded=*/false); }

bool Dispatcher::Enqueue(Task task, bool bounded) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || (bounded && queue_.size() >= options_.queue_max)) return false;
    queue_.push_back(std::move(task));
  }
  work_.notify_one();
  return true;
}

void Dispatcher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t Dispatcher::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Dispatcher::Work() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace octavo::rpc
