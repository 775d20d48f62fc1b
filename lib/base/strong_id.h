// StrongId<Tag, Value>: an identifier that is never mixed up with another kind, nor with "just a string".
//
//     using BookId = StrongId<struct BookIdTag, std::int64_t>;
//     BookId id{12};   id.value();   // Explicit both ways.
//
// Ordered, hashable, as cheap as its Value.
#pragma once

#include <compare>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace octavo {

template <typename Tag, typename Value = std::string>
class StrongId {
 public:
  using value_type = Value;

  StrongId() = default;
  explicit StrongId(Value value) : value_(std::move(value)) {}

  const Value& value() const { return value_; }
  auto operator<=>(const StrongId&) const = default;

  friend std::ostream& operator<<(std::ostream& out, const StrongId& id) { return out << id.value_; }

 private:
  Value value_{};
};

}  // namespace octavo

template <typename Tag, typename Value>
struct std::hash<octavo::StrongId<Tag, Value>> {
  std::size_t operator()(const octavo::StrongId<Tag, Value>& id) const noexcept { return std::hash<Value>{}(id.value()); }
};
