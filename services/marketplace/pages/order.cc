#include "services/marketplace/pages/order.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <utility>

#include "lib/base/uuid.h"
#include "lib/email/email.h"
#include "services/marketplace/checkout_form.h"
#include "services/marketplace/form.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_summary.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

namespace v1 = transactions::v1;

constexpr int kOrdersPerPage = 20;
constexpr int kEventsMax = 100;

// Who asks for which order. Never anonymous: without a token or a session nobody has an order here.
struct Claim {
  std::string name;
  std::string customer;
  std::string access_token;

  bool is_empty() const { return customer.empty() && access_token.empty(); }
};

Claim ClaimOf(const Visit& visit, const std::string& id, std::string_view token) {
  Claim claim{.name = "orders/" + id};
  claim.access_token = std::string(token);
  if (claim.access_token.empty() && visit.viewer().is_customer()) claim.customer = visit.viewer().customer.name();
  return claim;
}

template <typename Request>
Request RequestOf(const Claim& claim) {
  Request request;
  request.set_customer(claim.customer);
  request.set_access_token(claim.access_token);
  return request;
}

// The key of a request to return books, made from the form and its content: a double click is one request, and another choice of
// books from the same form (after going back) is another.
std::string ReturnKey(const Site& site, const std::string& form_key, const v1::RequestReturnRequest& request) {
  if (form_key.empty()) return "";
  std::string wish = form_key;
  for (const v1::OrderItem& item : request.items()) wish += " " + item.book() + ":" + std::to_string(item.quantity());
  return form_key + "." + site.signer.Sign("return", wish + " " + request.reason());
}

Result<v1::Order> Fetch(const Site& site, const Claim& claim, const rpc::Limits& limits) {
  if (claim.is_empty()) return Error{Code::kNotFound, "UNKNOWN_ORDER", "nobody asks for " + claim.name};
  auto request = RequestOf<v1::GetOrderRequest>(claim);
  request.set_name(claim.name);
  return site.shop.orders.Ask(&TransactionsService::Stub::async::GetOrder, request, limits).Get();
}

bool CanBeCancelled(const v1::Order& order) {
  return order.state() == v1::Order::STATE_PLACED && order.fulfilment_state() <= v1::Order::FULFILMENT_STATE_READY;
}

std::int64_t Kept(const v1::OrderLine& line) { return line.quantity() - line.refunded_quantity(); }

bool IsOpen(const v1::Return& given_back) {
  return given_back.state() == v1::Return::STATE_REQUESTED || given_back.state() == v1::Return::STATE_ACCEPTED;
}

// Copies that the buyer has and for which no open return exists.
std::int64_t LeftToReturn(const v1::Order& order, const v1::OrderLine& line) {
  std::int64_t left = Kept(line);
  for (const v1::Return& given_back : order.returns()) {
    if (!IsOpen(given_back)) continue;
    for (const v1::OrderItem& item : given_back.items()) left -= item.book() == line.book() ? item.quantity() : 0;
  }
  return left;
}

bool CanBeReturned(const v1::Order& order, Timestamp now) {
  const bool was_sent = order.fulfilment_state() == v1::Order::FULFILMENT_STATE_SHIPPED ||
                        order.fulfilment_state() == v1::Order::FULFILMENT_STATE_DELIVERED;
  const bool is_over = order.has_return_end_time() && now >= Timestamp(std::chrono::seconds(order.return_end_time().seconds()));
  return was_sent && !is_over && std::any_of(order.lines().begin(), order.lines().end(), [&](const v1::OrderLine& line) {
           return LeftToReturn(order, line) > 0;
         });
}

