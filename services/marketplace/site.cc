#include "services/marketplace/site.h"

#include <map>
#include <string_view>
#include <utility>

#include "lib/base/quoted.h"
#include "services/marketplace/form.h"
#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

// A year.
constexpr std::string_view kHttpsOnly = "max-age=31536000";
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

// For remembered answers: no time to wait, so no call is made.
constexpr std::chrono::milliseconds kNoTime{0};

constexpr std::string_view kShopDescription =
    "Octavo, an independent bookshop: browse the shelves, search, and find the next book you will love.";

std::string BaseOf(const Site& site, const Visit& visit) {
  const Result<std::string> base = site.address.BaseUri(visit.request().headers.Get("Host"));
  return base.ok() ? *base : "";
}

bool Counts(const http::Request& request) {
  if (request.method != http::Method::kGet) return false;
  return request.headers.Get("Sec-Purpose").find("prefetch") == std::string_view::npos &&
         request.headers.Get("Purpose") != "prefetch";
}

}  // namespace

Visit::Visit(const Site& site, const http::Request& request, Asks asks)
    : site_(site),
      request_(request),
      session_token_(SessionToken(site.transport, request.cookies)),
      counts_(Counts(request)),
      prices_(PriceStyleFor(request.headers.Get("Accept-Language"))),
      limits_(rpc::FromNow(site.clock, site.time_limit.data,
                           obs::ChildOf(obs::ParseTraceparent(request.headers.Get("traceparent")).value_or(obs::TraceContext{}),
                                        /*sampled_if_new=*/true))) {
  std::optional<std::string> id = site.visitors.Recognise(request.cookies);
  if (!id) {
    id = Visitors::NewId(site.random);
    cookie_ = site.visitors.Cookie(*id);
  }
  visitor_id_ = *std::move(id);
  if (session_token_.empty()) {
    viewer_ = Viewer{};
  } else if (asks == Asks::kNothing) {
    viewer_ = Viewer{.kind = Viewer::Kind::kUnknown};
  } else {
    accounts::v1::VerifySessionRequest verify;
    verify.set_session_token(std::string(session_token_));
    session_ = site.shop.sessions.Ask(&AccountsService::Stub::async::VerifySession, verify, ForPart());
  }
}

const Viewer& Visit::viewer() const {
  if (viewer_) return *viewer_;
  const Result<accounts::v1::Session> session = session_->Get();
  if (session.ok()) {
    limits_.bearer = std::make_shared<const std::string>(session->identity_token());
    viewer_ = Viewer{
        .kind = Viewer::Kind::kCustomer, .customer = session->customer(), .second_step_needed = session->second_step_needed()};
  } else {
    const bool ended = session.error().code == Code::kUnauthenticated;
    viewer_ = Viewer{.kind = ended ? Viewer::Kind::kGuest : Viewer::Kind::kUnknown};
  }
  return *viewer_;
}

rpc::Limits Visit::FromNow(std::chrono::milliseconds budget) const {
  rpc::Limits limits = rpc::FromNow(site_.clock, budget, limits_.trace);
  limits.bearer = limits_.bearer;
  return limits;
}

const std::string& Visit::reader() const {
  if (reader_.empty()) {
    reader_ = viewer().is_customer() ? CustomerReader(viewer().customer.name()) : VisitorReader(visitor_id_);
  }
  return reader_;
}

Result<std::string> Visit::cart() const {
  switch (viewer().kind) {
    case Viewer::Kind::kGuest: return GuestCart(visitor_id_);
    case Viewer::Kind::kCustomer: return CustomerCart(viewer().customer.name());
    case Viewer::Kind::kUnknown: break;
  }
  return Error{Code::kUnavailable, "UNKNOWN_VIEWER", "accounts cannot say whose session it is"};
}

std::string GuestCart(std::string_view visitor_id) { return "carts/v-" + std::string(visitor_id); }
std::string CustomerCart(std::string_view customer) { return "carts/c-" + std::string(LastSegment(customer)); }
std::string VisitorReader(std::string_view visitor_id) { return "readers/v-" + std::string(visitor_id); }
std::string CustomerReader(std::string_view customer) { return "readers/c-" + std::string(LastSegment(customer)); }

Page::Page(const Site& site, const Visit& visit, PageOptions options)
    : site_(site),
      visit_(visit),
      options_(std::move(options)),
      note_(ReadNoteCookie(visit.request().cookies.Get(CookieName(site.transport, "note")))),
      categories_(site.shop.ListCategories(options_.waits ? visit.limits() : rpc::Within(visit.limits(), kNoTime))),
      base_(BaseOf(site, visit)),
      content_(root_.Include("CONTENT", options_.file)) {
  if (note_ && !note_->book.empty() && options_.waits) {
    catalog::v1::GetBookRequest request;
    request.set_name(note_->book);
    note_book_ = site.shop.catalog.Ask(&CatalogService::Stub::async::GetBook, request, visit.ForPart());
  }
  if (!options_.waits || visit.is_stranger()) return;
  const Result<std::string> name = visit.cart();
  if (!name.ok()) return;
  cart::v1::GetCartRequest request;
  request.set_name(*name);
  cart_ = site.shop.cart.Ask(&CartService::Stub::async::GetCart, request, visit.ForPart());
}

void Page::FillFrame() {
  root_.Set("TITLE", options_.title)
      .Set("QUERY", options_.query)
      .Set("STYLE", site_.assets.Url("shop.css"))
      .Set("SCRIPT", site_.assets.Url("shop.js"))
      .Set("HTMX", site_.assets.Url("htmx-4.0.1.min.js"))
      .Set("ICON", site_.assets.Url("favicon.svg"));
  FillHead();
  if (!options_.indexed) root_.Show("NOT_INDEXED");
  if (options_.has_forms) {
    root_.SetEverywhere("CSRF", FormToken(site_, visit_));
    root_.Add("ADDS").Set("HERE", options_.here.empty() ? std::string(visit_.request().path()) : options_.here);
  }
  FillNote();
  FillViewer();
  FillMenu();
}

