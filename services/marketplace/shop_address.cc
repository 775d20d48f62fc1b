#include "services/marketplace/shop_address.h"

#include <algorithm>
#include <cctype>

#include "lib/base/quoted.h"

namespace octavo::marketplace {
namespace {

constexpr std::size_t kUriBytesMax = 200;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AreDigits(std::string_view text, std::size_t length_max) {
  return !text.empty() && text.size() <= length_max && std::all_of(text.begin(), text.end(), IsDigit);
}

// Cuts ":8080" off the end of `host`. False where what stands there is no port.
bool CutPort(std::string_view& host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return true;
  const std::string_view port = host.substr(colon + 1);
  host = host.substr(0, colon);
  return AreDigits(port, 5);
}

// "127.0.0.1", and each other address that begins with 127; never a name like "127.example".
bool IsLoopbackV4(std::string_view host) {
  int part = 0;
  for (; !host.empty(); ++part) {
    const std::size_t dot = host.find('.');
    const std::string_view number = host.substr(0, dot);
    if (!AreDigits(number, 3) || (part == 0 && number != "127")) return false;
    host = dot == std::string_view::npos ? std::string_view() : host.substr(dot + 1);
  }
  return part == 4;
}

bool IsThisMachine(std::string_view host) {
  if (!CutPort(host)) return false;
  std::string lower(host);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower == "localhost" || lower == "[::1]" || IsLoopbackV4(lower);
}

bool IsHost(std::string_view host) {
  if (!CutPort(host) || host.empty()) return false;
  const bool is_v6 = host.front() == '[' && host.back() == ']' && host.size() > 2;
  if (is_v6) host = host.substr(1, host.size() - 2);
  return std::all_of(host.begin(), host.end(), [is_v6](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || IsDigit(c) || c == '.' || (is_v6 ? c == ':' : c == '-');
  });
}

}  // namespace

Result<ShopAddress> ShopAddress::Parse(std::string_view text, Transport transport) {
  std::string_view rest = text;
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::string uri(rest);
  const bool is_https = rest.starts_with("https://");
  const bool has_scheme = is_https || rest.starts_with("http://");
  if (has_scheme) rest.remove_prefix(rest.find("://") + 3);
  if (!has_scheme || !IsHost(rest) || text.size() > kUriBytesMax) {
    return InvalidField("--marketplace.shop_uri", Quoted(text) + " is not a shop's address, like https://shop.example");
  }
  if (transport == Transport::kHttps && !is_https) {
    return InvalidField("--marketplace.shop_uri", Quoted(text) + " must begin with https://, because of --marketplace.https");
  }
  return ShopAddress(uri);
}

Result<std::string> ShopAddress::BaseUri(std::string_view host) const {
  if (is_said()) return uri_;
  if (IsThisMachine(host)) return "http://" + std::string(host);
  return Error{Code::kInvalidArgument, "FOREIGN_HOST",
               Quoted(host) + " is not this machine, and --marketplace.shop_uri does not say where the shop is"};
}

}  // namespace octavo::marketplace
