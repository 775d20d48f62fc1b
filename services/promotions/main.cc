#include "lib/runtime/main.h"
#include "services/promotions/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::promotions::Module>());
  return octavo::runtime::Main({.name = "octavo-promotions",
                                .about = "Campaigns, what a basket costs, and who redeemed what.",
                                .listen = octavo::runtime::DefaultAddress("promotions")},
                               {argv + 1, argv + argc}, std::move(modules));
}
