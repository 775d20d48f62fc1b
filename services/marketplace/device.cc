#include "services/marketplace/device.h"

#include <chrono>

#include "lib/email/email.h"

namespace octavo::marketplace {
namespace {

constexpr std::string_view kPurpose = "device";
constexpr std::size_t kNameLength = 22;
constexpr std::chrono::hours kLifetime{24 * 365};

std::string Signed(std::string_view name, const std::string& email) { return std::string(name) + "." + email; }

}  // namespace

std::string KnownDevice(const Site& site, const http::Request& request, std::string_view email) {
  const std::string_view cookie = request.cookies.Get(CookieName(site.transport, "device"));
  const Result<std::string> address = ParseEmail("email", email);
  if (!address.ok() || cookie.size() <= kNameLength || cookie[kNameLength] != '.') return "";
  const std::string_view name = cookie.substr(0, kNameLength);
  const bool is_ours = site.signer.Verify(kPurpose, Signed(name, *address), cookie.substr(kNameLength + 1));
  return is_ours ? std::string(name) : "";
}

void RememberDevice(const Site& site, http::Response& response, std::string_view email) {
  const Result<std::string> address = ParseEmail("email", email);
  if (!address.ok()) return;
  const std::string name = RandomName(site.random);
  response.headers.Add("Set-Cookie", http::ToString({.name = CookieName(site.transport, "device"),
                                                     .value = name + "." + site.signer.Sign(kPurpose, Signed(name, *address)),
                                                     .secure = site.transport == Transport::kHttps,
                                                     .max_age = std::chrono::duration_cast<std::chrono::seconds>(kLifetime)}));
}

}  // namespace octavo::marketplace
