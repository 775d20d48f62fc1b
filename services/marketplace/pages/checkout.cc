#include "services/marketplace/pages/checkout.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/uuid.h"
#include "services/marketplace/checkout_form.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_summary.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/pages/cart.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

namespace v1 = transactions::v1;

constexpr char kCartPath[] = "/cart";

// Previews of the same basket, one for each kind of delivery.
struct Previews {
  Result<v1::OrderPreview> shipping;
  Result<v1::OrderPreview> collection;
};

// Whether campaigns use what the e-mail has ordered before: only for a reader who has tried to order with it.
enum class History { kHidden, kKnown };

Previews AskWhatItCosts(const Site& site, const Visit& visit, const CheckoutForm& form, History history) {
  v1::PreviewOrderRequest request;
  for (const v1::OrderItem& item : form.items) *request.add_items() = item;
  for (const std::string& code : form.codes) request.add_codes(code);
  if (visit.viewer().is_customer()) request.mutable_buyer()->set_customer(visit.viewer().customer.name());
  if (history == History::kKnown) {
    request.mutable_buyer()->set_email(form.email);
    request.set_with_history(true);
  }
  const rpc::Limits limits = visit.ForMoreData();
  request.set_delivery_method(v1::DELIVERY_METHOD_SHIPPING);
  auto shipping = site.shop.order_previews.Ask(&TransactionsService::Stub::async::PreviewOrder, request, limits);
  request.set_delivery_method(v1::DELIVERY_METHOD_COLLECTION);
  auto collection = site.shop.order_previews.Ask(&TransactionsService::Stub::async::PreviewOrder, request, limits);
  return {.shipping = shipping.Get(), .collection = collection.Get()};
}

void AddLines(View& content, const v1::OrderPreview& preview, PriceStyle prices) {
  for (const v1::OrderLine& line : preview.lines()) {
    const Words words = DescribePromise(line);
    View row = content.Add("LINE");
    row.Set("LINK", BookLink(line.book()))
        .Set("TITLE", line.title())
        .Set("QUANTITY", line.quantity())
        .Set("LINE_TOTAL", FormatMoney(line.total(), prices))
        .Set("PROMISE", words.text)
        .Set("KIND", words.kind);
    if (line.free_quantity() > 0) row.Add("FREE").Set("FREE_COPIES", Copies(line.free_quantity()));
  }
}

void AddCarried(View& content, const Site& site, const Visit& visit, const CheckoutForm& form, const Previews& previews) {
  content.Set("KEY", SealKey(site.signer, visit.visitor_id(), form.key));
  for (const v1::OrderItem& item : form.items) content.Add("ITEM").Set("ITEM_TEXT", ItemText(item));
  for (const std::string& code : form.codes) content.Add("CODE").Set("CODE_TEXT", code);
  content.Set("SHIPPING_TOTAL", previews.shipping->totals().total().minor())
      .Set("COLLECTION_TOTAL", previews.collection->totals().total().minor())
      .Set("CURRENCY", previews.collection->totals().total().currency_code());
}

void AddFields(View& content, const Viewer& viewer, const CheckoutForm& form, const FormErrors& errors) {
  AddField(content, "CONTACT_FIELD",
           {.name = "email",
            .label = "E-mail",
            .type = "email",
            .value = form.email,
            .autocomplete = "email",
            .hint = viewer.is_customer() ? "For this order; your account keeps its own address."
                                         : "Only for this order. Should you open an account with it later, the order is in it."},
           errors);
  AddField(content, "CONTACT_FIELD", {.name = "full_name", .label = "Name", .value = form.full_name, .autocomplete = "name"},
           errors);
  AddField(content, "ADDRESS_FIELD",
           {.name = "line_1",
            .label = "Street and number",
            .value = form.line_1,
            .autocomplete = "address-line1",
            .conditional = true},
           errors);
  AddField(content, "ADDRESS_FIELD",
           {.name = "line_2",
            .label = "More to the address",
            .value = form.line_2,
            .autocomplete = "address-line2",
            .required = false},
           errors);
  AddField(content, "ADDRESS_FIELD",
           {.name = "postal_code",
            .label = "Postal code",
            .value = form.postal_code,
            .autocomplete = "postal-code",
            .conditional = true,
            .length_max = 20},
           errors);
  AddField(content, "ADDRESS_FIELD",
           {.name = "city", .label = "Town", .value = form.city, .autocomplete = "address-level2", .conditional = true}, errors);
}