// The refund for each unit that is left, in the order in which they would be refunded.
std::string Shares(const v1::Order& order, const v1::OrderLine& line, PriceStyle prices) {
  const std::string& currency_code = order.totals().total().currency_code();
  std::string shares;
  for (std::int64_t i = line.quantity() - LeftToReturn(order, line); i < line.unit_total_minor_size(); ++i) {
    shares += (shares.empty() ? "" : ", then ") + FormatPrice(line.unit_total_minor(static_cast<int>(i)), currency_code, prices);
  }
  return shares;
}

// The promise for copies that are still to come: those that come later were refunded first.
Words PromiseOfWhatIsLeft(const v1::OrderLine& line) {
  v1::OrderLine left = line;
  left.set_quantity(Kept(line));
  left.set_backordered_quantity(std::max<std::int64_t>(0, line.backordered_quantity() - line.refunded_quantity()));
  if (left.backordered_quantity() == 0) left.set_promise(v1::PROMISE_ON_SHELF);
  return DescribePromise(left);
}

void AddLines(View& content, const v1::Order& order, PriceStyle prices) {
  for (const v1::OrderLine& line : order.lines()) {
    const Words words = PromiseOfWhatIsLeft(line);
    View row = content.Add("LINE");
    row.Set("LINK", BookLink(line.book()))
        .Set("COVER", CoverLink(line.book()))
        .Set("TITLE", line.title())
        .Set("QUANTITY", Copies(line.quantity()))
        .Set("UNIT_PRICE", FormatMoney(line.unit_price(), prices))
        .Set("LINE_TOTAL", FormatMoney(line.total(), prices));
    if (order.state() == v1::Order::STATE_PLACED && Kept(line) > 0)
      row.Add("PROMISED").Set("PROMISE", words.text).Set("KIND", words.kind);
    if (line.discount().minor() > 0) row.Add("SAVED").Set("SAVING", FormatMoney(line.discount(), prices));
    if (line.free_quantity() > 0) row.Add("FREE").Set("FREE_COPIES", Copies(line.free_quantity()));
    if (line.refunded_quantity() > 0 && order.state() != v1::Order::STATE_CANCELLED)
      row.Add("RETURNED").Set("RETURNED_COPIES", Copies(line.refunded_quantity()));
  }
}

void AddActions(View& content, const Site& site, const v1::Order& order, const Claim& claim, PriceStyle prices) {
  const std::string id(LastSegment(order.name()));
  if (CanBeCancelled(order)) {
    content.Add("CANCELLABLE")
        .Set("CANCEL_PATH", OrderLink(order.name()) + "/cancel")
        .Set("WHAT", order.refunded().minor() > 0 ? "the rest of the order" : "the whole order")
        .Set("TOKEN", claim.access_token);
  }
  if (!CanBeReturned(order, site.clock.Now())) return;
  View form = content.Add("RETURNABLE");
  form.Set("RETURN_PATH", OrderLink(order.name()) + "/return")
      .Set("TOKEN", claim.access_token)
      .Set("RETURN_KEY", NewUuid(site.clock, site.random));
  if (order.has_return_end_time()) {
    form.Add("UNTIL").Set("LAST_DAY", FormatLastDay(site.time_zone, order.return_end_time().seconds()));
  }
  if (order.totals().delivery().minor() > 0) form.Show("WITH_DELIVERY");
  for (const v1::OrderLine& line : order.lines()) {
    if (LeftToReturn(order, line) == 0) continue;
    View row = form.Add("RETURN_LINE");
    row.Set("TITLE", line.title())
        .Set("FIELD", "copies-" + std::string(LastSegment(line.book())))
        .Set("LEFT", LeftToReturn(order, line))
        .Set("SHARES", Shares(order, line, prices));
  }
}

// "2 copies of Emma, 1 copy of Persuasion".
std::string ItemsOf(const v1::Order& order, const v1::Return& given_back) {
  std::string words;
  for (const v1::OrderItem& item : given_back.items()) {
    const auto line = std::find_if(order.lines().begin(), order.lines().end(),
                                   [&](const v1::OrderLine& candidate) { return candidate.book() == item.book(); });
    words += (words.empty() ? "" : ", ") + Copies(item.quantity()) + " of " +
             (line == order.lines().end() ? item.book() : line->title());
  }
  return words;
}

