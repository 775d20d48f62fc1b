// TestPageTokens: page tokens with a fixed key, for tests.
#pragma once

#include <string>

#include "lib/names/page_tokens.h"

namespace octavo {

inline const names::PageTokens& TestPageTokens() {
  static const names::PageTokens tokens(names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'k'))}));
  return tokens;
}

}  // namespace octavo
