#include <fmt/format.h>

#include <cmath>

#include "lib/db/database.h"
#include "lib/db/sql_text.h"

namespace octavo::db {
namespace {

// The bytes of the character that starts with `first` (RFC 3629), or 0 if none does.
std::size_t CharacterLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

// Whether the second byte excludes forms that are too long, surrogates, and what lies above U+10FFFF.
bool SecondByteFits(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xe0: return second >= 0xa0;
    case 0xed: return second <= 0x9f;
    case 0xf0: return second >= 0x90;
    case 0xf4: return second <= 0x8f;
    default: return true;
  }
}

bool IsStorableText(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = CharacterLength(first);
    if (first == 0 || length == 0 || at + length > text.size()) return false;
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xc0) != 0x80 || (i == 1 && !SecondByteFits(first, next))) return false;
    }
    at += length;
  }
  return true;
}

void CheckStorable(std::span<const Value> parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string* text = parameters[i].AsText();
    if (text != nullptr && !IsStorableText(*text)) {
      throw Error(fmt::format("${} is not UTF-8 text without NUL", i + 1));
    }
    const double* number = parameters[i].AsReal();
    if (number != nullptr && std::isnan(*number)) throw Error(fmt::format("${} is not a number", i + 1));
  }
}

}  // namespace

template <typename Fn>
Answer Transaction::Guard(const Fn& run) {
  if (lost_) throw Error("the transaction is lost, because an earlier statement failed");
  try {
    return run();
  } catch (...) {
    lost_ = std::current_exception();
    throw;
  }
}

Answer Transaction::Run(std::string_view sql, std::span<const Value> parameters) {
  return Guard([&] {
    CheckStorable(parameters);
    return RunStatement(sql, parameters);
  });
}

std::vector<Row> Transaction::Query(std::string_view sql, std::span<const Value> parameters) {
  return Run(sql, parameters).rows;
}

std::optional<Row> Transaction::QueryOne(std::string_view sql, std::span<const Value> parameters) {
  std::vector<Row> rows = Run(sql, parameters).rows;
  if (rows.empty()) return std::nullopt;
  if (rows.size() > 1) {
    throw Error(fmt::format("{} rows where there should be one, from: {}", rows.size(), ForMessage(sql)));
  }
  return std::move(rows.front());
}

std::int64_t Transaction::Execute(std::string_view sql, std::span<const Value> parameters) {
  return Run(sql, parameters).changed;
}

std::vector<std::exception_ptr> Database::RunWriteEach(std::span<const Body> bodies) {
  std::vector<std::exception_ptr> thrown(bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    try {
      RunWrite(bodies[i]);
    } catch (...) {
      thrown[i] = std::current_exception();
    }
  }
  return thrown;
}

void Transaction::Script(std::string_view sql) {
  Guard([&] {
    RunScript(sql);
    return Answer{};
  });
}

}  // namespace octavo::db
