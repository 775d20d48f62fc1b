#include "lib/runtime/main.h"
#include "services/hello/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::hello::Module>());
  return octavo::runtime::Main({.name = "octavo-hello",
                                .about = "Serves the four small published contracts, one for each kind of RPC.",
                                .listen = octavo::runtime::DefaultAddress("hello")},
                               {argv + 1, argv + argc}, std::move(modules));
}
