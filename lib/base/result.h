// Result<T>: a value or an Error. TRY unwraps one or returns the error to the caller.
//
//     Result<Order> PlaceOrder(const Cart& cart) {
//       const Reservation reservation = TRY(inventory_.Reserve(cart));
//       return Order{cart, reservation};
//     }
//
// Asking a failed Result for its value, or a good one for its error, is a bug (CHECK). For several answers, FirstError gives the
// error of the first one that failed:
//
//     if (const Error* error = FirstError(shipping, collection)) return ErrorPage(*error);
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "lib/base/check.h"
#include "lib/base/error.h"

namespace octavo {

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design
  template <typename U>
  requires(std::is_constructible_v<T, U&&>&& std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error> && !std::is_same_v<std::remove_cvref_t<U>, T>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T& value() & {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const& {
    CHECK(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    CHECK(!ok());
    return std::get<1>(std::move(state_));
  }

 private:
  std::variant<T, Error> state_;
};

// Result<void>, called Status: done, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { CHECK(ok()); }
  const Error& error() const& {
    CHECK(!ok());
    return *error_;
  }
  Error&& error() && {
    CHECK(!ok());
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

// The error of the first of these that failed; null if none did. It points into that result.
template <typename... Results>
const Error* FirstError(const Results&... results) {
  const Error* first = nullptr;
  ((first == nullptr && !results.ok() ? void(first = &results.error()) : void()), ...);
  return first;
}

}  // namespace octavo

// The value of a Result expression, or `return` of its error from the enclosing function. It is a GNU statement expression, which
// both of Debian's compilers have. A Status gives no value: `TRY(Check(x));`.
#define TRY(...)                                   \
  __extension__({                                  \
    auto octavo_try_result = (__VA_ARGS__);        \
    if (!octavo_try_result.ok()) [[unlikely]]      \
      return std::move(octavo_try_result).error(); \
    std::move(octavo_try_result).value();          \
  })
