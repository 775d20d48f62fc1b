// Options: the fields of a module's configuration struct, each with its name, default and documentation. They are filled
// from flags (--inventory.queue_max=256) and the environment (OCTAVO_INVENTORY_QUEUE_MAX=256; the flag wins). An unknown
// name of either kind is fatal, and so is a value that does not parse. --help prints the documentation.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::runtime {

class Options {
 public:
  // Adds the fields of `prefix` ("inventory"; empty: the program's own) behind those already there.
  // `value` holds the default and must outlive Parse.
  class Group {
   public:
    Group(Options& options, std::string prefix) : options_(options), prefix_(std::move(prefix)) {}
    void Add(const std::string& name, std::string* value, const std::string& help);
    void Add(const std::string& name, std::int64_t* value, const std::string& help);  // A whole number, 0 or more.
    void Add(const std::string& name, bool* value, const std::string& help);          // --x, --x=true, --x=false.
    void Add(const std::string& name, double* value, const std::string& help);
    // "300", "300ms", "2s", "5m", "1h".
    void Add(const std::string& name, std::chrono::milliseconds* value, const std::string& help);
    void Add(const std::string& name, Secret* value, const std::string& help);  // Never printed.

   private:
    void AddField(const std::string& name, bool is_flag, std::string shown_default, const std::string& help,
                  std::function<Status(const std::string&)> set);

    Options& options_;
    const std::string prefix_;
  };

  Group Prefixed(const std::string& prefix) { return Group(*this, prefix); }

  enum class Outcome { kRun, kHelp, kVersion };
  // Reads the environment (`environment` ends with a null pointer; names that do not begin with OCTAVO_, or begin with
  // OCTAVO_TEST_, are not ours, and OCTAVO_TOKEN is for tools), then the flags. INVALID_ARGUMENT (UNKNOWN_OPTION, BAD_OPTION)
  // naming the option and value.
  Result<Outcome> Parse(const std::vector<std::string>& arguments, const char* const* environment);

  // What --help prints.
  std::string Help(const std::string& program, const std::string& about) const;

 private:
  struct Field {
    std::string flag;         // "--inventory.queue_max".
    std::string environment;  // "OCTAVO_INVENTORY_QUEUE_MAX".
    bool is_flag = false;
    std::string shown_default;
    std::string help;
    std::function<Status(const std::string&)> set;
  };

  Status Set(const Field& field, const std::string& name, const std::string& value);

  std::vector<Field> fields_;
};

}  // namespace octavo::runtime
