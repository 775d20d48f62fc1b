#include "lib/runtime/main.h"
#include "services/catalog/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::catalog::Module>());
  return octavo::runtime::Main({.name = "octavo-catalog",
                                .about = "Serves the catalogue: books, authors, series, categories and their search.",
                                .listen = octavo::runtime::DefaultAddress("catalog")},
                               {argv + 1, argv + argc}, std::move(modules));
}
