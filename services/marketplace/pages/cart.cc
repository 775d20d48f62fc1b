#include "services/marketplace/pages/cart.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/uuid.h"
#include "services/marketplace/book_card.h"
#include "services/marketplace/form.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_summary.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

using cart::v1::Cart;
using cart::v1::CartLine;
using transactions::v1::OrderPreview;

constexpr char kCartPath[] = "/cart";
constexpr std::int64_t kQuantityMax = 99;
constexpr int kCodesMax = 5;
constexpr std::size_t kCodeBytesMax = 64;

// Whether the line can be ordered as it stands.
bool CanBeHad(const CartLine& line) {
  switch (line.availability()) {
    case cart::v1::AVAILABILITY_PARTLY:
    case cart::v1::AVAILABILITY_SOLD_OUT:
    case cart::v1::AVAILABILITY_GONE:
    case cart::v1::AVAILABILITY_NOT_FOR_SALE: return false;
    default: return true;
  }
}

// The earlier price, if it has changed.
std::string PriceNote(const CartLine& line, PriceStyle prices) {
  if (!line.has_previous_unit_price() || line.previous_unit_price().minor() == line.unit_price().minor()) return "";
  const bool is_dearer = line.unit_price().minor() > line.previous_unit_price().minor();
  return "Was " + FormatMoney(line.previous_unit_price(), prices) + " when you last looked; it has become " +
         (is_dearer ? "dearer." : "cheaper.");
}

// Whether the shop sells the book at all.
bool IsForSale(const CartLine& line) {
  return line.availability() != cart::v1::AVAILABILITY_GONE && line.availability() != cart::v1::AVAILABILITY_NOT_FOR_SALE;
}

// The earlier availability, if it has changed; the line shows the present one.
std::string AvailabilityNote(const CartLine& line) {
  if (!IsForSale(line)) return "";
  switch (line.previous_availability()) {
    case cart::v1::AVAILABILITY_ON_SHELF: return "When you last looked, it was on our shelves.";
    case cart::v1::AVAILABILITY_PARTLY: return "When you last looked, only some of it was on our shelves.";
    case cart::v1::AVAILABILITY_TO_ORDER: return "When you last looked, we would have got it in for you.";
    case cart::v1::AVAILABILITY_SOLD_OUT: return "When you last looked, it was sold out.";
    default: return "";
  }
}

void AddLine(View& content, const Cart& cart, const CartLine& line, const transactions::v1::OrderLine* quoted,
             PriceStyle prices) {
  View row = content.Add(line.saved_for_later() ? "SAVED_LINE" : "LINE");
  const Words words = DescribeLine(line);
  row.Set("LINK", BookLink(line.book()))
      .Set("COVER", CoverLink(line.book()))
      .Set("BOOK", line.book())
      .Set("ID", LastSegment(line.book()))
      .Set("ETAG", cart.etag())
      .Set("TITLE", line.title())
      .Set("AUTHORS", line.authors())
      .Set("QUANTITY", line.quantity())
      .Set("AVAILABILITY", words.text)
      .Set("KIND", words.kind);
  if (line.has_unit_price()) row.Add("PRICED").Set("UNIT_PRICE", FormatMoney(line.unit_price(), prices));
  for (const std::string& note : {AvailabilityNote(line), PriceNote(line, prices)}) {
    if (!note.empty()) row.Add("NOTED").Set("CHANGE_NOTE", note);
  }
  if (quoted == nullptr) return;
  View sum = row.Add("QUOTED");
  sum.Set("LINE_TOTAL", FormatMoney(quoted->total(), prices));
  if (quoted->discount().minor() > 0) sum.Add("SAVED").Set("SAVING", FormatMoney(quoted->discount(), prices));
  if (quoted->free_quantity() > 0) sum.Add("FREE").Set("FREE_COPIES", Copies(quoted->free_quantity()));
}

std::string NotForSale(const CartLine& line) {
  return "“" + line.title() + "” is not for sale at the moment. Remove it or save it for later, and you can order the rest.";
}

// What keeps the reader from the checkout; empty if nothing does.
std::string Obstacle(const Cart& cart, const Result<OrderPreview>& preview) {
  for (const CartLine& line : cart.lines()) {
    if (line.saved_for_later() || CanBeHad(line)) continue;
    if (line.availability() == cart::v1::AVAILABILITY_PARTLY) {
      return "We have only " + Copies(line.available_quantity()) + " of “" + line.title() + "”. Take fewer, and you can order.";
    }
    if (line.availability() == cart::v1::AVAILABILITY_NOT_FOR_SALE) return NotForSale(line);
    return "“" + line.title() + "” cannot be had at the moment. Remove it or save it for later, and you can order the rest.";
  }
  if (!preview.ok() && preview.error().reason == "NOT_FOR_SALE") {
    for (const CartLine& line : cart.lines()) {  // The price was removed between the two answers.
      const auto book = preview.error().metadata.find("book");
      if (book != preview.error().metadata.end() && book->second == line.book()) return NotForSale(line);
    }
  }
  if (preview.ok() && !preview->placeable()) {
    for (const transactions::v1::OrderLine& line : preview->lines()) {
      if (line.promise() == transactions::v1::PROMISE_UNAVAILABLE) {
        return "“" + line.title() + "” cannot be had in that quantity at the moment.";
      }
    }
  }
  return "";
}

