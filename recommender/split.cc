#include "recommender/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"

namespace octavo::recommender {
namespace {

constexpr double kTwoTo53 = 9007199254740992.0;

double Uniform(SeededRandom& random) { return static_cast<double>(random.Next() >> 11) / kTwoTo53; }

// For each interaction, in the order of readers and their books, whether it is held back.
std::vector<char> DrawRandom(const Interactions& all, const SplitOptions& options) {
  std::vector<char> held(all.size(), 0);
  SeededRandom random(options.seed);
  std::size_t begin = 0;
  std::vector<std::size_t> order;
  for (UserIndex user = 0; user < all.users().size(); ++user) {
    const std::size_t count = all.ItemsOf(user).size();
    const auto wanted = static_cast<std::size_t>(options.share * static_cast<double>(count) + Uniform(random));
    const std::size_t taken = count == 0 ? 0 : std::min(wanted, count - 1);
    order.resize(count);
    std::iota(order.begin(), order.end(), begin);
    for (std::size_t i = 0; i < taken; ++i) {
      std::swap(order[i], order[i + random.Below(count - i)]);
      held[order[i]] = 1;
    }
    begin += count;
  }
  return held;
}

std::vector<char> TakeLatest(const Interactions& all, const SplitOptions& options) {
  std::vector<std::int64_t> times;
  for (UserIndex user = 0; user < all.users().size(); ++user) {
    const auto of_user = all.TimesOf(user);
    times.insert(times.end(), of_user.begin(), of_user.end());
  }
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  std::vector<char> held(times.size(), 0);
  const auto first = static_cast<std::size_t>((1 - options.share) * static_cast<double>(order.size()));
  for (std::size_t i = first; i < order.size(); ++i) held[order[i]] = 1;
  return held;
}

std::vector<char> TakeLastOfEach(const Interactions& all) {
  std::vector<char> held(all.size(), 0);
  std::size_t begin = 0;
  for (UserIndex user = 0; user < all.users().size(); ++user) {
    const auto times = all.TimesOf(user);
    if (times.size() >= 2) {
      // Of equal times the last book by number.
      const auto latest = std::max_element(times.rbegin(), times.rend());
      held[begin + static_cast<std::size_t>(times.rend() - latest) - 1] = 1;
    }
    begin += times.size();
  }
  return held;
}

Interactions Part(const Interactions& all, const std::vector<char>& held, bool wanted) {
  InteractionsBuilder builder(all.users(), all.items());
  std::size_t at = 0;
  for (UserIndex user = 0; user < all.users().size(); ++user) {
    const auto items = all.ItemsOf(user);
    for (std::size_t i = 0; i < items.size(); ++i, ++at) {
      if ((held[at] != 0) == wanted) {
        builder.Add(user, items[i], all.WeightsOf(user)[i], all.timed() ? std::optional(all.TimesOf(user)[i]) : std::nullopt);
      }
    }
  }
  return builder.Build();
}

}  // namespace

Result<SplitMode> ParseSplitMode(std::string_view name) {
  if (name == "random") return SplitMode::kRandom;
  if (name == "temporal") return SplitMode::kTemporal;
  if (name == "leave-last-out") return SplitMode::kLeaveLastOut;
  return Error{Code::kInvalidArgument, "BAD_SPLIT",
               "split \"" + std::string(name) + "\" must be random, temporal or leave-last-out"};
}

Result<Split> SplitInteractions(const Interactions& all, const SplitOptions& options) {
  if (options.mode != SplitMode::kRandom && !all.timed()) {
    return Error{Code::kInvalidArgument, "NO_TIMESTAMPS", "this split needs a timestamp column"};
  }
  const std::vector<char> held = options.mode == SplitMode::kRandom     ? DrawRandom(all, options)
                                 : options.mode == SplitMode::kTemporal ? TakeLatest(all, options)
                                                                        : TakeLastOfEach(all);
  Split split{Part(all, held, false), Part(all, held, true)};
  if (split.held_out.size() == 0 || split.train.size() == 0) {
    return Error{Code::kInvalidArgument, "NOTHING_HELD_OUT", "no interaction can be held back: no reader has more than one book"};
  }
  return split;
}

}  // namespace octavo::recommender
