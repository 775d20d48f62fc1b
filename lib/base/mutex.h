// Mutex, MutexLock, ConditionVariable: std's, with what Clang's thread-safety analysis needs to know. A member says
// OCTAVO_GUARDED_BY(mutex_), a function that wants the lock held OCTAVO_REQUIRES(mutex_), and a build with Clang (the presets
// `fuzz` and `tidy`) refuses code that forgets the lock. Other compilers see nothing of it.
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
//
//     MutexLock lock(mutex_);
//     changed_.wait(lock, [this]() OCTAVO_REQUIRES(mutex_) { return stopping_ || !queue_.empty(); });
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#if defined(__clang__)
#define OCTAVO_THREAD_SAFETY(x) __attribute__((x))
#else
#define OCTAVO_THREAD_SAFETY(x)
#endif
#define OCTAVO_GUARDED_BY(mutex) OCTAVO_THREAD_SAFETY(guarded_by(mutex))
#define OCTAVO_REQUIRES(mutex) OCTAVO_THREAD_SAFETY(requires_capability(mutex))
#define OCTAVO_EXCLUDES(mutex) OCTAVO_THREAD_SAFETY(locks_excluded(mutex))

namespace octavo {

class OCTAVO_THREAD_SAFETY(capability("mutex")) Mutex {
 public:
  void lock() OCTAVO_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() OCTAVO_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a mutex from its construction to its end, but between unlock() and lock(). std::condition_variable_any takes it too.
class OCTAVO_THREAD_SAFETY(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) OCTAVO_THREAD_SAFETY(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~MutexLock() OCTAVO_THREAD_SAFETY(release_capability()) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() OCTAVO_THREAD_SAFETY(acquire_capability()) { lock_.lock(); }
  void unlock() OCTAVO_THREAD_SAFETY(release_capability()) { lock_.unlock(); }

 private:
  friend class ConditionVariable;
  std::unique_lock<std::mutex> lock_;
};

// As std::condition_variable, for a MutexLock. Waits that a stop token ends want std::condition_variable_any.
class ConditionVariable {
 public:
  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }
  template <class Predicate>
  void wait(MutexLock& lock, Predicate predicate) {
    changed_.wait(lock.lock_, std::move(predicate));
  }
  template <class Duration, class Predicate>
  bool wait_for(MutexLock& lock, const Duration& duration, Predicate predicate) {
    return changed_.wait_for(lock.lock_, duration, std::move(predicate));
  }

 private:
  std::condition_variable changed_;
};

}  // namespace octavo
