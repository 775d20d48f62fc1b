// ShopAddress: the address of the shop, for links that leave it, as in messages. The owner sets it (--marketplace.shop_uri). A
// shop that listens only on this machine may leave it out: its address is then the request's Host header, if that names this
// machine. Any client can write any Host header, so the header never leads to another place.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "services/marketplace/visitor.h"

namespace octavo::marketplace {

class ShopAddress {
 public:
  // Unknown.
  ShopAddress() = default;
  // "https://shop.example" or "http://localhost:8080": no path, no user; with Transport::kHttps it must be https.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD).
  static Result<ShopAddress> Parse(std::string_view text, Transport transport);

  bool is_said() const { return !uri_.empty(); }
  // The beginning of links for a request with this Host header: "https://shop.example". Errors: INVALID_ARGUMENT (FOREIGN_HOST),
  // if the address is unknown and the host is not this machine.
  Result<std::string> BaseUri(std::string_view host) const;

 private:
  explicit ShopAddress(std::string uri) : uri_(std::move(uri)) {}

  std::string uri_;
};

}  // namespace octavo::marketplace
