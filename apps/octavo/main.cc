// octavo: the whole shop in one process, and the tools of its owner.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "apps/octavo/audit_command.h"
#include "apps/octavo/certs_command.h"
#include "apps/octavo/demo.h"
#include "apps/octavo/returns_command.h"
#include "apps/octavo/token_command.h"
#include "lib/runtime/main.h"
#include "lib/runtime/private_files.h"
#include "services/accounts/module.h"
#include "services/accounts/owner_command.h"
#include "services/cart/module.h"
#include "services/catalog/import/import_command.h"
#include "services/catalog/module.h"
#include "services/hello/module.h"
#include "services/inventory/module.h"
#include "services/marketplace/module.h"
#include "services/payments/module.h"
#include "services/promotions/module.h"
#include "services/recommendations/module.h"
#include "services/transactions/module.h"

namespace {

using octavo::runtime::Module;

std::vector<std::unique_ptr<Module>> AllModules() {
  std::vector<std::unique_ptr<Module>> modules;
  modules.push_back(std::make_unique<octavo::accounts::Module>());
  modules.push_back(std::make_unique<octavo::cart::Module>());
  modules.push_back(std::make_unique<octavo::catalog::Module>());
  modules.push_back(std::make_unique<octavo::hello::Module>());
  modules.push_back(std::make_unique<octavo::inventory::Module>());
  modules.push_back(std::make_unique<octavo::payments::Module>());
  modules.push_back(std::make_unique<octavo::promotions::Module>());
  modules.push_back(std::make_unique<octavo::recommendations::Module>());
  modules.push_back(std::make_unique<octavo::transactions::Module>());
  modules.push_back(std::make_unique<octavo::marketplace::Module>());  // The last, so that it closes first.
  return modules;
}

int Serve(const std::vector<std::string>& arguments) {
  return octavo::runtime::Main({.name = "octavo",
                                .about = "The whole shop in one process.",
                                .listen = "127.0.0.1:50051",
                                .metrics_listen = "127.0.0.1:9464"},
                               arguments, AllModules());
}

int Owner(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] != "create") {
    std::fputs("octavo owner: the one thing to do is \"octavo owner create\"; with --help it says more\n", stderr);
    return 2;
  }
  return octavo::accounts::CreateOwner({arguments.begin() + 1, arguments.end()});
}

int Accounts(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] != "two-step-off") {
    std::fputs("octavo accounts: the one thing to do is \"octavo accounts two-step-off\"; with --help it says more\n", stderr);
    return 2;
  }
  return octavo::accounts::TurnOffTwoStep({arguments.begin() + 1, arguments.end()});
}

struct Command {
  const char* name;
  const char* about;
  int (*run)(const std::vector<std::string>& arguments);
};

constexpr Command kCommands[] = {
    {"serve", "run the shop (what octavo does without a command)", Serve},
    {"import", "bring a CSV file of books into a running shop", octavo::catalog::RunImport},
    {"demo", "bring the demo catalogue, its readers and campaigns in, or take them out", octavo::RunDemo},
    {"audit", "prove from the stores that nothing was sold twice, lost or charged wrongly", octavo::RunAudit},
    {"returns", "list the returns that wait for the shop; accept, reject or receive one", octavo::RunReturns},
    {"certs", "make a certificate authority for the shop's processes, and a certificate for each service", octavo::RunCerts},
    {"keys", "make the keys of a shop whose processes have no data directory in common", octavo::RunKeys},
    {"token", "make a token with which a tool shows who calls the shop", octavo::RunToken},
    {"owner", "owner create: make the first owner of the shop", Owner},
    {"accounts", "accounts two-step-off: let a customer who has lost their codes sign in with the password alone", Accounts},
};

void PrintUsage() {
  std::printf("Usage: octavo [command] [options]\n\n");
  for (const Command& command : kCommands) std::printf("  %-10s %s\n", command.name, command.about);
  std::printf("\noctavo COMMAND --help says more.\n");
}

}  // namespace

int main(int argc, char** argv) {
  octavo::runtime::KeepFilesPrivate();  // Of the owner's commands too.
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments[0].starts_with("--")) {
    if (!arguments.empty() && arguments[0] == "--help") PrintUsage();
    return Serve(arguments);
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  for (const Command& command : kCommands) {
    if (arguments[0] == command.name) return command.run(rest);
  }
  if (arguments[0] == "help" || arguments[0] == "-h") {
    PrintUsage();
    return 0;
  }
  std::fprintf(stderr, "octavo: unknown command \"%s\"; octavo help lists the known ones\n", arguments[0].c_str());
  return 2;
}
