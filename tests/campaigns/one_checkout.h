// OneCheckout: a shop, one reader, and a fault at one exact call of the disk. Running it for call 1, 2, 3 … until the fault
// no longer happens covers every point there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/testing/fake_disk.h"
#include "lib/testing/temp_dir.h"
#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {

// What the reader does while the fault may happen.
enum class Story {
  kBuys,           // Fills a cart and orders; the campaign gives a book free.
  kIsDeclined,     // The same with a card that is declined.
  kCancels,        // Orders, cancels, and what is owed is paid back.
  kStartsAndStops  // Nobody buys: the shop starts and stops.
};
inline constexpr Story kStories[] = {Story::kBuys, Story::kIsDeclined, Story::kCancels, Story::kStartsAndStops};

// What comes after.
struct Aftermath {
  bool power_loss = false;     // What was not synced is lost, too.
  bool reader_returns = true;  // With the same key; else recovery is alone.
};
inline constexpr Aftermath kAftermaths[] = {{false, true}, {false, false}, {true, true}, {true, false}};

struct Point {
  Story story = Story::kBuys;
  FakeDisk::Fault fault = FakeDisk::Fault::kKill;
  std::int64_t at = 1;
  Aftermath aftermath;
};
std::string ToString(const Point& point);

struct Outcome {
  bool happened = false;        // Else the story has fewer calls.
  bool ended = false;           // The process has.
  std::vector<Error> refusals;  // What the reader was told while it lasted, if the process did not end.
  std::vector<std::string> violations;
};

class OneCheckout {
 public:
  OneCheckout();

  // A shop with this flaw, from its first day.
  Outcome Run(const Point& point, const Flaw& flaw);

 private:
  Outcome Suffer(const Point& point, const SmallShop::World& world);
  void Mend(const Point& point, const SmallShop::World& world, Outcome& outcome);
  void LookAround(SmallShop& shop, Outcome& outcome);

  const TempDir temp_;
  const std::string folder_ = temp_.path().string();
  FakeDisk disk_;
  FakeDisk::Image furnished_;
  std::vector<Purchase> purchases_;
  std::uint64_t runs_ = 0;
};

}  // namespace octavo::campaigns
