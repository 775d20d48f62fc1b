// Violation: where an audit found that an equation does not hold; and EquationChecker, which collects those of one subject. What
// `octavo audit` and each service's audit.h speak of.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace octavo {

struct Violation {
  std::string equation;  // "on_hand_is_ledger": a name from the list on top of the audit that found it.
  std::string subject;   // What it is about, "books/7"; empty: the store as a whole. With the equation it says which one this is.
  std::string message;   // Names both sides.

  bool operator==(const Violation&) const = default;
};

class EquationChecker {
 public:
  explicit EquationChecker(std::string subject) : subject_(std::move(subject)) {}

  // `otherwise` is the message of the violation.
  void Hold(const char* equation, bool holds, const std::string& otherwise) {
    if (!holds) violations_.push_back({equation, subject_, otherwise});
  }
  void Equal(const char* equation, const std::string& left_name, std::int64_t left, const std::string& right_name,
             std::int64_t right) {
    Hold(equation, left == right, left_name + " is " + std::to_string(left) + ", " + right_name + " is " + std::to_string(right));
  }
  std::vector<Violation> Take() { return std::move(violations_); }

 private:
  const std::string subject_;
  std::vector<Violation> violations_;
};

}  // namespace octavo
