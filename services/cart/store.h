// Store: the carts. Two implementations pass one contract test (store_contract_test.cc): SqlStore over lib/db, and MemoryStore
// for tests of code that uses a store.
//
// Every change and the key that makes it repeatable are one transaction. A change that fails has changed nothing and stored no
// key. Thread-safe. All may throw octavo::Failure when the database is gone.
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

// Longer than any caller goes on trying.
inline constexpr std::chrono::hours kRequestsKept{24 * 30};

// A change that is made once, however often it is requested.
struct Change {
  CartId cart;
  std::string request_id;
  std::int64_t fingerprint = 0;                       // Of the request.
  std::optional<std::int64_t> expected_version = {};  // The version that the reader saw, if it matters.
};

// What an order took out of a cart.
struct Ordered {
  CartId cart;
  std::string order;  // "orders/…": each order is cleared once.
  Copies copies;
};

// For the audit: what the tables hold, computed by SQL.
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

  // A cart to which nobody wrote is empty.
  virtual Cart Find(const CartId& id) = 0;
  // The cart, if this change was made before. FAILED_PRECONDITION (REQUEST_ID_REUSED).
  virtual Result<std::optional<Cart>> FindDone(const Change& change) = 0;

  // Changes the cart with `apply`; may call it more than once, and returns its error. A cart that `apply` leaves the same keeps
  // its version. ABORTED (ETAG_MISMATCH), FAILED_PRECONDITION (REQUEST_ID_REUSED).
  using Apply = std::function<Status(Cart&)>;
  virtual Result<Cart> Write(const Change& change, const Apply& apply, Timestamp now) = 0;
  // Moves the lines of `from` to the cart of `change`, and returns that. FAILED_PRECONDITION (REQUEST_ID_REUSED).
  virtual Result<Cart> MergeFrom(const CartId& from, const Change& change, Timestamp now) = 0;
  // Removes the ordered copies, once for each order.
  virtual Cart ClearOrdered(const Ordered& ordered, Timestamp now) = 0;

  // Deletes the cart and all records of its changes.
  virtual void Delete(const CartId& id) = 0;

  // Stores what the reader was shown; this does not change the cart. Lines that are gone are skipped.
  virtual void RecordSeen(const CartId& id, const std::map<BookId, Seen>& seen) = 0;

  // The position up to which order events were applied.
  virtual std::int64_t FollowedPosition() = 0;
  // ClearOrdered for each order of the events up to `position`, together with the position. Does nothing if the position is not
  // above the followed one.
  virtual void FollowTo(std::int64_t position, const std::vector<Ordered>& ordered, Timestamp now) = 0;
  // Follows the stream from its beginning again; cleared orders stay remembered.
  virtual void FollowAnew() = 0;

  // The highest book up to `most` in any cart; 0: none.
  virtual BookId LastBook(BookId most) = 0;

  virtual CartFacts ReadFacts() = 0;
};

Error RequestIdReused(const std::string& request_id);

}  // namespace octavo::cart
