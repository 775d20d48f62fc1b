#include "lib/runtime/options.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "lib/base/check.h"

namespace octavo::runtime {
namespace {

Error Bad(const std::string& rule) { return Error{Code::kInvalidArgument, "BAD_OPTION", rule}; }

Error Unknown(const std::string& name, const std::string& hint) {
  return Error{Code::kInvalidArgument, "UNKNOWN_OPTION", "unknown option " + name + hint};
}

std::string EnvironmentName(const std::string& flag) {
  std::string name = "OCTAVO_";
  for (const char c : flag.substr(2)) {
    name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

Result<std::int64_t> ParseWhole(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return Bad("must be a whole number, 0 or more");
  return value;
}

Result<std::chrono::milliseconds> ParseDuration(const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit = text.substr(digits);
  const auto count = ParseWhole(text.substr(0, digits));
  if (count.ok()) {
    if (unit.empty() || unit == "ms") return std::chrono::milliseconds(*count);
    if (unit == "s") return std::chrono::milliseconds(*count * 1000);
    if (unit == "m") return std::chrono::milliseconds(*count * 60'000);
    if (unit == "h") return std::chrono::milliseconds(*count * 3'600'000);
  }
  return Bad("must be a duration like 300ms, 2s, 5m or 1h");
}

}  // namespace

void Options::Group::AddField(const std::string& name, bool is_flag, std::string shown_default, const std::string& help,
                              std::function<Status(const std::string&)> set) {
  const std::string flag = "--" + (prefix_.empty() ? "" : prefix_ + ".") + name;
  for (const Field& field : options_.fields_) CHECK(field.flag != flag);
  options_.fields_.push_back({flag, EnvironmentName(flag), is_flag, std::move(shown_default), help, std::move(set)});
}

void Options::Group::Add(const std::string& name, std::string* value, const std::string& help) {
  AddField(name, /*is_flag=*/false, *value, help, [value](const std::string& text) {
    *value = text;
    return Ok();
  });
}

void Options::Group::Add(const std::string& name, Secret* value, const std::string& help) {
  AddField(name, /*is_flag=*/false, "", help, [value](const std::string& text) {
    *value = Secret(text);
    return Ok();
  });
}

void Options::Group::Add(const std::string& name, std::int64_t* value, const std::string& help) {
  AddField(name, /*is_flag=*/false, std::to_string(*value), help, [value](const std::string& text) -> Status {
    *value = TRY(ParseWhole(text));
    return Ok();
  });
}

void Options::Group::Add(const std::string& name, bool* value, const std::string& help) {
  AddField(name, /*is_flag=*/true, *value ? "true" : "false", help, [value](const std::string& text) -> Status {
    if (text != "true" && text != "false") return Bad("must be true or false");
    *value = text == "true";
    return Ok();
  });
}

void Options::Group::Add(const std::string& name, double* value, const std::string& help) {
  std::string shown = std::to_string(*value);
  shown.erase(std::max(shown.find_last_not_of('0'), shown.find('.') + 1) + 1);
  AddField(name, /*is_flag=*/false, shown, help, [value](const std::string& text) -> Status {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc() || end != text.data() + text.size()) return Bad("must be a number");
    return Ok();
  });
}

void Options::Group::Add(const std::string& name, std::chrono::milliseconds* value, const std::string& help) {
  AddField(name, /*is_flag=*/false, std::to_string(value->count()) + "ms", help, [value](const std::string& text) -> Status {
    *value = TRY(ParseDuration(text));
    return Ok();
  });
}

Status Options::Set(const Field& field, const std::string& name, const std::string& value) {
  const Status set = field.set(value);
  if (set.ok()) return Ok();
  return Error{Code::kInvalidArgument, "BAD_OPTION", name + "=" + value + ": " + set.error().message};
}

Result<Options::Outcome> Options::Parse(const std::vector<std::string>& arguments, const char* const* environment) {
  for (const char* const* entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with("OCTAVO_") || text.starts_with("OCTAVO_TEST_") || text.starts_with("OCTAVO_TOKEN=")) continue;
    const std::size_t equals = text.find('=');
    const std::string name(text.substr(0, equals));
    const auto field = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.environment == name; });
    if (field == fields_.end()) return Unknown(name, " in the environment; --help lists the known ones");
    TRY(Set(*field, name, std::string(text.substr(equals + 1))));
  }

  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help" || argument == "-h") return Outcome::kHelp;
    if (argument == "--version") return Outcome::kVersion;
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const auto field = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.flag == name; });
    if (field == fields_.end()) return Unknown("\"" + argument + "\"", "; --help lists the known ones");
    if (equals != std::string::npos) {
      TRY(Set(*field, name, argument.substr(equals + 1)));
    } else if (field->is_flag) {
      TRY(Set(*field, name, "true"));
    } else if (i + 1 < arguments.size()) {
      TRY(Set(*field, name, arguments[++i]));
    } else {
      return Error{Code::kInvalidArgument, "BAD_OPTION", name + " needs a value"};
    }
  }
  return Outcome::kRun;
}

std::string Options::Help(const std::string& program, const std::string& about) const {
  std::string text = about + "\n\nUsage: " + program + " [options]\n\n";
  for (const Field& field : fields_) {
    text += "  " + field.flag + (field.shown_default.empty() ? "" : "=" + field.shown_default) + "\n";
    text += "      " + field.help + "\n";
  }
  text += "\nEach option may also stand in the environment: --inventory.queue_max is OCTAVO_INVENTORY_QUEUE_MAX.\n";
  return text;
}

}  // namespace octavo::runtime
