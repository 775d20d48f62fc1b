#include "services/cart/service.h"

#include <map>
#include <string>
#include <utility>

#include "services/cart/convert.h"

namespace octavo::cart {

CartService::CartService(Store& store, const ShopClient& shop, const Clock& clock, rpc::Pipeline& pipeline)
    : rpc::Service("octavo.cart.v1.CartService", pipeline), store_(store), shop_(shop), clock_(clock) {
  Unary("GetCart", this, &CartService::GetCart);
  Unary("AddItem", this, &CartService::AddItem);
  Unary("SetQuantity", this, &CartService::SetQuantity);
  Unary("SetSavedForLater", this, &CartService::SetSavedForLater);
  Unary("SetCodes", this, &CartService::SetCodes);
  Unary("MergeCarts", this, &CartService::MergeCarts);
  Unary("ClearOrdered", this, &CartService::ClearOrdered);
  Unary("DeleteCart", this, &CartService::DeleteCart);
  Unary("GetKnown", this, &CartService::GetKnown);
}

Result<v1::Cart> CartService::GetCart(const rpc::Call& call, const v1::GetCartRequest& request) {
  return Show(call, store_.Find(TRY(ParseCartName(request.name(), "name"))));
}

Result<v1::Cart> CartService::AddItem(const rpc::Call& call, const v1::AddItemRequest& request) {
  const ItemToAdd item = TRY(ParseAddItem(request));
  // When the call is repeated, the book may have left the catalogue meanwhile; the answer is the cart all the same.
  if (const std::optional<Cart> done = TRY(store_.FindDone(item.change))) return Show(call, *done);
  const FoundBook found = TRY(shop_.FindBook(call, item.book));
  const Timestamp now = clock_.Now();
  const auto add = [&](Cart& cart) -> Status {
    TRY(cart::Add(cart, item.book, item.quantity, found.seen, now));
    SeeAvailability(cart, item.book, found.stock);
    return Ok();
  };
  return Show(call, TRY(store_.Write(item.change, add, now)));
}

Result<v1::Cart> CartService::SetQuantity(const rpc::Call& call, const v1::SetQuantityRequest& request) {
  const Change change = TRY(ParseSetQuantity(request));
  const BookId book = TRY(ParseBookName(request.book(), "book"));
  const auto set = [&](Cart& cart) { return cart::SetQuantity(cart, book, request.quantity()); };
  return ShowAsSeen(call, TRY(store_.Write(change, set, clock_.Now())));
}

Result<v1::Cart> CartService::SetSavedForLater(const rpc::Call& call, const v1::SetSavedForLaterRequest& request) {
  const Change change = TRY(ParseSetSavedForLater(request));
  const BookId book = TRY(ParseBookName(request.book(), "book"));
  const auto set = [&](Cart& cart) { return cart::SetSavedForLater(cart, book, request.saved_for_later()); };
  return ShowAsSeen(call, TRY(store_.Write(change, set, clock_.Now())));
}

Result<v1::Cart> CartService::SetCodes(const rpc::Call& call, const v1::SetCodesRequest& request) {
  const CodesToSet codes = TRY(ParseSetCodes(request));
  const auto set = [&](Cart& cart) -> Status {
    cart.codes = codes.codes;
    return Ok();
  };
  return ShowAsSeen(call, TRY(store_.Write(codes.change, set, clock_.Now())));
}

Result<v1::Cart> CartService::MergeCarts(const rpc::Call& call, const v1::MergeCartsRequest& request) {
  const CartsToMerge merge = TRY(ParseMergeCarts(request));
  return Show(call, TRY(store_.MergeFrom(merge.from, merge.change, clock_.Now())));
}

Result<v1::Cart> CartService::ClearOrdered(const rpc::Call& call, const v1::ClearOrderedRequest& request) {
  return Show(call, store_.ClearOrdered(TRY(ParseClearOrdered(request)), clock_.Now()));
}

Result<v1::DeleteCartResponse> CartService::DeleteCart(const rpc::Call&, const v1::DeleteCartRequest& request) {
  store_.Delete(TRY(ParseCartName(request.name(), "name")));
  return v1::DeleteCartResponse();
}

Result<type::v1::Known> CartService::GetKnown(const rpc::Call&, const v1::GetKnownRequest& request) {
  type::v1::Known known;
  known.set_book_number(store_.LastBook(BookId{request.book_number_max()}).value());
  known.set_order_position(store_.FollowedPosition());
  return known;
}

ShopFacts CartService::Ask(const rpc::Call& call, const Cart& cart) const {
  if (cart.lines.empty()) return {.books = std::map<BookId, Seen>(), .stocks = std::map<BookId, StockLevel>()};
  std::vector<BookId> books;
  for (const Line& line : cart.lines) books.push_back(line.book);
  return shop_.Ask(call, books);
}

v1::Cart CartService::Show(const rpc::Call& call, const Cart& cart) const { return ToProto(cart, Ask(call, cart)); }

v1::Cart CartService::ShowAsSeen(const rpc::Call& call, const Cart& cart) {
  const ShopFacts facts = Ask(call, cart);
  std::map<BookId, Seen> changed;
  for (const Line& line : cart.lines) {
    Seen seen = line.seen;
    if (facts.books) {
      const auto now = facts.books->find(line.book);
      if (now == facts.books->end()) continue;  // Gone: it stays as it was last seen.
      seen = now->second;
    }
    const Availability availability = AvailabilityNow(line, facts);
    seen.availability = availability == Availability::kUnknown ? line.seen.availability : availability;
    if (seen != line.seen) changed.emplace(line.book, std::move(seen));
  }
  if (!changed.empty()) store_.RecordSeen(cart.id, changed);
  return ToProto(cart, facts);
}

}  // namespace octavo::cart
