// An order for tests to begin with: three copies of book 1 (one of them free) and one of book 2, shipped, payment due.
#pragma once

#include "lib/testing/fake_clock.h"
#include "services/transactions/domain/order.h"

namespace octavo::transactions {

inline Order ExampleOrder() {
  return {
      .id = OrderId("0193583c-5a00-7abc-8def-0123456789ab"),
      .buyer = {.customer = "", .email = "reader@example.org", .full_name = "A Reader"},
      .currency_code = "EUR",
      .lines = {{.book = BookId(1),
                 .title = "Emma",
                 .quantity = 3,
                 .unit_price_minor = 1000,
                 .discount_minor = 1000,
                 .total_minor = 2000,
                 .tax_minor = 131,
                 .tax_basis_points = 700,
                 .free_quantity = 1,
                 .unit_total_minor = {1000, 1000, 0}},
                {.book = BookId(2),
                 .title = "Persuasion",
                 .quantity = 1,
                 .unit_price_minor = 900,
                 .total_minor = 900,
                 .tax_minor = 59,
                 .tax_basis_points = 700,
                 .unit_total_minor = {900}}},
      .totals = {.subtotal_minor = 3900, .discount_minor = 1000, .delivery_minor = 390, .tax_minor = 190, .total_minor = 3290},
      .campaigns = {{.campaign = "campaigns/1",
                     .display_name = "Three for two",
                     .applied = true,
                     .amount_minor = 1000,
                     .free_quantity = 1}},
      .payment_method = PaymentMethod::kInvoice,
      .delivery_method = DeliveryMethod::kShipping,
      .address = {"A Reader", {"Lindenweg 1"}, "10115", "Berlin", "DE"},
      .place_time = FakeClock::kNoon,
      .update_time = FakeClock::kNoon,
      .cart = "carts/v-1"};
}

}  // namespace octavo::transactions
