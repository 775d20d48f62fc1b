// PeerServices: what accounts asks of the other services that know a customer. GrpcPeerServices (peers_client.h) asks them;
// FakePeerServices (fake_peers.h) remembers what it was asked, for tests.
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

// What transactions knows about customers, for when the accounts store was restored from an older copy.
struct KnownElsewhere {
  std::vector<CustomerId> erased;
  std::optional<CustomerId> last;  // Of the customers who have orders, the one who registered last.
};

// Thread-safe. Every call may be repeated. Errors are those of the other service, mostly UNAVAILABLE.
class PeerServices {
 public:
  virtual ~PeerServices() = default;

  // Orders placed with this address and without an account belong to the customer from now on.
  virtual Status ClaimGuestOrders(const CustomerId& customer, const std::string& email) = 0;
  // Erases everything that tells who the customer is. A part may be done when it fails. FAILED_PRECONDITION (ORDERS_NOT_OVER):
  // all is erased but open orders, which cannot be sent or billed without a name; ask again later.
  virtual Status Erase(const CustomerId& customer, const std::string& email) = 0;
  virtual Result<KnownElsewhere> ReadKnown() = 0;
  // All of it by `deadline`, or an error: an incomplete list would look complete.
  virtual Result<HeldElsewhere> Read(const CustomerId& customer, Timestamp deadline) = 0;
};

}  // namespace octavo::accounts
