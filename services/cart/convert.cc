#include "services/cart/convert.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "lib/base/fingerprint.h"
#include "lib/base/quoted.h"
#include "lib/names/numbers.h"
#include "lib/rpc/values.h"

namespace octavo::cart {
namespace {

// As many lines as transactions accepts in an order.
constexpr int kOrderedLinesMax = 500;
constexpr std::size_t kOrderNameBytesMax = 200;

Result<std::int64_t> ParseEtag(const std::string& etag) {
  if (const auto version = names::FindVersion(etag)) return *version;
  return InvalidField("etag", "must be the etag of a cart that was read, is " + Quoted(etag));
}

Result<Change> ParseChange(const std::string& cart, const std::string& cart_field, const std::string& request_id,
                           const std::string& asked_for) {
  Change change;
  change.cart = TRY(ParseCartName(cart, cart_field));
  TRY(CheckRequestId(request_id));
  change.request_id = request_id;
  change.fingerprint = static_cast<std::int64_t>(Fingerprint(asked_for));
  return change;
}

// Fills in what the reader sees of a line now.
void Describe(v1::CartLine& out, const Line& line, const ShopFacts& facts) {
  const Seen* now = nullptr;
  if (facts.books) {
    const auto found = facts.books->find(line.book);
    if (found != facts.books->end()) now = &found->second;
  }
  const Seen& shown = now != nullptr ? *now : line.seen;
  out.set_title(shown.title);
  out.set_authors(shown.authors);
  if (shown.price) *out.mutable_unit_price() = rpc::ToProto(*shown.price);
  if (shown.price && line.seen.price && *shown.price != *line.seen.price) {
    *out.mutable_previous_unit_price() = rpc::ToProto(*line.seen.price);
  }

  if (const auto stock = StockOf(facts, line.book)) out.set_available_quantity(stock->available);
  const Availability availability = AvailabilityNow(line, facts);
  out.set_availability(static_cast<v1::Availability>(availability));
  const bool are_known = availability != Availability::kUnknown && line.seen.availability != Availability::kUnknown;
  if (are_known && availability != line.seen.availability) {
    out.set_previous_availability(static_cast<v1::Availability>(line.seen.availability));
  }
}

}  // namespace

Result<ItemToAdd> ParseAddItem(const v1::AddItemRequest& request) {
  ItemToAdd item;
  item.change = TRY(ParseChange(request.name(), "name", request.request_id(),
                                "add " + request.book() + ' ' + std::to_string(request.quantity())));
  item.book = TRY(ParseBookName(request.book(), "book"));
  TRY(CheckAddedQuantity(request.quantity()));
  item.quantity = request.quantity();
  return item;
}

Result<Change> ParseSetQuantity(const v1::SetQuantityRequest& request) {
  Change change = TRY(ParseChange(request.name(), "name", request.request_id(),
                                  "set " + request.book() + ' ' + std::to_string(request.quantity())));
  TRY(CheckSetQuantity(request.quantity()));
  change.expected_version = TRY(ParseEtag(request.etag()));
  return change;
}

Result<Change> ParseSetSavedForLater(const v1::SetSavedForLaterRequest& request) {
  Change change = TRY(ParseChange(request.name(), "name", request.request_id(),
                                  (request.saved_for_later() ? "save " : "take up ") + request.book()));
  change.expected_version = TRY(ParseEtag(request.etag()));
  return change;
}

Result<CodesToSet> ParseSetCodes(const v1::SetCodesRequest& request) {
  CodesToSet codes;
  codes.codes = TRY(CheckCodes({request.codes().begin(), request.codes().end()}));
  std::string asked_for = "codes";
  for (const std::string& code : codes.codes) asked_for += '\n' + code;
  codes.change = TRY(ParseChange(request.name(), "name", request.request_id(), asked_for));
  codes.change.expected_version = TRY(ParseEtag(request.etag()));
  return codes;
}

Result<CartsToMerge> ParseMergeCarts(const v1::MergeCartsRequest& request) {
  CartsToMerge merge;
  merge.from = TRY(ParseCartName(request.from(), "from"));
  merge.change = TRY(ParseChange(request.to(), "to", request.request_id(), "merge " + request.from()));
  if (!IsGuest(merge.from)) return InvalidField("from", "must be a guest's cart, is " + Quoted(request.from()));
  if (IsGuest(merge.change.cart)) return InvalidField("to", "must be a customer's cart, is " + Quoted(request.to()));
  return merge;
}

Result<Ordered> ParseClearOrdered(const v1::ClearOrderedRequest& request) {
  Ordered ordered;
  ordered.cart = TRY(ParseCartName(request.name(), "name"));
  if (request.order().empty() || request.order().size() > kOrderNameBytesMax) {
    return InvalidField("order", "must be the name of an order");
  }
  ordered.order = request.order();
  if (request.lines_size() > kOrderedLinesMax) {
    return InvalidField("lines", "must be at most " + std::to_string(kOrderedLinesMax));
  }
  for (int i = 0; i < request.lines_size(); ++i) {
    const std::string field = "lines[" + std::to_string(i) + "]";
    const BookId book = TRY(ParseBookName(request.lines(i).book(), field + ".book"));
    if (request.lines(i).quantity() < 0) return InvalidField(field + ".quantity", "must not be negative");
    ordered.copies[book] += std::min<std::int64_t>(request.lines(i).quantity(), kQuantityMax);
  }
  return ordered;
}

std::optional<StockLevel> StockOf(const ShopFacts& facts, BookId book) {
  if (!facts.stocks) return std::nullopt;
  const auto found = facts.stocks->find(book);
  return found != facts.stocks->end() ? found->second : StockLevel{};
}

Availability AvailabilityNow(const Line& line, const ShopFacts& facts) {
  if (facts.books) {
    const auto now = facts.books->find(line.book);
    if (now == facts.books->end()) return Availability::kGone;
    if (!now->second.price) return Availability::kNotForSale;
  }
  return AvailabilityOf(line.quantity, StockOf(facts, line.book));
}

v1::Cart ToProto(const Cart& cart, const ShopFacts& facts) {
  v1::Cart out;
  out.set_name(CartName(cart.id));
  out.set_etag(names::ToEtag(cart.version));
  out.set_item_count(cart.item_count());
  out.set_stale(!facts.books || !facts.stocks);
  if (cart.version > 0) *out.mutable_update_time() = rpc::ToProto(cart.updated);
  for (const std::string& code : cart.codes) out.add_codes(code);
  for (const Line& line : cart.lines) {
    v1::CartLine& added = *out.add_lines();
    added.set_book(BookName(line.book));
    added.set_quantity(line.quantity);
    added.set_saved_for_later(line.saved_for_later);
    *added.mutable_add_time() = rpc::ToProto(line.added);
    Describe(added, line, facts);
  }
  return out;
}

}  // namespace octavo::cart
