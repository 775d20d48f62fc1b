#include "lib/obs/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdio>

namespace octavo::obs {
namespace {

constexpr std::size_t kQueueLines = 8192;  // x about 200 bytes = 1.6 MB at the most.

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
  }
  return "error";
}

// What lib/names/security_log.h writes. It has a level of its own, which is always logged.
constexpr std::string_view kSecurityPrefix = "security_";

// JSON's string escapes (RFC 8259, section 7), which logfmt readers understand too.
void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f) return true;
  }
  return false;
}

void AppendLogfmt(std::string& line, std::string_view key, std::string_view value) {
  if (!line.empty()) line += ' ';
  line.append(key) += '=';
  if (NeedsQuotes(value)) {
    AppendQuoted(line, value);
  } else {
    line += value;
  }
}

void AppendJson(std::string& line, std::string_view key, std::string_view value, bool is_number) {
  line += line.empty() ? "{" : ",";
  AppendQuoted(line, key);
  line += ':';
  if (is_number) {
    line += value;
  } else {
    AppendQuoted(line, value);
  }
}

class StandardErrorSink final : public LogSink {
 public:
  StandardErrorSink()
      : threads_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>("octavo", std::make_shared<spdlog::sinks::stderr_sink_mt>(), threads_,
                                                       spdlog::async_overflow_policy::block)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
  }

  void Write(Level, const std::string& line) override { logger_->log(spdlog::level::info, "{}", line); }

 private:
  const std::shared_ptr<spdlog::details::thread_pool> threads_;
  const std::shared_ptr<spdlog::async_logger> logger_;
};

class NoSink final : public LogSink {
 public:
  void Write(Level, const std::string&) override {}
};

}  // namespace

Log::Log(const Clock& clock, Level least, LogFormat format, std::unique_ptr<LogSink> sink)
    : clock_(clock), least_(least), format_(format), sink_(std::move(sink)) {}

Log::~Log() = default;

std::unique_ptr<Log> Log::ToStandardError(const Clock& clock, Level least, LogFormat format) {
  return std::make_unique<Log>(clock, least, format, std::make_unique<StandardErrorSink>());
}

std::unique_ptr<Log> Log::Silent(const Clock& clock) {
  return std::make_unique<Log>(clock, Level::kError, LogFormat::kLogfmt, std::make_unique<NoSink>());
}

void Log::Write(Level level, std::string_view event, Fields fields) {
  const bool is_security = event.starts_with(kSecurityPrefix);
  if (level < least_ && !is_security) return;
  const std::string_view level_name = is_security ? "security" : LevelName(level);
  std::string line;
  const std::string time = ToString(clock_.Now());
  if (format_ == LogFormat::kLogfmt) {
    AppendLogfmt(line, "time", time);
    AppendLogfmt(line, "level", level_name);
    AppendLogfmt(line, "event", event);
    for (const Field& field : fields) AppendLogfmt(line, field.key, field.value);
  } else {
    AppendJson(line, "time", time, /*is_number=*/false);
    AppendJson(line, "level", level_name, /*is_number=*/false);
    AppendJson(line, "event", event, /*is_number=*/false);
    for (const Field& field : fields) AppendJson(line, field.key, field.value, field.is_number);
    line += '}';
  }
  sink_->Write(level, line);
}

}  // namespace octavo::obs