void Page::FillHead() {
  constexpr std::size_t kDescriptionBytesMax = 300;  // Nobody shows more.
  const std::string_view said = options_.description.empty() ? kShopDescription : std::string_view(options_.description);
  const std::string_view description = CutText(said, kDescriptionBytesMax);
  root_.Set("DESCRIPTION", description);
  if (!data_.empty()) root_.Add("DATA_BLOCK").SetData("DATA", data_);
  if (options_.canonical.empty()) return;
  // Absolute, as search engines want it, if the shop knows its own address.
  const std::string address = base_ + options_.canonical;
  root_.Add("CANONICAL").Set("CANONICAL_LINK", address);
  View shared = root_.Add("SHARED");
  shared.Set("SHARED_TITLE", options_.title).Set("SHARED_ADDRESS", address).Set("KIND", options_.kind);
  if (!options_.picture.empty()) shared.Add("PICTURED").Set("PICTURE", base_ + options_.picture);
}

void Page::FillNote() {
  View place = root_.Include("NOTE", "note.tpl");
  if (!note_) return;
  const NoteWords& words = WordsOf(note_->note);
  View shown = place.Add("NOTED");
  shown.Set("NOTE_KIND", words.kind);
  if (note_book_ && !words.about_book.empty()) {
    const Result<catalog::v1::Book> book = note_book_->Get();
    if (book.ok()) {
      const std::string_view lang = LangAttribute(book->language_code());
      View about = shown.Add("ABOUT_BOOK");
      about.Set("NOTE_TITLE", book->title()).Set("NOTE_LANG", lang.empty() ? "en" : lang);
      about.Set("NOTE_REST", words.about_book);
      if (visit_.request().path() != "/cart") about.Show("TO_CART");
      return;
    }
  }
  shown.Add("PLAIN").Set("NOTE_SENTENCE", words.sentence);
}

void Page::FillViewer() {
  if (visit_.session_token().empty() || visit_.viewer().kind == Viewer::Kind::kGuest) {
    root_.Show("GUEST");
  } else {
    View known = root_.Add("KNOWN");
    const bool says_who = visit_.viewer().is_customer() && !options_.reflects;
    if (says_who) known.Add("NAMED").Set("FULL_NAME", visit_.viewer().customer.full_name());
  }
  View link = root_.Include("CART_LINK", "cart_link.tpl");
  if (!cart_) return;
  const Result<cart::v1::Cart> cart = cart_->Get();
  if (cart.ok() && cart->item_count() > 0) link.Add("CART_COUNTED").Set("CART_COUNT", cart->item_count());
}

void Page::FillMenu() {
  const Shared<catalog::v1::ListCategoriesResponse> categories = categories_.Get();
  if (!categories.ok()) return;  // The menu is optional; the page works without it.
  // Alphabetically, so that readers find one among twenty; the catalogue's order is that of a contract.
  std::map<std::string_view, const catalog::v1::Category*> by_name;
  for (const catalog::v1::Category& category : (*categories)->categories()) {
    if (category.book_count() > 0) by_name.emplace(category.display_name(), &category);
  }
  View menu = root_.Add("MENU");
  for (const auto& [name, category] : by_name) {
    View item = menu.Add("CATEGORY");
    item.Set("LINK", CategoryLink(category->name())).Set("NAME", name);
    if (category->name() == options_.active_category) item.Show("ACTIVE");
  }
}

http::Response Page::Send() && {
  FillFrame();
  http::Response response;
  response.status = options_.status;
  response.body = site_.templates.Render(options_.frame, root_);
  // Made for one reader. If it also says who that is, no copy may stay in the browser when they leave.
  const bool is_customer = visit_.viewer().is_customer();
  response.headers.Add("Cache-Control", options_.personal || is_customer ? "no-store" : "private, no-cache");
  // A form's token is not such a secret, because it differs on each page.
  response.holds_secret = options_.personal;
  if (visit_.cookie()) response.headers.Add("Set-Cookie", http::ToString(*visit_.cookie()));
  const std::string note = CookieName(site_.transport, "note");
  if (visit_.request().cookies.Has(note)) {
    response.headers.Add(
        "Set-Cookie",
        http::ToString(
            {.name = note, .value = "", .secure = site_.transport == Transport::kHttps, .max_age = std::chrono::seconds(0)}));
  }
  return response;
}

void AddSecurityHeaders(Transport transport, http::Response& response) {
  http::Headers& headers = response.headers;
  headers.Set("Content-Security-Policy", std::string(kContentSecurityPolicy));
  headers.Set("X-Content-Type-Options", "nosniff");
  headers.Set("X-Frame-Options", "DENY");
  // A page behind a link with a token says no-referrer itself.
  if (!headers.Has("Referrer-Policy")) headers.Set("Referrer-Policy", "same-origin");
  headers.Set("Cross-Origin-Opener-Policy", "same-origin");
  headers.Set("Cross-Origin-Resource-Policy", "same-origin");
  headers.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), interest-cohort=()");
  if (transport == Transport::kHttps) headers.Set("Strict-Transport-Security", std::string(kHttpsOnly));
}

void IncludeSubdomains(http::Response& response) {
  response.headers.Set("Strict-Transport-Security", std::string(kHttpsOnly) + "; includeSubDomains");
}

}  // namespace octavo::marketplace
