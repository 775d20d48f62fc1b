#include "apps/octavo/audit/ledger.h"

#include <fmt/format.h>

namespace octavo::audit {
namespace {

// More of a kind helps nobody who reads them.
constexpr std::size_t kInFlightShown = 20;
constexpr std::size_t kViolationsShown = 200;

double Milliseconds(std::chrono::microseconds age) { return static_cast<double>(age.count()) / 1000; }

}  // namespace

void Ledger::Add(Violation violation) {
  ++lines_[violation.equation].violations;
  violations_.push_back(std::move(violation));
}

void Ledger::AddOf(const std::string& service, std::vector<Violation> violations) {
  for (Violation& violation : violations) {
    violation.equation.insert(0, service + ".");
    Add(std::move(violation));
  }
}

std::int64_t Ledger::checked(const std::string& equation) const {
  const auto line = lines_.find(equation);
  return line == lines_.end() ? 0 : line->second.checked;
}

std::int64_t Ledger::noted(const std::string& what) const {
  const auto note = notes_.find(what);
  return note == notes_.end() ? 0 : note->second;
}

std::string Ledger::Text() const {
  std::string text;
  for (const auto& [what, count] : notes_) text += fmt::format("{:<44}{:>12}\n", what, count);
  text += fmt::format("\n{:<44}{:>12}{:>12}\n", "equation", "checked", "violations");
  std::int64_t checked = 0;
  bool bounded = false;
  for (const auto& [equation, line] : lines_) {
    const std::string violations = (line.bounded ? "at least " : "") + std::to_string(line.violations);
    text += fmt::format("{:<44}{:>12}{:>12}\n", equation, line.checked, violations);
    checked += line.checked;
    bounded = bounded || line.bounded;
  }
  text += fmt::format("\nunder way: {}\n", in_flight_.size());
  for (std::size_t i = 0; i < in_flight_.size() && i < kInFlightShown; ++i) {
    const InFlight& now = in_flight_[i];
    text += fmt::format("  {}: {}, for {:.1f} ms\n", now.subject, now.what, Milliseconds(now.age));
  }
  for (std::size_t i = 0; i < violations_.size() && i < kViolationsShown; ++i) {
    text += fmt::format("VIOLATION {} {}: {}\n", violations_[i].equation, violations_[i].subject, violations_[i].message);
  }
  const char* const at_least = bounded ? "at least " : "";
  if (violations_.size() > kViolationsShown)
    text += fmt::format("… and {}{} more\n", at_least, violations_.size() - kViolationsShown);
  if (clean()) return text + fmt::format("clean: {} instances of {} equations hold\n", checked, lines_.size());
  return text +
         fmt::format("{}{} violations in {} instances of {} equations\n", at_least, violations_.size(), checked, lines_.size());
}

}  // namespace octavo::audit
