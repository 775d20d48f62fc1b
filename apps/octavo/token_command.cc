#include "apps/octavo/token_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iterator>

#include "lib/base/clock.h"
#include "lib/identity/tool.h"
#include "lib/names/resource_names.h"

namespace octavo {
namespace {

constexpr int kDaysMax = 30;

struct Settings {
  std::string data_dir = "data";
  std::string service;
  std::string customer;
  std::string role = "owner";
  std::vector<std::string> scopes;
  int minutes = 60;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "octavo token: %s\n", message.c_str());
  return 1;
}

Result<identity::Identity> IdentityOf(const Settings& settings) {
  identity::Identity identity{.service = settings.service};
  if (!settings.service.empty()) return identity;
  identity.subject = settings.customer.empty() ? identity::OperatorsName() : settings.customer;
  if (!identity.subject.starts_with("operators/")) TRY(names::ParseUuid(names::kCustomers, identity.subject, "--customer"));
  const bool is_owner = settings.customer.empty() && settings.scopes.empty();
  if (is_owner) identity.role = *identity::FindStaffRole(settings.role);
  for (const std::string& scope : settings.scopes) {
    if (!identity::IsScope(scope)) return InvalidField("--scope", "\"" + scope + "\" is no scope, like orders.read");
  }
  identity.scopes = settings.scopes;
  if (is_owner && identity.role == identity::StaffRole::kOwner) {
    identity.scopes.assign(std::begin(identity::kScopes), std::end(identity::kScopes));
  }
  return identity;
}

}  // namespace

int RunToken(const std::vector<std::string>& arguments) {
  Settings settings;
  CLI::App app(
      "Prints a token for the metadata \"authorization: Bearer <token>\" of gRPC calls. By default the owner of the shop calls, "
      "who may do all that people may; the options make a token that may do less.",
      "octavo token");
  app.add_option("--data-dir", settings.data_dir, "The shop's data directory, with its keys.")
      ->capture_default_str()
      ->envname("OCTAVO_DATA_DIR");
  auto* role = app.add_option("--role", settings.role, "A role of staff.")
                   ->check(CLI::IsMember({"bookseller", "manager", "owner"}))
                   ->capture_default_str();
  auto* customer = app.add_option("--customer", settings.customer, "A customer, as customers/<uuid>.")->excludes(role);
  auto* scopes =
      app.add_option("--scope", settings.scopes, "A scope of an integration, as docs/access.md lists them; repeatable.")
          ->excludes(role)
          ->excludes(customer);
  app.add_option("--service", settings.service, "A service of the shop, like transactions.")
      ->excludes(role)
      ->excludes(customer)
      ->excludes(scopes);
  app.add_option("--minutes", settings.minutes, "How long it is good.")
      ->check(CLI::Range(1, kDaysMax * 24 * 60))
      ->capture_default_str();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 wants them backwards.
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  const SystemClock clock;
  const Result<identity::Identity> identity = IdentityOf(settings);
  if (!identity.ok()) return Fail(identity.error().message);
  const Result<std::string> token =
      identity::MakeToken(settings.data_dir, *identity, std::chrono::minutes(settings.minutes), clock);
  if (!token.ok()) return Fail(token.error().message + "; name the data directory of a shop that has run, with --data-dir");
  std::printf("%s\n", token->c_str());
  return 0;
}

int RunKeys(const std::vector<std::string>& arguments) {
  std::string folder;
  CLI::App app(
      "Makes the keys of a shop: shop.keys for every process, identity.key for accounts alone, identity.pub for every process. "
      "Keys that are there stay as they are.",
      "octavo keys");
  app.add_option("folder", folder, "Where they are kept.")->required()->check(CLI::ExistingDirectory);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  const SystemClock clock;
  SystemRandom random;
  const Result<names::Keys> shop_keys = names::LoadOrMakeKeys(std::filesystem::path(folder) / "shop.keys", random);
  if (!shop_keys.ok()) return Fail(shop_keys.error().message);
  const auto tokens = identity::Tokens::Signing(*shop_keys, folder, clock, random);
  if (!tokens.ok()) return Fail(tokens.error().message);
  std::printf("%s has shop.keys and identity.pub for every process of the shop, and identity.key for accounts.\n",
              folder.c_str());
  return 0;
}

}  // namespace octavo
