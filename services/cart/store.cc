#include "services/cart/store.h"

namespace octavo::cart {

Error RequestIdReused(const std::string& request_id) {
  return Error{Code::kFailedPrecondition, "REQUEST_ID_REUSED",
               "request_id " + request_id + " was used before for something else"};
}

}  // namespace octavo::cart
