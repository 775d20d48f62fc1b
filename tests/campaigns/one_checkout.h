// OneCheckout: a shop, one reader, and a fault at one exact call of the disk. Running it for call 1, 2, 3 … until the fault no
// longer happens covers every possible point.
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
enum class Scenario {
  kBuys,           // Fills a cart and orders; the campaign gives a book free.
  kIsDeclined,     // The same with a card that is declined.
  kCancels,        // Orders, cancels, and gets the money back.
  kStartsAndStops  // Nobody buys: the shop starts and stops.
};
inline constexpr Scenario kScenarios[] = {Scenario::kBuys, Scenario::kIsDeclined, Scenario::kCancels, Scenario::kStartsAndStops};

// What happens after the fault.
struct AfterFault {
  bool power_loss = false;     // Writes that were not synced are lost, too.
  bool reader_returns = true;  // With the same key; else only recovery works on the order.
};
inline constexpr AfterFault kAfterFaults[] = {{false, true}, {false, false}, {true, true}, {true, false}};

struct Point {
  Scenario scenario = Scenario::kBuys;
  FakeDisk::Fault fault = FakeDisk::Fault::kKill;
  std::int64_t at = 1;
  AfterFault after;
};
std::string ToString(const Point& point);

struct Outcome {
  bool happened = false;        // False: the scenario has fewer calls.
  bool ended = false;           // The process has ended.
  std::vector<Error> refusals;  // The errors that the reader got, if the process did not end.
  std::vector<std::string> violations;
};

class OneCheckout {
 public:
  OneCheckout();

  // Runs a shop that has this flaw from the start.
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
