// ShopWorld: the services that the marketplace asks, either the real ones in one process or the fakes of its tests, with what a
// test needs to set up in them. It is for the test that holds the fakes to what the services do.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "services/marketplace/shop.h"

namespace octavo {

class ShopWorld {
 public:
  // Both begin with empty stores.
  static std::unique_ptr<ShopWorld> Faked();
  static std::unique_ptr<ShopWorld> Real();
  virtual ~ShopWorld() = default;

  virtual marketplace::Channels channels() = 0;
  // In the shop from now on; gives its name. Without a price it is not for sale.
  virtual std::string AddBook(const catalog::v1::Book& book) = 0;
  // So many copies on the shelf, and none to be ordered from the publisher.
  virtual void SetStock(const std::string& book, std::int64_t copies) = 0;
  // The token in the last message to the address; waits for a message.
  virtual std::string LastLink(const std::string& email) = 0;
  // A campaign for every book with this sentence on the home page.
  virtual void Advertise(const std::string& banner) = 0;
  // As the bookseller does it.
  virtual void Advance(const std::string& order, transactions::v1::Order::FulfilmentState state) = 0;
  // The order's first return is accepted, and its books have come.
  virtual void ReceiveReturn(const std::string& order) = 0;
};

}  // namespace octavo
