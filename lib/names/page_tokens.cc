#include "lib/names/page_tokens.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "lib/base/check.h"

namespace octavo::names {
namespace {

constexpr std::size_t kSealBytes = 16;
using SealBytes = std::array<unsigned char, kSealBytes>;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

SealBytes SealOf(const Secret& key, std::string_view listing, std::string_view place) {
  constexpr std::string_view kPurpose = "page token 1:";
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key.Reveal()), key.Reveal().size());
  crypto_auth_hmacsha256_update(&state, Bytes(kPurpose), kPurpose.size());
  // With its length in front, so that no other split of the two gives the same seal.
  const std::string length = std::to_string(listing.size()) + ":";
  crypto_auth_hmacsha256_update(&state, Bytes(length), length.size());
  crypto_auth_hmacsha256_update(&state, Bytes(listing), listing.size());
  crypto_auth_hmacsha256_update(&state, Bytes(place), place.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  SealBytes seal;
  std::copy_n(mac.begin(), seal.size(), seal.begin());
  return seal;
}

}  // namespace

Error BadPageToken() {
  return Error{Code::kInvalidArgument, "BAD_PAGE_TOKEN", "page_token: not one that this shop gave for this request"};
}

PageTokens::PageTokens(Keys keys) : keys_(std::move(keys)) { CHECK(sodium_init() >= 0); }

std::string PageTokens::Seal(std::string_view listing, std::string_view place) const {
  const SealBytes seal = SealOf(keys_.newest(), listing, place);
  std::string bytes(seal.begin(), seal.end());
  bytes += place;
  std::string token(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(token.data(), token.size(), Bytes(bytes), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  token.pop_back();  // Its terminating zero.
  CHECK(token.size() <= kTokenBytesMax);
  return token;
}

Result<std::string> PageTokens::Open(std::string_view listing, std::string_view token) const {
  if (token.size() > kTokenBytesMax) return BadPageToken();
  std::string bytes(token.size(), '\0');
  std::size_t size = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), token.data(), token.size(),
                                       nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (failed != 0 || size < kSealBytes) return BadPageToken();
  const std::string_view place = std::string_view(bytes).substr(kSealBytes, size - kSealBytes);
  for (const Secret& key : keys_.all()) {
    const SealBytes seal = SealOf(key, listing, place);
    if (sodium_memcmp(seal.data(), bytes.data(), seal.size()) == 0) return std::string(place);
  }
  return BadPageToken();
}

Result<std::int64_t> PageTokens::OpenNumber(std::string_view listing, std::string_view token, Numbers numbers) const {
  if (token.empty()) return numbers.first;
  const std::string place = TRY(Open(listing, token));
  std::int64_t number = -1;
  const char* const end = place.data() + place.size();
  const auto [stop, error] = std::from_chars(place.data(), end, number);
  if (error != std::errc() || stop != end || number < 0 || number > numbers.most) return BadPageToken();
  return number;
}

Result<int> ParsePageSize(int page_size, PageSizes sizes) {
  if (page_size < 0) return InvalidField("page_size", std::to_string(page_size) + " is negative");
  return page_size == 0 ? sizes.standard : std::min(page_size, sizes.most);
}

}  // namespace octavo::names
