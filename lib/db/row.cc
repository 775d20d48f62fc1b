#include <fmt/format.h>

#include "lib/db/database.h"

namespace octavo::db {
namespace {

[[noreturn]] void Refuse(std::size_t column, const char* wanted, const Value& value) {
  throw Damaged(fmt::format("column {} is {}, not {}", column, ToString(value), wanted));
}

}  // namespace

const Value& Row::operator[](std::size_t column) const {
  if (column >= values_.size()) {
    throw Error(fmt::format("column {} was asked for of a row of {}", column, values_.size()));
  }
  return values_[column];
}

bool Row::IsNull(std::size_t column) const { return (*this)[column].is_null(); }

std::int64_t Row::Int(std::size_t column) const {
  const Value& value = (*this)[column];
  if (const std::int64_t* number = value.AsInt()) return *number;
  Refuse(column, "an integer", value);
}

std::int64_t Row::Within(std::size_t column, std::int64_t first, std::int64_t last) const {
  const std::int64_t number = Int(column);
  if (number < first || number > last) {
    throw Damaged(fmt::format("column {} is {}, not from {} to {}", column, number, first, last));
  }
  return number;
}

Money Row::MoneyAt(std::size_t minor_column, std::size_t currency_column) const {
  const Result<Currency> currency = Currency::Parse(Text(currency_column));
  if (!currency.ok()) throw Damaged(fmt::format("column {}: {}", currency_column, currency.error().message));
  return Money(Int(minor_column), *currency);
}

double Row::Real(std::size_t column) const {
  const Value& value = (*this)[column];
  if (const double* number = value.AsReal()) return *number;
  if (const std::int64_t* number = value.AsInt()) return static_cast<double>(*number);
  Refuse(column, "a number", value);
}

const std::string& Row::Text(std::size_t column) const {
  const Value& value = (*this)[column];
  if (const std::string* text = value.AsText()) return *text;
  Refuse(column, "text", value);
}

const std::string& Row::Blob(std::size_t column) const {
  const Value& value = (*this)[column];
  if (const db::Blob* blob = value.AsBlob()) return blob->bytes;
  Refuse(column, "bytes", value);
}

std::optional<std::int64_t> Row::OptionalInt(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Int(column);
}

std::optional<double> Row::OptionalReal(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Real(column);
}

std::optional<std::string> Row::OptionalText(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

std::optional<std::string> Row::OptionalBlob(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Blob(column);
}

std::optional<Timestamp> Row::OptionalTime(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Time(column);
}

std::string ToString(const Value& value) {
  if (const std::int64_t* number = value.AsInt()) return std::to_string(*number);
  if (const double* number = value.AsReal()) return fmt::format("{}", *number);
  if (const std::string* text = value.AsText()) return fmt::format("{} bytes of text", text->size());
  if (const Blob* blob = value.AsBlob()) return fmt::format("{} bytes", blob->bytes.size());
  return "NULL";
}

}  // namespace octavo::db
