// ProcessorCount: how many processors this process may run on, at least 1. As sched_getaffinity(2) says, which knows of taskset
// and of cpusets; std::thread::hardware_concurrency counts those of the whole machine.
#pragma once

#include <sched.h>

#include <algorithm>
#include <cstdint>

namespace octavo {

inline std::int64_t ProcessorCount() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return std::max(1, CPU_COUNT(&usable));
}

}  // namespace octavo
