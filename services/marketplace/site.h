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

// How long a page waits for the services. The promise is a page within 300 ms; what is left of it behind the data is for
// templates and the way out. A machine that is much slower needs more.
struct Patience {
  std::chrono::milliseconds data{260};
  // A part that a page does without gets less, so that what follows from it still fits.
  std::chrono::milliseconds part() const { return data / 2; }
};
// A change that a reader asked for is worth a wait: its commit must reach the disk.
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
  const names::SecurityLog* security = nullptr;  // Null: nothing is told.
  Patience patience = {};
};

// One reader's look at one page, or one form of theirs.
class Visit {
 public:
  enum class Asks { kWhoTheyAre, kNothing };

  // Starts to ask accounts whose session it is, where there is one; with Asks::kNothing their viewer is
  // unknown.
  Visit(const Site& site, const http::Request& request, Asks asks = Asks::kWhoTheyAre);

  // Whose history it is: "readers/c-…" of whoever is signed in, so that it goes with them from device to device, and when
  // they erase their account; else "readers/v-…" of the visitor, made up now if they are new. Waits as viewer() does.
  const std::string& reader() const;
  const std::string& visitor_id() const { return visitor_id_; }
  // They came without a cookie of ours: a first visit, or a program that keeps none.
  bool is_new() const { return cookie_.has_value(); }
  // Nobody can know anything of them: they have no history and nothing in a cart.
  bool is_stranger() const { return is_new() && session_token_.empty(); }
  // Who is signed in. Waits for accounts, for a part of limits() at most.
  const Viewer& viewer() const;
  // Of the cookie; empty where there is none. Whether it is anybody's session, viewer() says.
  std::string_view session_token() const { return session_token_; }
  // "carts/c-…" of whoever is signed in, else "carts/v-…" of the visitor. UNAVAILABLE (UNKNOWN_VIEWER) while
  // accounts cannot be asked: a line must not land in another cart than the reader sees.
  Result<std::string> cart() const;
  // What they do here should be learned from: a person looking, not a prefetch and not a HEAD. Not the first page of a visitor:
  // whoever keeps no cookie, a crawler above all, is a new reader with each page, and a thousand readers of one book.
  bool counts() const { return counts_ && !is_new(); }
  PriceStyle prices() const { return prices_; }
  // Until when the page waits for all that it asks.
  const rpc::Limits& limits() const { return limits_; }
  // For a part of the page that it does without.
  rpc::Limits ForPart() const { return rpc::Within(limits_, site_.patience.part()); }
  // As limits(), but from now: for data that is asked for behind a change, or behind an answer that took its time already.
  rpc::Limits ForMoreData() const { return rpc::FromNow(site_.clock, site_.patience.data, limits_.trace); }
  // From now, for a change.
  rpc::Limits ForChange() const { return rpc::FromNow(site_.clock, kChangeBudget, limits_.trace); }
  const http::Request& request() const { return request_; }
  const std::optional<http::SetCookie>& cookie() const { return cookie_; }

 private:
  const Site& site_;
  const http::Request& request_;
  std::optional<http::SetCookie> cookie_;
  std::string visitor_id_;
  std::string_view session_token_;
  bool counts_;
  PriceStyle prices_;
  rpc::Limits limits_;
  // A visit belongs to one thread, so what is asked once may be remembered behind const.
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
  std::string query = {};            // What stands in the search field.
  std::string canonical = {};        // "/books/12": the one address of what has several.
  std::string active_category = {};  // "categories/fiction": marked in the menu.
  bool indexed = true;               // Whether search engines should list it.
  int status = 200;
  bool waits = true;       // False: for a page that must come at once, with the menu only if it is at hand.
  bool personal = false;   // What it shows is one person's: browsers and proxies keep no copy of it.
  bool has_forms = false;  // {{CSRF}} has its value, and cards have their button.
  // Its own address as far as the page understands it, for forms that lead back; empty: its path. Nothing
  // else of an address that a stranger may have made stands on a page, so that pages may be compressed
  // (BREACH).
  std::string here = {};
  bool reflects = false;  // It repeats what the address says, as a search does: then it says nothing of who looks at it.
  std::string frame = "frame.tpl";  // Around the content.
  std::string kind = "website";     // What it is to whoever shares its address (https://ogp.me/#types).
  std::string picture = {};         // The path of one that shows what it is about; may be empty.
};

class Page {
 public:
  // Starts to fetch what the frame needs: the categories, and how many books are in the cart.
  Page(const Site& site, const Visit& visit, PageOptions options);

  View& content() { return content_; }
  // What it says to search engines about itself.
  void Describe(DataBlock data) { data_ = std::move(data); }
  // To make that with.
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
  const std::string base_;  // "https://shop.example"; empty where the shop does not know its own address.
  DataBlock data_;
  RootView root_;
  View content_;
};

// Headers that every response carries: what the page may load (only from us, nothing inline), that it may not
// be framed, that types are as we say, that addresses are not told to others.
void AddSecurityHeaders(Transport transport, http::Response& response);
// Https is then for all hosts below the shop's too (RFC 6797, section 6.1.2). After AddSecurityHeaders with kHttps.
void IncludeSubdomains(http::Response& response);

}  // namespace octavo::marketplace
