#include "lib/runtime/main.h"
#include "services/transactions/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::transactions::Module>());
  return octavo::runtime::Main({.name = "octavo-transactions",
                                .about = "Orders, their payments and their event log.",
                                .listen = octavo::runtime::DefaultAddress("transactions")},
                               {argv + 1, argv + argc}, std::move(modules));
}
