#include "services/marketplace/site.h"

#include <utility>

#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

bool Counts(const http::Request& request) {
  if (request.method != http::Method::kGet) return false;
  return request.headers.Get("Sec-Purpose").find("prefetch") == std::string_view::npos &&
         request.headers.Get("Purpose") != "prefetch";
}

}  // namespace

Visit::Visit(const Site& site, const http::Request& request)
    : request_(request),
      counts_(Counts(request)),
      prices_(PriceStyleFor(request.headers.Get("Accept-Language"))),
      budget_(site.clock, kDataBudget,
              obs::ChildOf(
                  obs::ParseTraceparent(request.headers.Get("traceparent")).value_or(obs::TraceContext{}),
                  /*sampled_if_new=*/true)) {
  std::optional<std::string> id = site.visitors.Recognise(request.cookies);
  if (!id) {
    id = Visitors::NewId(site.random);
    cookie_ = site.visitors.Cookie(*id);
  }
  reader_ = "readers/v-" + *id;
}

Page::Page(const Site& site, const Visit& visit, PageOptions options)
    : site_(site),
      visit_(visit),
      options_(std::move(options)),
      categories_(site.client.ListCategories(visit.budget())),
      content_(root_.Include("CONTENT", options_.file)) {}

void Page::FillFrame() {
  root_.Set("TITLE", options_.title)
      .Set("QUERY", options_.query)
      .Set("STYLE", site_.assets.Url("shop.css"))
      .Set("SCRIPT", site_.assets.Url("shop.js"))
      .Set("HTMX", site_.assets.Url("htmx-4.0.1.min.js"))
      .Set("ICON", site_.assets.Url("favicon.svg"));
  if (!options_.description.empty()) root_.Add("DESCRIBED").Set("DESCRIPTION", options_.description);
  if (!options_.canonical.empty()) root_.Add("CANONICAL").Set("CANONICAL_LINK", options_.canonical);
  if (!options_.indexed) root_.Show("NOT_INDEXED");

  const Budget budget = options_.waits ? visit_.budget() : visit_.budget().Part(std::chrono::milliseconds(0));
  const Answer<catalog::v1::ListCategoriesResponse> categories = categories_.Get(budget);
  if (!categories.ok()) return;  // The menu is a convenience; the page stands without it.
  View menu = root_.Add("MENU");
  for (const catalog::v1::Category& category : (*categories)->categories()) {
    if (category.book_count() == 0) continue;
    View item = menu.Add("CATEGORY");
    item.Set("LINK", CategoryLink(category.name())).Set("NAME", category.display_name());
    if (category.name() == options_.active_category) item.Show("ACTIVE");
  }
}

http::Response Page::Send() && {
  FillFrame();
  http::Response response;
  response.status = options_.status;
  response.body = site_.templates.Render("frame.tpl", root_);
  response.headers.Add("Cache-Control", "private, no-cache");  // It is made for one reader.
  if (visit_.cookie()) response.headers.Add("Set-Cookie", http::ToString(*visit_.cookie()));
  return response;
}

void AddSecurityHeaders(Transport transport, http::Response& response) {
  http::Headers& headers = response.headers;
  headers.Set("Content-Security-Policy", std::string(kContentSecurityPolicy));
  headers.Set("X-Content-Type-Options", "nosniff");
  headers.Set("X-Frame-Options", "DENY");
  headers.Set("Referrer-Policy", "same-origin");
  headers.Set("Cross-Origin-Opener-Policy", "same-origin");
  headers.Set("Cross-Origin-Resource-Policy", "same-origin");
  headers.Set("Permissions-Policy",
              "camera=(), microphone=(), geolocation=(), payment=(), interest-cohort=()");
  if (transport == Transport::kHttps) headers.Set("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace octavo::marketplace