void AddReturns(View& content, const TimeZone& time_zone, const v1::Order& order, PriceStyle prices) {
  if (order.returns().empty()) return;
  View section = content.Add("RETURNS");
  for (const v1::Return& given_back : order.returns()) {
    const Words words = DescribeReturn(given_back);
    View row = section.Add("RETURN");
    row.Set("RETURN_ITEMS", ItemsOf(order, given_back))
        .Set("RETURN_ASKED", FormatDate(time_zone, given_back.request_time().seconds()))
        .Set("RETURN_WORDS", words.text)
        .Set("RETURN_KIND", words.kind);
    if (!given_back.answer().empty()) row.Add("ANSWERED").Set("RETURN_ANSWER", given_back.answer());
    if (given_back.amount().minor() > 0) row.Add("WORTH").Set("RETURN_AMOUNT", FormatMoney(given_back.amount(), prices));
  }
}

void AddStates(View& content, const TimeZone& time_zone, const v1::Order& order, PriceStyle prices) {
  content.Set("NUMBER", order.number())
      .Set("STATE", OrderState(order))
      .Set("PAYMENT", PaymentState(order))
      .Set("FULFILMENT", FulfilmentState(order))
      .Set("PLACED", FormatMoment(time_zone, order.place_time().seconds()));
  if (order.refunded().minor() > 0) content.Add("REFUNDED").Set("REFUNDED_SUM", FormatMoney(order.refunded(), prices));
  if (order.credited().minor() > 0) content.Add("CREDITED").Set("CREDITED_SUM", FormatMoney(order.credited(), prices));
  content.Set("EMAIL", EmailForPeople(order.buyer().email())).Set("FULL_NAME", order.buyer().full_name());
  if (order.delivery_method() == v1::DELIVERY_METHOD_COLLECTION) {
    content.Show("COLLECTED");
    return;
  }
  View shipped = content.Add("SHIPPED");
  for (const std::string& line : order.address().lines()) shipped.Add("ADDRESS_LINE").Set("TEXT", line);
  shipped.Set("POSTAL_CODE", order.address().postal_code())
      .Set("CITY", order.address().city())
      .Set("COUNTRY", CountryName(order.address().country_code()));
}

// What happened, oldest first; gives the position of the last event.
std::int64_t AddEvents(View& content, const TimeZone& time_zone, const Result<v1::ListOrderEventsResponse>& events,
                       PriceStyle prices) {
  std::int64_t last = 0;
  if (!events.ok()) return last;
  for (const v1::OrderEvent& event : events->events()) {
    View item = content.Add("EVENT");
    item.Set("EVENT_TIME", FormatMoment(time_zone, event.event_time().seconds())).Set("EVENT_WORDS", EventWords(event));
    if (!event.note().empty()) item.Add("EVENT_NOTED").Set("EVENT_NOTE", WithAmountsFor(event.note(), prices));
    last = event.position();
  }
  return last;
}

rpc::Pending<v1::ListOrderEventsResponse> AskForEvents(const Site& site, const Claim& claim, const rpc::Limits& limits) {
  if (claim.is_empty()) return rpc::Pending<v1::ListOrderEventsResponse>(Result<v1::ListOrderEventsResponse>(Error{}));
  auto request = RequestOf<v1::ListOrderEventsRequest>(claim);
  request.set_order(claim.name);
  request.set_page_size(kEventsMax);
  return site.shop.orders.Ask(&TransactionsService::Stub::async::ListOrderEvents, request, limits);
}

}  // namespace

