#include "services/cart/audit.h"

namespace octavo::cart {

AuditReport Audit(Store& store) {
  const CartFacts facts = store.ReadFacts();
  AuditReport report{
      .carts = facts.carts, .lines = facts.lines, .copies = facts.copies, .followed_position = facts.followed_position};
  EquationChecker check("");
  const auto none = [&](const char* equation, std::int64_t rows, const char* what) {
    ++report.equations;
    check.Hold(equation, rows == 0, std::to_string(rows) + " " + what);
  };
  none("lines_have_carts", facts.lines_without_cart, "lines have no cart");
  none("quantities_in_range", facts.quantities_out_of_range, "lines have a quantity below 1 or above 99");
  none("lines_in_order", facts.positions_out_of_range, "lines stand where another one stands or will stand");
  none("carts_in_bounds", facts.carts_too_long, "carts have more than 200 lines");
  none("versions_grow", facts.versions_out_of_range, "carts have a version below 1");
  report.violations = check.Take();
  return report;
}

}  // namespace octavo::cart