void AddChoices(View& content, const CheckoutForm& form, const FormErrors& errors) {
  if (form.delivery == v1::DELIVERY_METHOD_SHIPPING) content.Show("SHIPPING_CHOSEN");
  if (form.delivery == v1::DELIVERY_METHOD_COLLECTION) content.Show("COLLECTION_CHOSEN");
  if (form.payment == v1::PAYMENT_METHOD_CARD) content.Show("CARD_CHOSEN");
  if (form.payment == v1::PAYMENT_METHOD_INVOICE) content.Show("INVOICE_CHOSEN");
  if (form.payment == v1::PAYMENT_METHOD_ON_COLLECTION) content.Show("ON_COLLECTION_CHOSEN");
  for (const Country& country : kCountries) {
    View option = content.Add("COUNTRY");
    option.Set("COUNTRY_CODE", country.code).Set("COUNTRY_NAME", country.name);
    if (country.code == form.country_code) option.Show("CHOSEN");
  }
  for (const SandboxCard& card : kSandboxCards) {
    View option = content.Add("CARD");
    option.Set("CARD_TOKEN", card.token).Set("CARD_NAME", card.name);
    if (card.token == form.payment_token) option.Show("CHOSEN");
  }
  for (const auto& [field, section] :
       {std::pair("delivery", "DELIVERY_WRONG"), {"payment", "PAYMENT_WRONG"}, {"country", "COUNTRY_WRONG"}}) {
    if (!errors.For(field).empty()) content.Add(section).Set("SENTENCE", errors.For(field));
  }
}

// Why the basket cannot be ordered now; empty if it can.
std::string Obstacle(const v1::OrderPreview& preview) {
  for (const v1::OrderLine& line : preview.lines()) {
    if (line.promise() != v1::PROMISE_UNAVAILABLE) continue;
    const std::int64_t left = std::max<std::int64_t>(0, line.quantity() - line.backordered_quantity());
    return left == 0 ? "“" + line.title() + "” is sold out at the moment."
                     : "Of “" + line.title() + "” we have only " + Copies(left) + " left.";
  }
  return "";
}

// The page. `problem` is a sentence above everything, may be empty.
http::Response Show(const Site& site, const Visit& visit, const CheckoutForm& form, const FormErrors& errors,
                    const std::string& problem, int status, History history = History::kHidden) {
  const Previews previews = AskWhatItCosts(site, visit, form, history);
  if (const Error* error = FirstError(previews.collection, previews.shipping)) {
    if (error->code == Code::kNotFound) return Redirect(site, kCartPath, Note::kUnknownBook);
    if (error->reason == "NOT_FOR_SALE") return Redirect(site, kCartPath, Note::kNotForSale);
    // Only a form that was changed asks for what is impossible.
    return ErrorPage(site, visit.request(), error->code == Code::kInvalidArgument ? 400 : 503);
  }
  Page page(
      site, visit,
      {.file = "checkout.tpl", .title = "Checkout", .indexed = false, .status = status, .personal = true, .has_forms = true});
  View& content = page.content();
  if (!problem.empty()) content.Add("PROBLEM").Set("PROBLEM_SENTENCE", problem);
  if (!errors.empty()) content.Show("SOME_WRONG");
  if (!visit.viewer().is_customer()) content.Show("AS_GUEST");
  AddLines(content, *previews.collection, visit.prices());
  AddCarried(content, site, visit, form, previews);
  AddFields(content, visit.viewer(), form, errors);
  AddChoices(content, form, errors);
  const auto& shipping = previews.shipping->totals();
  content.Set("SHIPPING_PRICE", shipping.delivery().minor() == 0 ? "free" : FormatMoney(shipping.delivery(), visit.prices()));
  AddSummary(content, "SUMMARY",
             {.totals = shipping,
              .campaigns = previews.shipping->campaigns(),
              .css_class = "if-shipping",
              .heading = "When we send them"},
             visit.prices());
  AddSummary(content, "SUMMARY",
             {.totals = previews.collection->totals(),
              .campaigns = previews.collection->campaigns(),
              .css_class = "if-collection",
              .heading = "When you collect them"},
             visit.prices());
  // Nothing to pay, so no payment to choose. If sending costs something, it depends on the delivery.
  if (previews.collection->totals().total().minor() == 0) {
    content.Show("FREE");
    if (shipping.total().minor() > 0) content.Add("PAYMENT").Set("PAYMENT_CLASS", "if-shipping");
  } else {
    content.Show("PAYMENT");
  }
  const std::string obstacle = Obstacle(*previews.collection);
  if (obstacle.empty()) {
    content.Show("PLACEABLE");
  } else {
    content.Add("BLOCKED").Set("OBSTACLE", obstacle);
  }
  return std::move(page).Send();
}

// The order's page, for whoever has just bought it.
std::string PathAfter(const Visit& visit, const v1::Order& order) {
  return OrderLink(order.name(), visit.viewer().is_customer() ? "" : order.access_token());
}

