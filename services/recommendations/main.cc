#include "lib/runtime/main.h"
#include "services/recommendations/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::recommendations::Module>());
  return octavo::runtime::Main({.name = "octavo-recommendations",
                                .about = "Recommends books to readers, from what readers did.",
                                .listen = octavo::runtime::DefaultAddress("recommendations")},
                               {argv + 1, argv + argc}, std::move(modules));
}