void AddLines(View& content, const Cart& cart, const Result<OrderPreview>& preview, PriceStyle prices) {
  std::map<std::string, const transactions::v1::OrderLine*> quoted;
  if (preview.ok()) {
    for (const transactions::v1::OrderLine& line : preview->lines()) quoted[line.book()] = &line;
  }
  bool any_saved = false;
  for (const CartLine& line : cart.lines()) {
    const auto found = quoted.find(line.book());
    AddLine(content, cart, line, line.saved_for_later() || found == quoted.end() ? nullptr : found->second, prices);
    any_saved = any_saved || line.saved_for_later();
  }
  if (any_saved) content.Show("SAVED_HEAD");
}

// The sum, the codes and the way to the checkout.
void AddSum(View& content, const Cart& cart, const Result<OrderPreview>& preview, PriceStyle prices) {
  View sum = content.Add("SUM");
  sum.Set("ETAG", cart.etag());
  for (const std::string& code : cart.codes()) sum.Add("CODE").Set("CODE_TEXT", code).Set("CODE_ETAG", cart.etag());
  if (preview.ok()) {
    AddSummary(sum, "SUMMARY", {.totals = preview->totals(), .campaigns = preview->campaigns(), .with_delivery = false}, prices);
  } else {
    sum.Show("NO_SUM");
  }
  const std::string obstacle = Obstacle(cart, preview);
  if (obstacle.empty()) {
    sum.Show("TO_CHECKOUT");
  } else {
    sum.Add("BLOCKED").Set("OBSTACLE", obstacle);
  }
}

// The note after a change of the cart that failed.
Note NoteFor(const Error& error) {
  const auto names = [&](const char* field) {
    return std::any_of(error.violations.begin(), error.violations.end(),
                       [&](const FieldViolation& violation) { return violation.field == field; });
  };
  if (error.code == Code::kAborted || error.reason == "UNKNOWN_LINE" || names("etag")) return Note::kCartChangedElsewhere;
  if (names("book")) return Note::kUnknownBook;
  if (error.reason == "CART_FULL") return Note::kCartFull;
  if (error.reason == "UNKNOWN_BOOK") return Note::kUnknownBook;
  if (error.reason == "NOT_FOR_SALE") return Note::kNotForSale;
  return Note::kTryAgain;
}

// 0 to 99; nothing else is a quantity.
std::optional<std::int64_t> QuantityOf(const http::Params& form) {
  const std::string text = Trimmed(form, "quantity");
  std::int64_t quantity = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quantity);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (quantity < 0 || quantity > kQuantityMax) return std::nullopt;
  return quantity;
}

// Where the reader goes after a change, and the note there.
struct Done {
  std::string path = kCartPath;
  Note note;
  std::string book = {};  // The changed book; empty: none.
};

// Sends the change and redirects; to the cart if it failed.
http::Response Changed(const Site& site, rpc::Pending<Cart> pending, const Done& done) {
  const Result<Cart> cart = pending.Get();
  if (cart.ok()) return Redirect(site, done.path, done.note, done.book);
  return Redirect(site, kCartPath, NoteFor(cart.error()), done.book);
}

// The page with the form, at the card whose button was pressed, so that readers without scripts also come back to their
// place.
std::string PathBack(const Visit& visit, const http::Params& form, const std::string& book) {
  const std::string path = NextPath(form, kCartPath);
  const bool is_of_card = path != kCartPath && visit.request().query.Has("shelf");
  return is_of_card ? path + "#" + CardId(book, ShelfOf(visit.request().query.Get("shelf"))) : path;
}

}  // namespace

transactions::v1::PreviewOrderRequest BasketOf(const Cart& cart, const Viewer& viewer) {
  transactions::v1::PreviewOrderRequest request;
  for (const CartLine& line : cart.lines()) {
    if (line.saved_for_later() || !IsForSale(line)) continue;
    transactions::v1::OrderItem& item = *request.add_items();
    item.set_book(line.book());
    item.set_quantity(line.quantity());
  }
  *request.mutable_codes() = cart.codes();
  request.set_delivery_method(transactions::v1::DELIVERY_METHOD_COLLECTION);
  if (viewer.is_customer()) {
    request.mutable_buyer()->set_customer(viewer.customer.name());
    request.mutable_buyer()->set_email(viewer.customer.email());
  }
  return request;
}

