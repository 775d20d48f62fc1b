// Store: the carts that are remembered. Two implementations pass one contract test (store_contract_test.cc): SqlStore over
// lib/db, and MemoryStore for tests of what stands on a store.
//
// Every change is one transaction with the key that makes it repeatable. One that fails has changed nothing, its key
// included. Thread-safe. All may throw octavo::Failure when the database is gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "services/cart/domain/cart.h"

namespace octavo::cart {

// Longer than any caller keeps trying.
inline constexpr std::chrono::hours kRequestsKept{24 * 30};

// A change that is done once, however often it is asked for.
struct Change {
  CartId cart;
  std::string request_id;
  std::int64_t fingerprint = 0;                       // Of what is asked for.
  std::optional<std::int64_t> expected_version = {};  // What the reader saw, where that matters.
};

// What an order took out of a cart.
struct Ordered {
  CartId cart;
  std::string order;  // "orders/…": clearing is done once for it.
  Copies copies;
};

// For the audit: what the tables hold, checked where SQL is.
struct CartFacts {
  std::int64_t carts = 0;
  std::int64_t lines = 0;
  std::int64_t copies = 0;
  std::int64_t lines_without_cart = 0;
  std::int64_t quantities_out_of_range = 0;
  std::int64_t positions_out_of_range = 0;  // Not below the cart's next_position, or shared by two lines.
  std::int64_t carts_too_long = 0;          // More than kMergedLinesMax lines.
  std::int64_t versions_out_of_range = 0;   // Below 1.
  std::int64_t followed_position = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  // One that nobody wrote to is empty.
  virtual Cart Find(const CartId& id) = 0;
  // The cart, when this very change was done before. FAILED_PRECONDITION (REQUEST_ID_REUSED).
  virtual Result<std::optional<Cart>> FindDone(const Change& change) = 0;

  // Changes the cart to what `apply` makes of it; may call it more than once, and gives back its error. A cart that stays
  // the same keeps its version. ABORTED (ETAG_MISMATCH), FAILED_PRECONDITION (REQUEST_ID_REUSED).
  using Apply = std::function<Status(Cart&)>;
  virtual Result<Cart> Write(const Change& change, const Apply& apply, Timestamp now) = 0;
  // Moves the lines of `from` to the cart of `change`, which is given back. FAILED_PRECONDITION (REQUEST_ID_REUSED).
  virtual Result<Cart> MergeFrom(const CartId& from, const Change& change, Timestamp now) = 0;
  // Takes out what was ordered, once for each order.
  virtual Cart ClearOrdered(const Ordered& ordered, Timestamp now) = 0;

  // Leaves nothing of the cart, nor of what was done to it.
  virtual void Delete(const CartId& id) = 0;

  // The reader was shown this: no change of the cart. Lines that are gone are passed over.
  virtual void RecordSeen(const CartId& id, const std::map<BookId, Seen>& seen) = 0;

  // How far the order events were applied.
  virtual std::int64_t FollowedPosition() = 0;
  // As ClearOrdered for each that the events up to `position` have ordered, together with the position; at or below the
  // followed position all is known, and nothing done.
  virtual void FollowTo(std::int64_t position, const std::vector<Ordered>& ordered, Timestamp now) = 0;
  // The stream begins anew: orders that were cleared stay known.
  virtual void FollowAnew() = 0;

  // The last book that lies in a cart, of those up to `most`; 0: none.
  virtual BookId LastBook(BookId most) = 0;

  virtual CartFacts ReadFacts() = 0;
};

Error RequestIdReused(const std::string& request_id);

}  // namespace octavo::cart
