// Ledger: what an audit has checked, equation by equation, and what it found. A plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/base/violation.h"

namespace octavo::audit {

// Under way at the moment of the audit.
struct InFlight {
  std::string subject;
  std::string what;
  std::chrono::microseconds age{0};
};

class Ledger {
 public:
  // So many instances of the equation were checked.
  void Count(const std::string& equation, std::int64_t instances = 1) { lines_[equation].checked += instances; }
  // Its equation has the name of what it is of in front: "shop.orders_are_sold".
  void Add(Violation violation);
  // As Add, of each: the equations of a service get its name in front.
  void AddOf(const std::string& service, std::vector<Violation> violations);
  // There may be more violations of the equation than those that were found.
  void Bound(const std::string& equation) { lines_[equation].bounded = true; }
  void Add(InFlight in_flight) { in_flight_.push_back(std::move(in_flight)); }
  // How much there was to look at: "orders 120".
  void Note(const std::string& what, std::int64_t count) { notes_[what] += count; }

  bool clean() const { return violations_.empty(); }
  std::int64_t checked(const std::string& equation) const;
  const std::vector<Violation>& violations() const { return violations_; }
  const std::vector<InFlight>& in_flight() const { return in_flight_; }
  std::int64_t noted(const std::string& what) const;

  // For people: a line per equation, then what is under way, then the findings, the last line says how it ended.
  std::string Text() const;

 private:
  struct Line {
    std::int64_t checked = 0;
    std::int64_t violations = 0;
    bool bounded = false;
  };

  std::map<std::string, Line> lines_;
  std::map<std::string, std::int64_t> notes_;
  std::vector<Violation> violations_;
  std::vector<InFlight> in_flight_;
};

}  // namespace octavo::audit