std::string WaitingPath(const Site& site, const Visit& visit, const std::string& key) {
  return "/checkout/waiting?key=" + http::PercentEncode(SealKey(site.signer, visit.visitor_id(), key));
}

// Asks transactions again about a key, without ordering anything.
Result<v1::Order> AskAgain(const Site& site, const Visit& visit, const std::string& key) {
  v1::GetPlacedOrderRequest request;
  request.set_idempotency_key(key);
  if (visit.viewer().is_customer()) request.set_customer(visit.viewer().customer.name());
  return site.shop.checkout.Ask(&TransactionsService::Stub::async::GetPlacedOrder, request, visit.ForMoreData()).Get();
}

// Another total, because of earlier orders with this e-mail.
bool IsForTheBuyer(const Error& error) { return error.reason == "TOTAL_CHANGED" && error.metadata.contains("cause"); }

// The sentence for a refusal that ends the order; empty for any other error.
std::string RefusalSentence(const Error& error) {
  if (error.reason == "PAYMENT_DECLINED" && error.metadata.contains("cause")) {
    return "The card’s provider did not answer in time, so nothing was ordered and nothing is charged. Please try "
           "again, or choose another way to pay.";
  }
  if (error.reason == "PAYMENT_DECLINED") {
    return "The card was declined, so nothing was ordered and nothing is charged. Please choose another way "
           "to pay.";
  }
  if (error.reason == "OUT_OF_STOCK") {
    return "Somebody was quicker: not everything you want is on our shelves any more. Nothing is ordered or "
           "charged.";
  }
  if (error.reason == "UNPAID_LIMIT") {
    return "You have ordered as many books as we give out before they are paid, so this one is not ordered. Please pay by "
           "card, or pay first what is due.";
  }
  if (IsForTheBuyer(error)) {
    return "Something that stood here, such as a code for a first order, does not go with this e-mail address, so nothing is "
           "ordered yet. Please look at the new total and order again.";
  }
  if (error.reason == "TOTAL_CHANGED") {
    return "A price has changed meanwhile, so nothing is ordered yet. Please look at the new total and order "
           "again.";
  }
  if (error.code == Code::kFailedPrecondition) {
    return "The order could not be placed, and nothing is charged. Please try once more.";
  }
  return "";
}

// The fields that transactions refused, by their names in the form.
FormErrors ErrorsOf(const Error& error, const CheckoutForm& form) {
  FormErrors errors;
  for (const FieldViolation& violation : error.violations) {
    if (violation.field == "buyer.email") errors.Add("email", "This does not look like an e-mail address.");
    if (violation.field == "address.postal_code") errors.Add("postal_code", PostalSentence(form.country_code));
    if (violation.field == "address.country_code") errors.Add("country", "Please choose the country.");
    if (violation.field.starts_with("address.lines")) errors.Add("line_1", "Please look at the address again.");
    if (violation.field == "payment_method") errors.Add("payment", "Please choose another way to pay.");
  }
  return errors;
}

// Counts the copies of an order that is paid later for the client, until it is clear whether it was placed.
class Hold {
 public:
  Hold(const Site& site, const Visit& visit, const CheckoutForm& form)
      : throttle_(form.IsPaidAtOnce() ? nullptr : site.order_throttle), client_(ClientAddress(site.transport, visit.request())) {
    for (const v1::OrderItem& item : form.items) copies_ += item.quantity();
    if (throttle_ != nullptr) taken_ = throttle_->Take(client_, copies_, site.clock.Now());
  }

  bool taken() const { return taken_; }
  void GiveBack() const {
    if (throttle_ != nullptr) throttle_->GiveBack(client_, copies_);
  }

 private:
  OrderThrottle* const throttle_;
  const std::string client_;
  std::int64_t copies_ = 0;
  bool taken_ = true;
};

// The page after an order that was not placed, or not yet.
http::Response AfterFailure(const Site& site, const Visit& visit, CheckoutForm form, const Error& error) {
  if (error.code == Code::kInvalidArgument) {
    return Show(site, visit, form, ErrorsOf(error, form), "Something in the form is not as we need it. Nothing is ordered yet.",
                422);
  }
  if (error.code == Code::kNotFound) return Redirect(site, kCartPath, Note::kUnknownBook);
  if (error.reason == "NOT_FOR_SALE") return Redirect(site, kCartPath, Note::kNotForSale);
  const std::string refusal = RefusalSentence(error);
  if (!refusal.empty()) {
    form.key = NewUuid(site.clock, site.random);  // The old key has had its answer.
    return Show(site, visit, form, {}, refusal, 422, IsForTheBuyer(error) ? History::kKnown : History::kHidden);
  }
  // It is not known whether it was placed; the key tells.
  const Result<v1::Order> known = AskAgain(site, visit, form.key);
  if (known.ok()) return Redirect(site, PathAfter(visit, *known), Note::kOrderPlaced);
  if (known.error().reason == "UNKNOWN_KEY" && error.code == Code::kUnavailable) {
    return Show(site, visit, form, {},
                "Our till did not answer, so nothing is ordered yet. Please try again; it will be one order, "
                "however often "
                "you press.",
                503);
  }
  return Redirect(site, WaitingPath(site, visit, form.key));
}

}  // namespace

