#include "lib/runtime/main.h"
#include "services/cart/module.h"

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<octavo::runtime::Module>> modules;
  modules.push_back(std::make_unique<octavo::cart::Module>());
  return octavo::runtime::Main({.name = "octavo-cart",
                                .about = "Keeps the open carts of guests and customers.",
                                .listen = octavo::runtime::DefaultAddress("cart")},
                               {argv + 1, argv + argc}, std::move(modules));
}