http::Response OrderPage(const Site& site, const http::Request& request, const std::string& id) {
  const Visit visit(site, request);
  const Claim claim = ClaimOf(visit, id, request.query.Get("token"));
  auto events = AskForEvents(site, claim, visit.limits());
  const Result<v1::Order> found = Fetch(site, claim, visit.limits());
  if (!found.ok()) {
    const bool is_bad_name = found.error().code == Code::kInvalidArgument;
    return is_bad_name ? ErrorPage(site, request, 404) : ErrorPage(site, request, found.error());
  }
  const v1::Order& order = *found;
  Page page(site, visit,
            {.file = "order.tpl", .title = "Order " + order.number(), .indexed = false, .personal = true, .has_forms = true});
  View& content = page.content();
  AddStates(content, site.time_zone, order, visit.prices());
  AddLines(content, order, visit.prices());
  AddSummary(content, "SUMMARY", {.totals = order.totals(), .campaigns = order.campaigns(), .with_advice = false},
             visit.prices());
  AddReturns(content, site.time_zone, order, visit.prices());
  AddActions(content, site, order, claim, visit.prices());
  const std::int64_t last = AddEvents(content, site.time_zone, events.Get(), visit.prices());
  if (!claim.access_token.empty()) content.Show("BY_LINK");
  const std::string live = OrderLink(order.name()) + "/events?after=" + std::to_string(last) +
                           (claim.access_token.empty() ? "" : "&token=" + http::PercentEncode(claim.access_token));
  if (last > 0) content.Add("LIVE").Set("LIVE_PATH", live);
  return std::move(page).Send();
}

http::Response OrderEvents(const Site& site, const http::Request& request, const std::string& id) {
  const Visit visit(site, request);
  const Claim claim = ClaimOf(visit, id, request.query.Get("token"));
  const Result<v1::Order> found = Fetch(site, claim, visit.limits());
  if (!found.ok()) return http::PlainText(found.error().code == Code::kNotFound ? 404 : 503, "No such order\n");
  v1::StreamOrderEventsRequest follow;
  follow.set_order(claim.name);
  follow.set_customer(claim.customer);
  follow.set_access_token(claim.access_token);
  std::int64_t after = 0;
  const std::string_view text = request.query.Get("after");
  std::from_chars(text.data(), text.data() + text.size(), after);
  follow.set_position(std::max<std::int64_t>(0, after));
  http::Response response;
  response.content_type = "text/event-stream";
  response.headers.Add("Cache-Control", "no-store");
  response.stream = [&site, follow, bearer = visit.limits().bearer](const std::shared_ptr<http::EventStream>& stream) {
    const auto subscription =
        site.shop.orders.Follow(&TransactionsService::Stub::async::StreamOrderEvents, follow, bearer,
                                {.message = [stream](const v1::OrderEvent&) { stream->Send("changed", ""); },
                                 .end = [stream](const Status&) { stream->Close(); }});
    stream->OnClose([subscription] { subscription->Cancel(); });
  };
  return response;
}

http::Response CancelOrder(const Site& site, const Visit& visit, const http::Params& form, const std::string& id) {
  const Claim claim = ClaimOf(visit, id, form.Get("token"));
  if (claim.is_empty()) return ErrorPage(site, visit.request(), 404);
  auto request = RequestOf<v1::CancelOrderRequest>(claim);
  request.set_name(claim.name);
  request.set_reason("Cancelled by the buyer");
  const Result<v1::Order> order =
      site.shop.order_changes.Ask(&TransactionsService::Stub::async::CancelOrder, request, visit.ForChange()).Get();
  if (!order.ok() && order.error().code == Code::kNotFound) return ErrorPage(site, visit.request(), 404);
  const Note note = order.ok()                                        ? Note::kOrderCancelled
                    : order.error().code == Code::kFailedPrecondition ? Note::kOrderTooLateToCancel
                                                                      : Note::kTryAgain;
  return Redirect(site, OrderLink(claim.name, claim.access_token), note);
}

