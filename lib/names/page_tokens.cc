#include "lib/names/page_tokens.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/digest.h"

namespace octavo::names {
namespace {

constexpr std::size_t kSealBytes = 16;

std::string SealOf(const Secret& key, std::string_view listing, std::string_view place) {
  // With its length in front, so that no other pair of texts gives the same signature.
  return HmacSha256(key, {"page token 1:", std::to_string(listing.size()), ":", listing, place}).substr(0, kSealBytes);
}

}  // namespace

Error BadPageToken() {
  return Error{Code::kInvalidArgument, "BAD_PAGE_TOKEN", "page_token: not one that this shop gave for this request"};
}

PageTokens::PageTokens(Keys keys) : keys_(std::move(keys)) { CHECK(sodium_init() >= 0); }

std::string PageTokens::Seal(std::string_view listing, std::string_view place) const {
  std::string token = Base64Url(SealOf(keys_.newest(), listing, place) + std::string(place));
  CHECK(token.size() <= kTokenBytesMax);
  return token;
}

Result<std::string> PageTokens::Open(std::string_view listing, std::string_view token) const {
  if (token.size() > kTokenBytesMax) return BadPageToken();
  const std::optional<std::string> bytes = FromBase64Url(token);
  if (!bytes || bytes->size() < kSealBytes) return BadPageToken();
  const std::string_view seal = std::string_view(*bytes).substr(0, kSealBytes);
  const std::string_view place = std::string_view(*bytes).substr(kSealBytes);
  for (const Secret& key : keys_.all()) {
    if (SameInConstantTime(SealOf(key, listing, place), seal)) return std::string(place);
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
