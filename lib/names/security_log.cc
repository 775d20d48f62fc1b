#include "lib/names/security_log.h"

#include "lib/base/client_network.h"

namespace octavo::names {

std::string SecurityLog::Pseudonym(std::string_view name) const {
  // The signature of an empty text is the keyed hash of its purpose.
  return name.empty() ? "" : keys_.Seal("pseudonym " + std::string(name), "");
}

void SecurityLog::Write(const SecurityEvent& event) const {
  const std::string name = "security_" + std::string(event.event);
  log_.Info(
      name,
      {{"subject", Pseudonym(event.subject)}, {"client", Pseudonym(ClientNetwork(event.client))}, {"detail", event.detail}});
}

}  // namespace octavo::names
