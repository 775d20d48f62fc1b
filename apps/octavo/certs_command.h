// octavo certs: a certificate authority of the shop's own, and certificates by which its services know each other over TLS.
#pragma once

#include <string>
#include <vector>

namespace octavo {

// Gives the exit status.
int RunCerts(const std::vector<std::string>& arguments);

}  // namespace octavo
