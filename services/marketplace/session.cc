#include "services/marketplace/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/uuid.h"
#include "services/marketplace/form.h"

namespace octavo::marketplace {
namespace {

// As long as a session can last at all; accounts ends it earlier when nobody uses it.
constexpr std::chrono::hours kLifetime{24 * 90};
// A token of accounts has 43 characters; a much longer text is no token.
constexpr std::size_t kTokenLengthMax = 128;

http::SetCookie SessionCookie(Transport transport, std::string token, std::chrono::seconds lifetime) {
  return {.name = CookieName(transport, "session"),
          .value = std::move(token),
          .secure = transport == Transport::kHttps,
          .max_age = lifetime};
}

}  // namespace

std::string_view SessionToken(Transport transport, const http::Params& cookies) {
  const std::string_view token = cookies.Get(CookieName(transport, "session"));
  const bool is_token =
      token.size() <= kTokenLengthMax && std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  return is_token ? token : std::string_view();
}

http::Response SignedIn(const Site& site, const Visit& visit, const accounts::v1::SignInResponse& session, std::string location) {
  cart::v1::MergeCartsRequest merge;
  merge.set_from(GuestCart(visit.visitor_id()));
  merge.set_to(CustomerCart(session.session().customer().name()));
  merge.set_request_id(NewUuid(site.clock, site.random));
  recommendations::v1::MergeReaderRequest readers;
  readers.set_from_reader(VisitorReader(visit.visitor_id()));
  readers.set_to_reader(CustomerReader(session.session().customer().name()));
  rpc::Limits limits = visit.ForChange();
  limits.bearer = std::make_shared<const std::string>(session.session().identity_token());
  // If one fails, the guest's data stays as it is, and the next sign-in merges it.
  auto merged_reader = site.shop.recommendations.Ask(&RecommendationsService::Stub::async::MergeReader, readers,
                                                     rpc::Within(limits, site.time_limit.part()));
  (void)site.shop.cart.Ask(&CartService::Stub::async::MergeCarts, merge, limits).Get();
  (void)merged_reader.Get();
  http::Response response = Redirect(site, std::move(location), Note::kSignedIn);
  response.headers.Add("Set-Cookie", http::ToString(SessionCookie(site.transport, session.session_token(), kLifetime)));
  return response;
}

http::Response SignedOut(const Site& site, std::string location, Note note) {
  http::Response response = Redirect(site, std::move(location), note);
  ForgetSession(site, response);
  return response;
}

void ForgetSession(const Site& site, http::Response& response) {
  response.headers.Add("Set-Cookie", http::ToString(SessionCookie(site.transport, "", std::chrono::seconds(0))));
}

}  // namespace octavo::marketplace
