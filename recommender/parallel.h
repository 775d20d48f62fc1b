// ParallelFor: splits [0, count) into blocks and works them off on `threads` threads, the calling one among
// them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace octavo::recommender {

// Calls work(thread, begin, end) for every block of at most `block` indices; `thread` is in [0, threads). Which
// thread gets which block is random, so results must depend on the index alone. An exception thrown by work ends the
// program.
template <typename Work>
void ParallelFor(std::size_t count, std::size_t block, int threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&](int thread) noexcept {
    while (true) {
      const std::size_t begin = next.fetch_add(block);
      if (begin >= count) return;
      work(thread, begin, std::min(count, begin + block));
    }
  };
  std::vector<std::jthread> others;
  for (int thread = 1; thread < threads && static_cast<std::size_t>(thread) * block < count; ++thread) {
    others.emplace_back(run, thread);
  }
  run(0);
}

}  // namespace octavo::recommender
