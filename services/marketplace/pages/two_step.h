// The pages about signing in with two steps: whether it is on, how it is turned on and off, recovery codes.
// The second step itself is in account_entry.h.
#pragma once

#include "lib/http/message.h"
#include "lib/http/url.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// Turned off: a new secret as a QR code and as text, and the form that turns it on. Turned on: since when,
// and ways on.
http::Response TwoStepPage(const Site& site, const http::Request& request);
// Answers with the recovery codes, which are shown this once.
http::Response TurnOnTwoStep(const Site& site, const Visit& visit, const http::Params& form);

http::Response TwoStepOffPage(const Site& site, const http::Request& request);
http::Response TurnOffTwoStep(const Site& site, const Visit& visit, const http::Params& form);

http::Response RecoveryCodesPage(const Site& site, const http::Request& request);
http::Response MakeRecoveryCodes(const Site& site, const Visit& visit, const http::Params& form);

}  // namespace octavo::marketplace
