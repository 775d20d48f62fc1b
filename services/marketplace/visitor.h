// Visitors: a reader who has not signed in is known by a random id in a cookie. The id is signed with
// HMAC-SHA-256, so that nobody can make ids up (and look at another's suggestions, or flood the recommender
// with made-up readers). The cookie says nothing about a person; it lives a year. Immutable; thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/http/cookie.h"
#include "services/marketplace/signer.h"

namespace octavo::marketplace {

enum class Transport {
  kPlain,  // http, for a shop on loopback: the cookie is called "visitor".
  kHttps,  // Through a proxy with TLS: "__Host-visitor", Secure.
};

// The name under which the cookie `name` travels: "__Host-" keeps other hosts of our domain from setting it.
std::string CookieName(Transport transport, std::string_view name);

class Visitors {
 public:
  // `key` as for Signer.
  Visitors(Secret key, Transport transport) : signer_(std::move(key)), transport_(transport) {}

  // The id of the cookie, if we signed it.
  std::optional<std::string> Recognise(const http::Params& cookies) const;
  // A new id (RandomName).
  static std::string NewId(Random& random) { return RandomName(random); }
  http::SetCookie Cookie(std::string_view id) const;

 private:
  const Signer signer_;
  const Transport transport_;
};

// The shop's key, from `file`; on the first start it is made, readable by its owner only. Fails with
// FAILED_PRECONDITION (BAD_KEY_FILE) when the file cannot be read or made, or is not a key.
Result<Secret> LoadOrMakeKey(const std::filesystem::path& file, Random& random);

}  // namespace octavo::marketplace
