// Degradable: what a module is in addition when the shop sells without it. It opens and starts whatever happens to its store,
// tries again by itself, and says here whether it can work at the moment: the shop's health has it.
#pragma once

namespace octavo::runtime {

class Degradable {
 public:
  virtual ~Degradable() = default;
  // From the end of Start on. Thread-safe, quick.
  virtual bool can_work() const = 0;
};

}  // namespace octavo::runtime
