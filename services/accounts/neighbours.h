// Neighbours: what accounts asks of the other services that know a customer. GrpcNeighbours (neighbours_client.h) asks them;
// FakeNeighbours (fake_neighbours.h) remembers what it was asked, for tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "services/accounts/domain/customer.h"

namespace octavo::accounts {

// What the other services hold about a customer, each as a JSON text.
struct HeldElsewhere {
  std::string orders;          // A list of octavo.transactions.v1.Order, newest first.
  std::string cart;            // octavo.cart.v1.Cart.
  std::string reading_events;  // A list of octavo.recommendations.v1.Event.
};

// What transactions know of customers, for when accounts come back from an older copy.
struct KnownElsewhere {
  std::vector<CustomerId> erased;
  std::optional<CustomerId> last;  // Who, of those with orders, opened their account last.
};

// Thread-safe. Every verb may be repeated; an error is the neighbour's, UNAVAILABLE mostly.
class Neighbours {
 public:
  virtual ~Neighbours() = default;

  // Orders that were placed with this address, without an account, are the customer's from now on.
  virtual Status ClaimGuestOrders(const CustomerId& customer, const std::string& email) = 0;
  // Everything that tells who the customer is goes. May have been done in part when it fails. FAILED_PRECONDITION
  // (ORDERS_NOT_OVER): all but the orders that cannot be sent or billed without; ask again later.
  virtual Status Erase(const CustomerId& customer, const std::string& email) = 0;
  virtual Result<KnownElsewhere> ReadKnown() = 0;
  // All or nothing, by `deadline`: a list with something left out would look complete.
  virtual Result<HeldElsewhere> Read(const CustomerId& customer, Timestamp deadline) = 0;
};

}  // namespace octavo::accounts
