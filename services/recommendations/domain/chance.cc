#include "services/recommendations/domain/chance.h"

#include "lib/base/fingerprint.h"

#include <chrono>

namespace octavo::recommendations {
namespace {

constexpr std::uint64_t kExperimentSalt = 0x4f637461766f4142;  // "OctavoAB": apart from the daily seeds.

std::uint64_t Finish(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

std::uint64_t StableHash(std::string_view text, std::uint64_t salt) { return Finish(Fingerprint(text, kFingerprintSeed ^ salt)); }

std::int64_t DayOf(Timestamp time) { return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count(); }

std::uint64_t DailySeed(std::uint64_t who, std::int64_t day) {
  return Finish(who ^ static_cast<std::uint64_t>(day) * 0x9E3779B97F4A7C15);
}

Arm ArmOf(std::string_view reader, double challenger_share) {
  const double place = static_cast<double>(StableHash(reader, kExperimentSalt) >> 11) * 0x1p-53;
  return place < challenger_share ? Arm::kChallenger : Arm::kLive;
}

}  // namespace octavo::recommendations
