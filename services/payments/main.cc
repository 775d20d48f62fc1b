#include "lib/runtime/main.h"
#include "services/payments/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::payments::Module>());
  return octavo::runtime::Main({.name = "octavo-payments",
                                .about = "A card provider to try the shop with: it moves no money, and fails on demand.",
                                .listen = octavo::runtime::DefaultAddress("payments")},
                               {argv + 1, argv + argc}, std::move(modules));
}
