// Pause: the one way to wait on purpose, between two attempts of the same thing. Never to wait for something: that has a
// condition.
#pragma once

#include <chrono>
#include <thread>

namespace octavo {

inline void Pause(std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); }

}  // namespace octavo
