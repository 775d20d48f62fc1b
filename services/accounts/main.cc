#include "lib/runtime/main.h"
#include "services/accounts/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::accounts::Module>());
  return octavo::runtime::Main({.name = "octavo-accounts",
                                .about = "Keeps customers, their credentials, sessions and roles.",
                                .listen = octavo::runtime::DefaultAddress("accounts")},
                               {argv + 1, argv + argc}, std::move(modules));
}