http::Response CartPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  const Result<std::string> name = visit.cart();
  if (!name.ok()) return ErrorPage(site, request, 503);
  cart::v1::GetCartRequest get_cart;
  get_cart.set_name(*name);
  const Result<Cart> found = site.shop.cart.Ask(&CartService::Stub::async::GetCart, get_cart, visit.limits()).Get();
  if (!found.ok()) return ErrorPage(site, request, 503);
  const Cart& cart = *found;
  const transactions::v1::PreviewOrderRequest basket = BasketOf(cart, visit.viewer());
  // Counted from now: the cart took some time already, and its sum is most of this page.
  auto preview = basket.items().empty()
                     ? rpc::Pending<OrderPreview>(Result<OrderPreview>(Error{}))
                     : site.shop.order_previews.Ask(&TransactionsService::Stub::async::PreviewOrder, basket, visit.ForMoreData());

  Page page(site, visit, {.file = "cart.tpl", .title = "Your cart", .indexed = false, .personal = true, .has_forms = true});
  View& content = page.content();
  if (cart.stale()) content.Show("STALE");
  const Result<OrderPreview> quote = preview.Get();
  AddLines(content, cart, quote, visit.prices());
  if (basket.items().empty()) {
    content.Show("EMPTY");
  } else {
    AddSum(content, cart, quote, visit.prices());
  }
  return std::move(page).Send();
}

http::Response CartNote(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return Page(site, visit, {.file = "cart_note.tpl", .indexed = false, .personal = true, .frame = "cart_note.tpl"}).Send();
}

http::Response AddToCart(const Site& site, const Visit& visit, const http::Params& form) {
  const Result<std::string> name = visit.cart();
  if (!name.ok()) return Redirect(site, kCartPath, Note::kTryAgain);
  cart::v1::AddItemRequest add;
  add.set_name(*name);
  add.set_book(Trimmed(form, "book"));
  const std::optional<std::int64_t> quantity = form.Has("quantity") ? QuantityOf(form) : 1;
  if (!quantity || *quantity == 0) return Redirect(site, kCartPath, Note::kBadQuantity);
  add.set_quantity(*quantity);
  add.set_request_id(NewUuid(site.clock, site.random));
  return Changed(site, site.shop.cart.Ask(&CartService::Stub::async::AddItem, add, visit.ForChange()),
                 {.path = PathBack(visit, form, add.book()), .note = Note::kAddedToCart, .book = add.book()});
}

http::Response ChangeLine(const Site& site, const Visit& visit, const http::Params& form) {
  const Result<std::string> name = visit.cart();
  const std::string what = Trimmed(form, "do");
  const std::optional<std::int64_t> quantity = what == "remove" ? 0 : QuantityOf(form);
  const bool sets = what == "set" || what == "remove";
  if (!sets && what != "save" && what != "move") return ErrorPage(site, visit.request(), 400);
  if (!name.ok()) return Redirect(site, kCartPath, Note::kTryAgain);
  if (sets && !quantity) return Redirect(site, kCartPath, Note::kBadQuantity);
  const rpc::Limits limits = visit.ForChange();
  if (sets) {
    cart::v1::SetQuantityRequest set;
    set.set_name(*name);
    set.set_book(Trimmed(form, "book"));
    set.set_quantity(*quantity);
    set.set_etag(Trimmed(form, "etag"));
    set.set_request_id(NewUuid(site.clock, site.random));
    const Note note = *quantity == 0 ? Note::kLineRemoved : Note::kQuantitySet;
    return Changed(site, site.shop.cart.Ask(&CartService::Stub::async::SetQuantity, set, limits),
                   {.note = note, .book = set.book()});
  }
  cart::v1::SetSavedForLaterRequest save;
  save.set_name(*name);
  save.set_book(Trimmed(form, "book"));
  save.set_saved_for_later(what == "save");
  save.set_etag(Trimmed(form, "etag"));
  save.set_request_id(NewUuid(site.clock, site.random));
  const Note note = what == "save" ? Note::kSavedForLater : Note::kMovedToCart;
  return Changed(site, site.shop.cart.Ask(&CartService::Stub::async::SetSavedForLater, save, limits),
                 {.note = note, .book = save.book()});
}

http::Response ChangeCodes(const Site& site, const Visit& visit, const http::Params& form) {
  const Result<std::string> name = visit.cart();
  if (!name.ok()) return Redirect(site, kCartPath, Note::kTryAgain);
  cart::v1::GetCartRequest get_cart;
  get_cart.set_name(*name);
  const rpc::Limits limits = visit.ForChange();
  const Result<Cart> cart = site.shop.cart.Ask(&CartService::Stub::async::GetCart, get_cart, limits).Get();
  if (!cart.ok()) return Redirect(site, kCartPath, Note::kTryAgain);

  const std::string code = Trimmed(form, "code");
  const bool adds = form.Get("do") == "add";
  cart::v1::SetCodesRequest set;
  for (const std::string& known : cart->codes()) {
    if (known != code) set.add_codes(known);
  }
  if (adds) set.add_codes(code);
  if (adds && (code.empty() || code.size() > kCodeBytesMax || set.codes_size() > kCodesMax)) {
    return Redirect(site, kCartPath, Note::kCodesFull);
  }
  set.set_name(*name);
  // The form's etag, not that of the cart just read: a code is checked against the cart that the reader saw.
  set.set_etag(Trimmed(form, "etag"));
  set.set_request_id(NewUuid(site.clock, site.random));
  return Changed(site, site.shop.cart.Ask(&CartService::Stub::async::SetCodes, set, limits),
                 {.note = adds ? Note::kCodeAdded : Note::kCodeRemoved});
}

}  // namespace octavo::marketplace
