// Chance: choices that look random but are pure functions of who asks and of the day, so that an answer can be repeated.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/clock.h"

namespace octavo::recommendations {

// 64 well-mixed bits of the text; the same on every machine and in every version, because experiments depend on it.
// FNV-1a (Fowler, Noll, Vo), then the finisher of splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t StableHash(std::string_view text, std::uint64_t salt = 0);

// Days since 1970, UTC.
std::int64_t DayOf(Timestamp time);

// What varies shelves from day to day, and between those who ask.
std::uint64_t DailySeed(std::uint64_t who, std::int64_t day);

// Which of two models answers a reader: the same one for as long as the share stays; when it grows, readers only move
// to the challenger, and when it shrinks only from it.
enum class Arm : std::uint8_t { kLive, kChallenger };
Arm ArmOf(std::string_view reader, double challenger_share);

}  // namespace octavo::recommendations
