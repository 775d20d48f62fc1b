// ClientNetwork: the network that an address stands for when clients are counted, throttled or distinguished in a
// log.
#pragma once

#include <string>
#include <string_view>

namespace octavo {

// Clients who can change their address freely count as one: an IPv6 address stands for its /64, which one subscriber gets (RFC
// 6177). Any other text is returned unchanged.
std::string ClientNetwork(std::string_view address);

}  // namespace octavo
