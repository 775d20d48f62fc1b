#include "lib/db/postgres_values.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace octavo::db {
namespace {

// From PostgreSQL's pg_type.dat; they never change.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;

Oid TypeOf(const Value& value) {
  switch (value.type()) {
    case Value::Type::kInt: return kInt8;
    case Value::Type::kReal: return kFloat8;
    case Value::Type::kText: return kText;
    case Value::Type::kBlob: return kBytea;
    case Value::Type::kUnknown: break;
  }
  return 0;  // The server works it out.
}

template <typename Number>
Number Parse(std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw Error(fmt::format("PostgreSQL: {} is out of range", text));
  }
  return number;
}

int HexDigit(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

// "\x00ff", PostgreSQL's only form since bytea_output = hex.
Blob ParseBytes(std::string_view text) {
  Blob blob;
  blob.bytes.reserve(text.size() / 2);
  for (std::size_t at = 2; at + 1 < text.size(); at += 2) {
    blob.bytes.push_back(static_cast<char>(HexDigit(text[at]) * 16 + HexDigit(text[at + 1])));
  }
  return blob;
}

Value ParseColumn(Oid type, std::string_view text) {
  switch (type) {
    case kBool: return Value(text == "t");
    case kInt2:
    case kInt4:
    case kInt8: return Value(Parse<std::int64_t>(text));
    case kFloat4:
    case kFloat8: return Value(Parse<double>(text));
    case kNumeric:
      if (text.find('.') == std::string_view::npos && text != "NaN") return Value(Parse<std::int64_t>(text));
      return Value(Parse<double>(text));
    case kBytea: return Value(ParseBytes(text));
    default: return Value(text);
  }
}

}  // namespace

PostgresParameters::PostgresParameters(std::span<const Value> parameters) {
  numbers_.reserve(parameters.size());  // Never moved: contents_ points into it.
  for (const Value& value : parameters) {
    const char* content = nullptr;
    std::size_t length = 0;
    bool binary = false;
    if (const std::int64_t* number = value.AsInt()) {
      content = numbers_.emplace_back(std::to_string(*number)).c_str();
    } else if (const double* real = value.AsReal()) {
      content = numbers_.emplace_back(fmt::format("{}", *real)).c_str();
    } else if (const std::string* text = value.AsText()) {
      content = text->c_str();
    } else if (const Blob* blob = value.AsBlob()) {
      content = blob->bytes.data();
      length = blob->bytes.size();
      binary = true;
    }
    types_.push_back(TypeOf(value));
    contents_.push_back(content);
    lengths_.push_back(static_cast<int>(length));  // Looked at for binary ones only.
    formats_.push_back(binary ? 1 : 0);
  }
}

Answer ReadAnswer(const PGresult* result) {
  Answer answer;
  const int rows = PQntuples(result);
  const int columns = PQnfields(result);
  answer.rows.reserve(static_cast<std::size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back();
        continue;
      }
      const auto length = static_cast<std::size_t>(PQgetlength(result, row, column));
      values.push_back(ParseColumn(PQftype(result, column), {PQgetvalue(result, row, column), length}));
    }
    answer.rows.emplace_back(std::move(values));
  }
  auto* mutable_result = const_cast<PGresult*>(result);  // libpq forgot two consts.
  const std::string_view command = PQcmdStatus(mutable_result);
  const std::string_view count = PQcmdTuples(mutable_result);
  if (!command.starts_with("SELECT") && !count.empty()) answer.changed = Parse<std::int64_t>(count);
  return answer;
}

}  // namespace octavo::db
