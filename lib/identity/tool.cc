#include "lib/identity/tool.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

namespace octavo::identity {
namespace {

constexpr char kShopKeysFile[] = "shop.keys";
constexpr std::chrono::hours kToolRuns{4};

}  // namespace

std::string OperatorsName() {
  const passwd* const user = getpwuid(geteuid());
  return "operators/" + (user != nullptr ? std::string(user->pw_name) : std::to_string(geteuid()));
}

Result<std::string> MakeToken(const std::string& data_dir, const Identity& identity, std::chrono::minutes lifetime,
                              const Clock& clock) {
  const std::filesystem::path folder(data_dir);
  const names::Keys shop_keys = TRY(names::LoadKeys(folder / kShopKeysFile));
  const Timestamp expires = clock.Now() + lifetime;
  if (!identity.service.empty()) return Tokens::Verifying(shop_keys, folder, clock)->SignService(identity.service, expires);
  SystemRandom random;
  return TRY(Tokens::Signing(shop_keys, folder, clock, random))->Sign(identity, expires);
}

Workload WorkloadOfTool(const ToolOptions& options, const Clock& clock) {
  if (!options.token.empty()) return {.bearer = std::make_shared<const std::string>(options.token)};
  const Identity owner{.subject = OperatorsName(), .role = StaffRole::kOwner, .scopes = {std::begin(kScopes), std::end(kScopes)}};
  const Result<std::string> token = MakeToken(options.data_dir, owner, kToolRuns, clock);
  if (!token.ok()) return {};
  return {.bearer = std::make_shared<const std::string>(*token)};
}

std::vector<std::string> ToArguments(const ToolOptions& options) {
  std::vector<std::string> arguments{"--data-dir=" + options.data_dir};
  if (!options.token.empty()) arguments.push_back("--token=" + options.token);
  return arguments;
}

}  // namespace octavo::identity
