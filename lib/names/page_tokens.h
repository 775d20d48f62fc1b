// PageTokens: tokens with which a listing continues after a page. A token is opaque to callers: a text of the service (where the
// next page begins), signed with the shop's key, so that a service only reads what a service of this shop wrote. It belongs to
// one listing: with another request, or changed, it is BAD_PAGE_TOKEN. Immutable; thread-safe.
//
//     const std::string listing = rpc::ListingOf(request);
//     const std::int64_t after = TRY(tokens_.OpenNumber(listing, request.page_token(), {.first = 0, .most = kIdMax}));
//     ...
//     response.set_next_page_token(tokens_.Seal(listing, std::to_string(last.id)));
//
// The seal is the first 128 bits of HMAC-SHA-256 (RFC 2104; section 5 on shortening it) over the listing and the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/names/keys.h"

namespace octavo::names {

class PageTokens {
 public:
  // Longer tokens are refused unread. This fits a book title of 1,000 bytes in base64, with its signature.
  static constexpr std::size_t kTokenBytesMax = 2048;

  explicit PageTokens(Keys keys);

  // `listing` identifies the listing: everything in the request except page size and token. `place` is where the next page
  // begins. The result has letters, digits, '-' and '_'.
  std::string Seal(std::string_view listing, std::string_view place) const;

  // The place in a token that Seal made for the same listing. INVALID_ARGUMENT (BAD_PAGE_TOKEN) for anything else.
  Result<std::string> Open(std::string_view listing, std::string_view token) const;

  // As Open, for a place that is a whole number from 0 to `most`; an empty token gives `first`, the beginning.
  struct Numbers {
    std::int64_t first = 0;
    std::int64_t most = INT64_MAX;
  };
  Result<std::int64_t> OpenNumber(std::string_view listing, std::string_view token, Numbers numbers) const;

 private:
  const Keys keys_;
};

Error BadPageToken();

// How long the pages of a listing are.
struct PageSizes {
  int standard = 50;  // If the request says 0.
  int most = 1000;    // If the request says more.
};
// INVALID_ARGUMENT (INVALID_FIELD) for a negative one.
Result<int> ParsePageSize(int page_size, PageSizes sizes);

}  // namespace octavo::names
