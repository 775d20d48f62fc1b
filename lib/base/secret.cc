#include "lib/base/secret.h"

#include <cstring>

namespace octavo {

Secret::~Secret() { explicit_bzero(text_.data(), text_.size()); }

}  // namespace octavo
