// As whom the tools of the shop's owner call a running shop. On the shop's own machine the keys in the data directory are enough:
// whoever may read them owns the shop. Elsewhere a tool is given a token, which `octavo token` makes.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/identity/tokens.h"

namespace octavo::identity {

struct ToolOptions {
  std::string data_dir = "data";  // Where identity.key and shop.keys are.
  std::string token;              // Empty: one is made with those keys.
};

// The options of a command line tool (CLI::App) for them.
template <class App>
void AddToolOptions(App& app, ToolOptions& options) {
  app.add_option("--data-dir", options.data_dir, "The shop's data directory: its keys say that the shop's owner calls.")
      ->capture_default_str()
      ->envname("OCTAVO_DATA_DIR");
  app.add_option("--token", options.token, "A token of octavo token, where the shop's data directory is not at hand.")
      ->envname("OCTAVO_TOKEN");
}

// With the token of the options; or with one that has the owner's role and all scopes, for as long as a large import takes; or
// with none, where there are no keys: the shop then refuses what is not for everybody.
Workload WorkloadOfTool(const ToolOptions& options, const Clock& clock);
// The options as arguments, for a tool that runs another one.
std::vector<std::string> ToArguments(const ToolOptions& options);

// "operators/root": the user of this machine who runs the tool.
std::string OperatorsName();

// A token for `identity`, which has a service or a subject. Makes identity.key where accounts has not done so yet.
// FAILED_PRECONDITION (BAD_KEY_FILE) where the data directory has no shop.keys: no shop has run there.
Result<std::string> MakeToken(const std::string& data_dir, const Identity& identity, std::chrono::minutes lifetime,
                              const Clock& clock);

}  // namespace octavo::identity
