#include "lib/runtime/main.h"
#include "services/marketplace/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::marketplace::Module>());
  return octavo::runtime::Main({.name = "octavo-marketplace",
                                .about = "Serves the shop's web pages from the other services.",
                                .listen = octavo::runtime::DefaultAddress("marketplace")},
                               {argv + 1, argv + argc}, std::move(modules));
}