http::Response ReturnBooks(const Site& site, const Visit& visit, const http::Params& form, const std::string& id) {
  const Claim claim = ClaimOf(visit, id, form.Get("token"));
  const rpc::Limits limits = visit.ForChange();
  const Result<v1::Order> order = Fetch(site, claim, limits);
  if (!order.ok()) return ErrorPage(site, visit.request(), order.error());
  auto request = RequestOf<v1::RequestReturnRequest>(claim);
  request.set_name(claim.name);
  request.set_reason(Trimmed(form, "reason"));
  const bool everything = form.Has("everything");
  for (const v1::OrderLine& line : order->lines()) {
    const std::string text = Trimmed(form, "copies-" + std::string(LastSegment(line.book())), 4);
    std::int64_t copies = 0;
    std::from_chars(text.data(), text.data() + text.size(), copies);
    if (copies < 1 || everything) continue;
    v1::OrderItem& item = *request.add_items();
    item.set_book(line.book());
    item.set_quantity(copies);
  }
  request.set_idempotency_key(ReturnKey(site, Trimmed(form, "key", 36), request));
  const std::string path = OrderLink(claim.name, claim.access_token);
  if (request.items().empty() && !everything) return Redirect(site, path, Note::kChooseWhatToReturn);
  const Result<v1::Order> asked =
      site.shop.order_changes.Ask(&TransactionsService::Stub::async::RequestReturn, request, limits).Get();
  if (asked.ok()) return Redirect(site, path, Note::kReturnRequested);
  if (asked.error().reason == "RETURN_PERIOD_OVER") return Redirect(site, path, Note::kTooLateToReturn);
  const Code code = asked.error().code;
  const bool is_refused = code == Code::kFailedPrecondition || code == Code::kInvalidArgument;
  return Redirect(site, path, is_refused ? Note::kNothingToReturn : Note::kTryAgain);
}

http::Response OrdersPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  Page page(site, visit, {.file = "orders.tpl", .title = "Your orders", .indexed = false, .personal = true});
  View& content = page.content();
  if (visit.viewer().kind == Viewer::Kind::kUnknown) return ErrorPage(site, request, 503);
  if (!visit.viewer().is_customer()) {
    content.Show("AS_GUEST");
    return std::move(page).Send();
  }
  v1::ListOrdersRequest list;
  list.set_customer(visit.viewer().customer.name());
  list.set_page_size(kOrdersPerPage);
  list.set_page_token(std::string(request.query.Get("page")));
  const auto orders = site.shop.orders.Ask(&TransactionsService::Stub::async::ListOrders, list, visit.limits()).Get();
  if (!orders.ok() && orders.error().reason == "BAD_PAGE_TOKEN") return http::SeeOther("/orders");
  if (!orders.ok()) return ErrorPage(site, request, orders.error());
  for (const v1::Order& order : orders->orders()) {
    const bool is_cancelled = order.state() == v1::Order::STATE_CANCELLED;
    std::string titles;
    for (const v1::OrderLine& line : order.lines()) titles += (titles.empty() ? "" : ", ") + line.title();
    content.Add("ORDER")
        .Set("LINK", OrderLink(order.name()))
        .Set("NUMBER", order.number())
        .Set("PLACED", FormatDate(site.time_zone, order.place_time().seconds()))
        .Set("TITLES", titles)
        .Set("TOTAL", FormatMoney(order.totals().total(), visit.prices()))
        .Set("STATE", is_cancelled ? OrderState(order) : FulfilmentState(order))
        .Set("KIND", is_cancelled ? "unknown" : "good")
        .Set("PAYMENT", PaymentState(order));
  }
  if (orders->orders().empty()) content.Show("EMPTY");
  if (!orders->next_page_token().empty()) {
    content.Add("NEXT").Set("NEXT_LINK", "/orders?page=" + http::PercentEncode(orders->next_page_token()));
  }
  return std::move(page).Send();
}

}  // namespace octavo::marketplace
