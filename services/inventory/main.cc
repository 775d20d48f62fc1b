#include "lib/runtime/main.h"
#include "services/inventory/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::inventory::Module>());
  return octavo::runtime::Main({.name = "octavo-inventory",
                                .about = "Keeps the stock of every book, who holds copies, and the ledger of all movements.",
                                .listen = octavo::runtime::DefaultAddress("inventory")},
                               {argv + 1, argv + argc}, std::move(modules));
}
