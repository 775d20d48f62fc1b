// TestPageTokens: page tokens with a key that everybody knows.
#pragma once

#include <string>

#include "lib/names/page_tokens.h"

namespace octavo {

inline const names::PageTokens& TestPageTokens() {
  static const names::PageTokens tokens(names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'k'))}));
  return tokens;
}

}  // namespace octavo
