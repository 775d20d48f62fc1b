#include "services/promotions/domain/basket.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "lib/base/quoted.h"

namespace octavo::promotions {
namespace {

bool RateIsWrong(BasisPoints rate) { return rate.value < 0 || rate.value > 10'000; }

Status CheckLine(const Line& line, const std::string& field) {
  if (line.id.empty()) return InvalidField(field + ".line_id", "is empty");
  if (line.quantity < 1 || line.quantity > kQuantityMax) {
    return InvalidField(field + ".quantity",
                        std::to_string(line.quantity) + " is not between 1 and " + std::to_string(kQuantityMax));
  }
  if (line.unit_price_minor < 0 || line.unit_price_minor > kAmountMinorMax) {
    return InvalidField(field + ".unit_price",
                        std::to_string(line.unit_price_minor) + " is not between 0 and " + std::to_string(kAmountMinorMax));
  }
  if (line.categories.size() > kLineTermsMax) return InvalidField(field + ".categories", "has too many");
  if (line.authors.size() > kLineTermsMax) return InvalidField(field + ".authors", "has too many");
  if (RateIsWrong(line.tax_rate)) return InvalidField(field + ".tax_basis_points", "is not between 0 and 10000");
  if (line.fixed_price_discount_max && RateIsWrong(*line.fixed_price_discount_max)) {
    return InvalidField(field + ".fixed_price.discount_max_basis_points", "is not between 0 and 10000");
  }
  return Ok();
}

}  // namespace

void Bind(Line& line, const FixedPriceLaw& law) {
  const auto& unbound = law.unbound_categories;
  const bool free =
      std::find_first_of(line.categories.begin(), line.categories.end(), unbound.begin(), unbound.end()) != line.categories.end();
  if (!free && !line.fixed_price_discount_max) line.fixed_price_discount_max = law.discount_max;
}

Status CheckLaw(const FixedPriceLaw& law) {
  if (RateIsWrong(law.discount_max)) {
    return InvalidField("fixed_price_law.discount_max_basis_points", "is not between 0 and 10000");
  }
  if (law.unbound_categories.size() > kUnboundCategoriesMax) {
    return InvalidField("fixed_price_law.unbound_categories", "has more than " + std::to_string(kUnboundCategoriesMax));
  }
  return Ok();
}

Status CheckBasket(const Basket& basket) {
  if (basket.lines.size() > kLinesMax) return InvalidField("lines", "has more than " + std::to_string(kLinesMax));
  std::set<std::string_view> ids;
  std::int64_t units = 0;
  for (std::size_t i = 0; i < basket.lines.size(); ++i) {
    const std::string field = "lines[" + std::to_string(i) + "]";
    TRY(CheckLine(basket.lines[i], field));
    if (!ids.insert(basket.lines[i].id).second) {
      return InvalidField(field + ".line_id", Quoted(basket.lines[i].id) + " stands twice in the basket");
    }
    units += basket.lines[i].quantity;
  }
  if (units > kUnitsMax) return InvalidField("lines", "hold more than " + std::to_string(kUnitsMax) + " units");
  if (basket.codes.size() > kBasketCodesMax) {
    return InvalidField("codes", "has more than " + std::to_string(kBasketCodesMax));
  }
  if (basket.delivery_minor < 0 || basket.delivery_minor > kAmountMinorMax) {
    return InvalidField("delivery_price", "is not between 0 and " + std::to_string(kAmountMinorMax));
  }
  if (RateIsWrong(basket.delivery_tax_rate)) {
    return InvalidField("delivery_tax_basis_points", "is not between 0 and 10000");
  }
  return Ok();
}

}  // namespace octavo::promotions
