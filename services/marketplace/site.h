// Site: what every page has at hand, and the frame around every page (header, search, categories, footer). A
// page is a function in pages/<page>.{h,cc} with a template templates/<page>.tpl:
//
//     http::Response AuthorPage(const Site& site, const http::Request& request, const std::string& author) {
//       const Visit visit(site, request);
//       auto author = site.shop.catalog.Ask(&CatalogService::Stub::async::GetAuthor, …);  // Start everything first …
//       …
//       Page page(site, visit, {.title = …, .file = "author.tpl"});    // … then fill and send.
//       page.content().Set("NAME", …);
//       return std::move(page).Send();
//     }
//
// Everything here is thread-safe, apart from Visit and Page, which belong to one request.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/calendar/time_zone.h"
#include "lib/http/message.h"
#include "lib/names/security_log.h"
#include "services/marketplace/assets.h"
#include "services/marketplace/event_queue.h"
#include "services/marketplace/locale.h"
#include "services/marketplace/note.h"
#include "services/marketplace/order_throttle.h"
#include "services/marketplace/shop.h"
#include "services/marketplace/shop_address.h"
#include "services/marketplace/signer.h"
#include "services/marketplace/structured_data.h"
#include "services/marketplace/templates.h"
#include "services/marketplace/viewer.h"
#include "services/marketplace/visitor.h"

namespace octavo::marketplace {

// How long a page waits for the services. A page must be there within 300 ms; the rest of that time is for the template and for
// sending. A much slower machine needs more.
struct PageTimeLimit {
  std::chrono::milliseconds data{260};
  // A part that the page can do without gets less, so that calls that need its answer still fit.
  std::chrono::milliseconds part() const { return data / 2; }
};
// A change by a reader may take longer: its commit must reach the disk.
inline constexpr std::chrono::milliseconds kChangeBudget{2000};

// All that it refers to must outlive it.
struct Site {
  Shop& shop;
  EventQueue& events;
  const Templates& templates;
  const Assets& assets;
  const Visitors& visitors;
  const Signer& signer;
  Transport transport;
  const Clock& clock;
  Random& random;
  TimeZone time_zone = TimeZone::Utc();
  OrderThrottle* order_throttle = nullptr;  // Null: clients are not throttled.
  ShopAddress address = {};
  const names::SecurityLog* security = nullptr;  // Null: no security events are logged.
  PageTimeLimit time_limit = {};
};

// One reader's request for one page, or one form of theirs.
class Visit {
 public:
  enum class Asks { kWhoTheyAre, kNothing };

  // Starts to ask accounts whose session it is, if there is one; with Asks::kNothing the viewer is
  // unknown.
  Visit(const Site& site, const http::Request& request, Asks asks = Asks::kWhoTheyAre);

  // Whose history counts: "readers/c-…" for a signed-in customer, which is the same on each of their devices until they erase the
  // account; else "readers/v-…" for the visitor, made now if they are new. Waits as viewer() does.
  const std::string& reader() const;
  const std::string& visitor_id() const { return visitor_id_; }
  // They came without a cookie of ours: on a first visit, or as a program that keeps no cookies.
  bool is_new() const { return cookie_.has_value(); }
  // Nothing is known about them: they have no history and an empty cart.
  bool is_stranger() const { return is_new() && session_token_.empty(); }
  // Who is signed in. Waits for accounts, for a part of limits() at most.
  const Viewer& viewer() const;
  // From the cookie; empty without one. viewer() says whether it is a valid session.
  std::string_view session_token() const { return session_token_; }
  // "carts/c-…" for a signed-in customer, else "carts/v-…" for the visitor. UNAVAILABLE (UNKNOWN_VIEWER) while accounts cannot be
  // asked: a book must not be put into another cart than the reader sees.
  Result<std::string> cart() const;
  // Whether the recommendations should learn from this request: from a person, not from a prefetch or a HEAD, and not from a
  // visitor's first page. A program that keeps no cookie, such as a crawler, would be a new reader with each page, and a thousand
  // readers of one book.
  bool counts() const { return counts_ && !is_new(); }
  PriceStyle prices() const { return prices_; }
  // The time limit for everything that the page asks. Calls show who is signed in once viewer() has said so; what is a customer's
  // own is not asked for before that.
  const rpc::Limits& limits() const { return limits_; }
  // For a part of the page that it does without.
  rpc::Limits ForPart() const { return rpc::Within(limits_, site_.time_limit.part()); }
  // As limits(), but counted from now: for data that is needed after a change, or after an answer that already took its time.
  rpc::Limits ForMoreData() const { return FromNow(site_.time_limit.data); }
  // From now, for a change.
  rpc::Limits ForChange() const { return FromNow(kChangeBudget); }
  const http::Request& request() const { return request_; }
  const std::optional<http::SetCookie>& cookie() const { return cookie_; }

