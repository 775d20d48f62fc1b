#include "lib/rpc/access.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "octavo/cart/v1/cart.pb.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "octavo/transactions/v1/transactions.pb.h"

namespace octavo::rpc {
namespace {

using identity::Identity;
using identity::StaffRole;

const Identity kNobody;
const Identity kAda{.subject = "customers/ada"};
const Identity kMarketplace{.service = "marketplace"};
const Identity kMarketplaceForAda{.subject = "customers/ada", .service = "marketplace"};
const Identity kApp{.subject = "apiKeys/1", .scopes = {"storefront"}};
const Identity kWarehouse{.subject = "apiKeys/2", .scopes = {"orders.read"}};
const Identity kBookseller{.subject = "customers/bea", .role = StaffRole::kBookseller};
const Identity kManager{.subject = "customers/max", .role = StaffRole::kManager};
const Identity kOwner{.subject = "customers/olga", .role = StaffRole::kOwner};

Access AccessOf(const google::protobuf::FileDescriptor* file, const std::string& method) {
  return Access::Of(*file->service(0)->FindMethodByName(method));
}
Access Catalog(const std::string& method) { return AccessOf(catalog::v1::Book::descriptor()->file(), method); }
Access Transactions(const std::string& method) { return AccessOf(transactions::v1::Order::descriptor()->file(), method); }

TEST(AccessTest, EverybodyMayReadTheCatalogue) {
  for (const Identity& caller : {kNobody, kAda, kMarketplace, kOwner}) EXPECT_THAT(Catalog("GetBook").Check(caller), IsOk());
}

TEST(AccessTest, ARoleIsTheLeastThatIsNeeded) {
  const Access access = Catalog("CreateBook");
  EXPECT_THAT(access.Check(kNobody), HasReason("WHO_CALLS"));
  EXPECT_EQ(access.Check(kNobody).error().code, Code::kUnauthenticated);
  for (const Identity& caller : {kAda, kBookseller, kMarketplace, kWarehouse}) {
    EXPECT_THAT(access.Check(caller), HasReason("NOT_ALLOWED"));
    EXPECT_EQ(access.Check(caller).error().code, Code::kPermissionDenied);
  }
  for (const Identity& caller : {kManager, kOwner, Identity{.subject = "apiKeys/3", .scopes = {"x", "catalogue.write"}}}) {
    EXPECT_THAT(access.Check(caller), IsOk());
  }
}

TEST(AccessTest, ACustomerSeesTheirOwn) {
  const Access access = Transactions("GetOrder");
  transactions::v1::GetOrderRequest hers;
  hers.set_customer("customers/ada");
  transactions::v1::GetOrderRequest his;
  his.set_customer("customers/bob");
  transactions::v1::GetOrderRequest guests;
  guests.set_access_token("secret");
  for (const Identity& caller : {kAda, kMarketplaceForAda}) {
    EXPECT_THAT(access.Check(caller), IsOk());
    EXPECT_THAT(access.Check(caller, hers), IsOk());
    EXPECT_THAT(access.Check(caller, his), HasReason("NOT_ALLOWED"));
  }
  for (const Identity& caller : {kMarketplace, kApp, kMarketplaceForAda}) EXPECT_THAT(access.Check(caller, guests), IsOk());
  for (const Identity& caller : {kMarketplace, kApp}) EXPECT_THAT(access.Check(caller, hers), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(access.Check(kAda, guests), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(access.Check(kNobody), HasReason("WHO_CALLS"));
  for (const Identity& caller : {kBookseller, kWarehouse}) EXPECT_THAT(access.Check(caller, his), IsOk());
}

TEST(AccessTest, OnlyStaffAskAsStaff) {
  const Access access = Transactions("GetOrder");
  transactions::v1::GetOrderRequest request;
  request.set_as_staff(true);
  for (const Identity& caller : {kMarketplace, kApp, kMarketplaceForAda, kAda}) {
    EXPECT_THAT(access.Check(caller, request), HasReason("NOT_ALLOWED"));
  }
  request.set_customer("customers/ada");
  EXPECT_THAT(access.Check(kAda, request), HasReason("NOT_ALLOWED"));
  for (const Identity& caller : {kBookseller, kWarehouse}) EXPECT_THAT(access.Check(caller, request), IsOk());
}

TEST(AccessTest, AFieldMayBeBelowAnother) {
  const Access access = Transactions("PlaceOrder");
  transactions::v1::PlaceOrderRequest request;
  EXPECT_THAT(access.Check(kMarketplace, request), IsOk());
  request.mutable_buyer()->set_customer("customers/ada");
  EXPECT_THAT(access.Check(kMarketplace, request), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(access.Check(kAda, request), IsOk());
}

TEST(AccessTest, OfTwoOwnersEachMustBeTheCaller) {
  const Access access = AccessOf(cart::v1::Cart::descriptor()->file(), "MergeCarts");
  cart::v1::MergeCartsRequest request;
  request.set_from("carts/v-1");
  request.set_to("carts/c-ada");
  EXPECT_THAT(access.Check(kMarketplaceForAda, request), IsOk());
  request.set_from("carts/c-bob");
  EXPECT_THAT(access.Check(kMarketplaceForAda, request), HasReason("NOT_ALLOWED"));
}

TEST(AccessTest, AServiceThatIsNamedCallsForAnybody) {
  transactions::v1::EraseCustomerRequest request;
  request.set_customer("customers/ada");
  EXPECT_THAT(Transactions("EraseCustomer").Check(Identity{.service = "accounts"}, request), IsOk());
  for (const Identity& caller : {kAda, kOwner, kMarketplaceForAda, kWarehouse, Identity{.service = "cart"}}) {
    EXPECT_THAT(Transactions("EraseCustomer").Check(caller), HasReason("NOT_ALLOWED"));
  }
}

TEST(AccessTest, TheRefusalSaysWhoMayNotDoWhat) {
  EXPECT_EQ(Transactions("RefundOrder").Check(kMarketplaceForAda).error().message,
            "marketplace for customers/ada may not call TransactionsService/RefundOrder");
}

}  // namespace
}  // namespace octavo::rpc
