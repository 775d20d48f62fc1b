// Log: events with fields, one line each, on standard error.
//
//     log.Info("import_done", {{"source", source}, {"rows", rows}});
//     → time=2026-01-05T12:00:00.000000Z level=info event=import_done source=demo rows=480
//
// Lines are written by a thread of their own; when its queue (8,192 lines) is full the caller waits, so that no line is
// lost. Values are escaped; a Secret does not compile as a value. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "lib/base/clock.h"

namespace octavo::obs {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

struct Field {
  template <typename T>
  requires std::is_arithmetic_v<T> Field(std::string_view key, T value) : key(key), value(Number(value)), is_number(true) {}
  Field(std::string_view key, std::string_view value) : key(key), value(value) {}
  Field(std::string_view key, const char* value) : key(key), value(value) {}
  Field(std::string_view key, const std::string& value) : key(key), value(value) {}

  std::string key;
  std::string value;
  bool is_number = false;

 private:
  template <typename T>
  static std::string Number(T value) {
    if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
    return std::to_string(value);
  }
};

// Where finished lines go; a test gives its own.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(Level level, const std::string& line) = 0;  // Without a line end. Thread-safe.
};

class Log {
 public:
  using Fields = std::initializer_list<Field>;

  // `clock` must outlive the log.
  Log(const Clock& clock, Level least, LogFormat format, std::unique_ptr<LogSink> sink);
  // To standard error, asynchronously.
  static std::unique_ptr<Log> ToStandardError(const Clock& clock, Level least, LogFormat format);
  // Nowhere; for tests.
  static std::unique_ptr<Log> Silent(const Clock& clock);
  ~Log();

  void Debug(std::string_view event, Fields fields = {}) { Write(Level::kDebug, event, fields); }
  void Info(std::string_view event, Fields fields = {}) { Write(Level::kInfo, event, fields); }
  void Warn(std::string_view event, Fields fields = {}) { Write(Level::kWarn, event, fields); }
  void Error(std::string_view event, Fields fields = {}) { Write(Level::kError, event, fields); }

 private:
  void Write(Level level, std::string_view event, Fields fields);

  const Clock& clock_;
  const Level least_;
  const LogFormat format_;
  const std::unique_ptr<LogSink> sink_;
};

}  // namespace octavo::obs
