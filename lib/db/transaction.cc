#include <fmt/format.h>

#include <cmath>

#include "lib/base/quoted.h"
#include "lib/db/database.h"
#include "lib/db/sql_text.h"

namespace octavo::db {
namespace {

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

std::vector<Row> Transaction::Query(std::string_view sql, std::span<const Value> parameters) { return Run(sql, parameters).rows; }

std::optional<Row> Transaction::QueryOne(std::string_view sql, std::span<const Value> parameters) {
  std::vector<Row> rows = Run(sql, parameters).rows;
  if (rows.empty()) return std::nullopt;
  if (rows.size() > 1) {
    throw Error(fmt::format("{} rows where there should be one, from: {}", rows.size(), ForMessage(sql)));
  }
  return std::move(rows.front());
}

Row Transaction::QueryTheOne(std::string_view sql, std::span<const Value> parameters) {
  std::optional<Row> row = QueryOne(sql, parameters);
  if (!row) throw Damaged(fmt::format("no row where there is always one, from: {}", ForMessage(sql)));
  return *std::move(row);
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
