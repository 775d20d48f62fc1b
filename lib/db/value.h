// Value: one parameter or one column: NULL, a 64-bit integer, a double, UTF-8 text or bytes. Owns what it
// holds.
//
//     transaction.Execute(kInsert, book.id.value(), book.title, book.subtitle /* optional */, clock.Now());
//
// Made implicitly from the types that stores use. A bool becomes 0 or 1, a Timestamp its microseconds since 1970 in UTC, an empty
// optional a NULL that knows its type (PostgreSQL needs it).
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "lib/base/clock.h"

namespace octavo::db {

// Bytes, as opposed to text.
struct Blob {
  std::string bytes;

  bool operator==(const Blob&) const = default;
};

// An integer that fits an int64; convert a std::uint64_t first, where its range is known.
template <typename T>
concept FitsInt64 = std::integral<T> &&(std::signed_integral<T> || sizeof(T) < sizeof(std::int64_t));

class Value {
 public:
  enum class Type { kUnknown, kInt, kReal, kText, kBlob };

  Value() = default;                  // NULL of unknown type.
  Value(std::nullopt_t) : Value() {}  // NOLINT: all of these are implicit by design
  template <FitsInt64 T>
  Value(T number) : type_(Type::kInt), data_(static_cast<std::int64_t>(number)) {}  // NOLINT
  Value(double number) : type_(Type::kReal), data_(number) {}                       // NOLINT
  Value(std::string text) : type_(Type::kText), data_(std::move(text)) {}           // NOLINT
  Value(std::string_view text) : type_(Type::kText), data_(std::string(text)) {}    // NOLINT
  Value(const char* text) : type_(Type::kText), data_(std::string(text)) {}         // NOLINT
  Value(Blob bytes) : type_(Type::kBlob), data_(std::move(bytes)) {}                // NOLINT
  Value(Timestamp time) : type_(Type::kInt), data_(ToMicros(time)) {}               // NOLINT
  template <typename T>
  requires std::constructible_from<Value, T> Value(const std::optional<T>& maybe)
      : Value(maybe ? Value(*maybe) : Null(Value(T()).type())) {}  // NOLINT

  static Value Null(Type type) {
    Value null;
    null.type_ = type;
    return null;
  }

  bool is_null() const { return data_.index() == 0; }
  Type type() const { return type_; }

  // The content, or null when it is NULL or of another type.
  const std::int64_t* AsInt() const { return std::get_if<std::int64_t>(&data_); }
  const double* AsReal() const { return std::get_if<double>(&data_); }
  const std::string* AsText() const { return std::get_if<std::string>(&data_); }
  const Blob* AsBlob() const { return std::get_if<Blob>(&data_); }

  // Same content; a NULL equals a NULL, whatever its type (unlike SQL).
  bool operator==(const Value& other) const { return data_ == other.data_; }

 private:
  Type type_ = Type::kUnknown;
  std::variant<std::monostate, std::int64_t, double, std::string, Blob> data_;
};

// "NULL", "12", "2.5", "4 bytes of text", "3 bytes": for errors; texts may be secret and are not shown.
std::string ToString(const Value& value);

}  // namespace octavo::db