 private:
  rpc::Limits FromNow(std::chrono::milliseconds budget) const;

  const Site& site_;
  const http::Request& request_;
  std::optional<http::SetCookie> cookie_;
  std::string visitor_id_;
  std::string_view session_token_;
  bool counts_;
  PriceStyle prices_;
  // A visit belongs to one thread, so const methods may remember answers.
  mutable rpc::Limits limits_;
  mutable std::optional<rpc::Pending<accounts::v1::Session>> session_;
  mutable std::optional<Viewer> viewer_;
  mutable std::string reader_;  // Empty until it is asked for.
};

// "carts/v-…" and "carts/c-…"; "readers/v-…" and "readers/c-…".
std::string GuestCart(std::string_view visitor_id);
std::string CustomerCart(std::string_view customer);
std::string VisitorReader(std::string_view visitor_id);
std::string CustomerReader(std::string_view customer);

struct PageOptions {
  std::string file;                  // The content's template.
  std::string title;                 // "Emma by Jane Austen"; the shop's name is added.
  std::string description = {};      // A sentence or two for lists of pages; empty: what the shop is.
  std::string query = {};            // Shown in the search field.
  std::string canonical = {};        // "/books/12": the main address of a page that has several.
  std::string active_category = {};  // "categories/fiction": marked in the menu.
  bool indexed = true;               // Whether search engines should list it.
  int status = 200;
  bool waits = true;       // False: for a page that must come at once; it has the menu only if that is remembered.
  bool personal = false;   // It shows one person's data: browsers and proxies must not store it.
  bool has_forms = false;  // {{CSRF}} has its value, and cards have their button.
  // The page's own address, as far as the page understands it, for forms that lead back; empty: its path.
  // Pages repeat nothing else of an address that a stranger may have made, so they may be compressed
  // (BREACH).
  std::string here = {};
  bool reflects = false;  // It repeats words of its address, as a search does; then it must show nothing about the reader.
  std::string frame = "frame.tpl";  // Around the content.
  std::string kind = "website";     // The kind of page for whoever shares its address (https://ogp.me/#types).
  std::string picture = {};         // The path of a picture for it; may be empty.
};

class Page {
 public:
  // Starts to fetch the data of the frame: the categories, and the number of books in the cart.
  Page(const Site& site, const Visit& visit, PageOptions options);

  View& content() { return content_; }
  // Sets the page's structured data for search engines.
  void Describe(DataBlock data) { data_ = std::move(data); }
  // Makes such data.
  StructuredData Structured() const { return StructuredData(base_); }
  http::Response Send() &&;

 private:
  void FillFrame();
  void FillHead();
  void FillViewer();
  void FillMenu();
  void FillNote();

  const Site& site_;
  const Visit& visit_;
  const PageOptions options_;
  const std::optional<NoteCookie> note_;
  PendingShared<catalog::v1::ListCategoriesResponse> categories_;
  std::optional<rpc::Pending<cart::v1::Cart>> cart_;
  std::optional<rpc::Pending<catalog::v1::Book>> note_book_;
  const std::string base_;  // "https://shop.example"; empty if the shop does not know its own address.
  DataBlock data_;
  RootView root_;
  View content_;
};

// The headers of every response: the page loads only from this shop and runs nothing inline, it may not be framed, types are as
// declared, and addresses are not told to others.
void AddSecurityHeaders(Transport transport, http::Response& response);
// Https then also applies to all hosts below the shop's (RFC 6797, section 6.1.2). Call it after AddSecurityHeaders with kHttps.
void IncludeSubdomains(http::Response& response);

}  // namespace octavo::marketplace