http::Response CheckoutPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  const Result<std::string> name = visit.cart();
  if (!name.ok()) return ErrorPage(site, request, 503);
  cart::v1::GetCartRequest get_cart;
  get_cart.set_name(*name);
  const auto cart = site.shop.cart.Ask(&CartService::Stub::async::GetCart, get_cart, visit.limits()).Get();
  if (!cart.ok()) return ErrorPage(site, request, 503);
  const v1::PreviewOrderRequest basket = BasketOf(*cart, visit.viewer());
  if (basket.items().empty()) return Redirect(site, kCartPath, Note::kCartEmpty);

  CheckoutForm form;
  form.items.assign(basket.items().begin(), basket.items().end());
  form.codes.assign(basket.codes().begin(), basket.codes().end());
  form.key = NewUuid(site.clock, site.random);
  form.delivery = v1::DELIVERY_METHOD_COLLECTION;
  form.payment = v1::PAYMENT_METHOD_CARD;
  if (visit.viewer().is_customer()) {
    form.email = visit.viewer().customer.email();
    form.full_name = visit.viewer().customer.full_name();
  }
  return Show(site, visit, form, {}, "", 200);
}

http::Response PlaceOrder(const Site& site, const Visit& visit, const http::Params& fields) {
  const Result<std::string> cart = visit.cart();
  CheckoutForm form = ReadCheckoutForm(fields);
  const std::optional<std::string> key = OpenKey(site.signer, visit.visitor_id(), fields.Get("key"));
  if (!cart.ok()) return ErrorPage(site, visit.request(), 503);
  if (!key) return ErrorPage(site, visit.request(), 403);
  if (form.items.empty()) return Redirect(site, kCartPath, Note::kCartEmpty);
  form.key = *key;
  const FormErrors errors = CheckCheckoutForm(form);
  if (!errors.empty()) return Show(site, visit, form, errors, "", 422);

  const Hold hold(site, visit, form);
  if (!hold.taken()) {
    const Result<v1::Order> known = AskAgain(site, visit, form.key);
    if (known.ok()) return Redirect(site, PathAfter(visit, *known), Note::kOrderPlaced);
    return AfterFailure(site, visit, std::move(form), {Code::kFailedPrecondition, "UNPAID_LIMIT", "too many from this client"});
  }
  const Result<v1::Order> order = site.shop.checkout
                                      .Ask(&TransactionsService::Stub::async::PlaceOrder,
                                           PlaceRequestOf(form, visit.viewer(), *cart, visit.reader()), visit.ForChange())
                                      .Get();
  if (order.ok()) return Redirect(site, PathAfter(visit, *order), Note::kOrderPlaced);
  if (order.error().code == Code::kFailedPrecondition) hold.GiveBack();
  if (order.error().reason != "IDEMPOTENCY_KEY_REUSED") return AfterFailure(site, visit, std::move(form), order.error());
  // The reader came back and changed the form after the order was sent. The answer is what happened to that order.
  const Result<v1::Order> known = AskAgain(site, visit, form.key);
  if (known.ok()) return Redirect(site, PathAfter(visit, *known), Note::kOrderedBefore);
  return AfterFailure(site, visit, std::move(form), known.error());
}

http::Response WaitingPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  const std::optional<std::string> key = OpenKey(site.signer, visit.visitor_id(), request.query.Get("key"));
  if (!key) return ErrorPage(site, request, 404);
  const Result<v1::Order> order = AskAgain(site, visit, *key);
  if (order.ok()) {
    http::Response response = Redirect(site, PathAfter(visit, *order), Note::kOrderPlaced);
    response.headers.Set("Cache-Control", "no-store");
    return response;
  }
  const Error& error = order.error();
  const std::string refusal = error.reason == "UNKNOWN_KEY"
                                  ? "The order did not reach our till. Nothing is ordered, and nothing is charged."
                                  : RefusalSentence(error);
  Page page(site, visit,
            {.file = "waiting.tpl",
             .title = refusal.empty() ? "Your order is on its way to us" : "Not ordered",
             .indexed = false,
             .personal = true});
  if (refusal.empty()) {
    page.content().Add("WAITING").Set("AGAIN", WaitingPath(site, visit, *key));
  } else {
    page.content().Add("REFUSED").Set("SENTENCE", refusal);
  }
  return std::move(page).Send();
}

}  // namespace octavo::marketplace
