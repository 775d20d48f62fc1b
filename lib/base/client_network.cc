#include "lib/base/client_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

namespace octavo {

std::string ClientNetwork(std::string_view address) {
  const std::string text(address);
  in6_addr parsed;
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) return text;
  std::fill(std::begin(parsed.s6_addr) + 8, std::end(parsed.s6_addr), 0);
  char network[INET6_ADDRSTRLEN];
  return std::string(inet_ntop(AF_INET6, &parsed, network, sizeof network)) + "/64";
}

}  // namespace octavo
