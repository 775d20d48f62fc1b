// SecurityLog: what an owner checks for attacks: sign-ins, wrong passwords, throttling, refused forms, new passwords, roles,
// refunds. Its events are called security_… and have level=security, which every --log-level includes.
//
//     security.Write({.event = "sign_in_failed", .subject = email, .client = address});
//     → time=… level=security event=security_sign_in_failed subject=SK1qB0cYb2dK4xpvmQm3Rw client=nTq5Zk0mP1dyJmGzZ7Q0Xw
//
// The person of an event and the address it came from are pseudonyms, keyed with the shop's newest key. The same person or
// address has the same pseudonym in every process, so events can be counted and joined, and the log names nobody.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "lib/names/page_tokens.h"
#include "lib/obs/log.h"

namespace octavo::names {

struct SecurityEvent {
  std::string_view event;    // Without its "security_".
  std::string subject = {};  // An e-mail address, or another name of one person. Empty: unknown.
  std::string client = {};   // A network address; for IPv6 its /64 counts (lib/base/client_network.h). Empty: unknown.
  std::string detail = {};   // Anything that is not secret and names nobody: "orders/…", "owner".
};

class SecurityLog {
 public:
  // Both must outlive it.
  SecurityLog(obs::Log& log, const PageTokens& keys) : log_(log), keys_(keys) {}

  void Write(const SecurityEvent& event) const;
  // 22 letters, digits, '-' and '_'; empty for nobody.
  std::string Pseudonym(std::string_view name) const;

 private:
  obs::Log& log_;
  const PageTokens& keys_;
};

}  // namespace octavo::names
