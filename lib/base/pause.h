// Pause: the only way to wait on purpose, between two attempts of the same thing. To wait for an event use a
// condition.
#pragma once

#include <chrono>
#include <thread>

namespace octavo {

inline void Pause(std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); }

}  // namespace octavo
