// UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits. Sorts by time of making.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace octavo {

// "0193583c-5a00-7abc-8def-0123456789ab", lower case.
std::string NewUuid(const Clock& clock, Random& random);

// Whether `text` is a UUID of any version in its 36-character form, either case.
bool IsUuid(std::string_view text);

}  // namespace octavo
