// ClientNetwork: whom an address counts for where clients have shares, are throttled or are told apart in a
// log.
#pragma once

#include <string>
#include <string_view>

namespace octavo {

// Those who can change their address at will are one: an IPv6 address stands for its /64, which one
// subscriber gets (RFC 6177). What is no IPv6 address is itself.
std::string ClientNetwork(std::string_view address);

}  // namespace octavo
