// The pages for two-step sign-in: whether it is on, turning it on and off, recovery codes. The second step itself is in
// account_entry.h.
#pragma once

#include "lib/http/message.h"
#include "lib/http/url.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// If it is off: a new secret as a QR code and as text, and the form that turns it on. If it is on: since when, and what can be
// done.
http::Response TwoStepPage(const Site& site, const http::Request& request);
// Answers with the recovery codes, which are shown only now.
http::Response TurnOnTwoStep(const Site& site, const Visit& visit, const http::Params& form);

http::Response TwoStepOffPage(const Site& site, const http::Request& request);
http::Response TurnOffTwoStep(const Site& site, const Visit& visit, const http::Params& form);

http::Response RecoveryCodesPage(const Site& site, const http::Request& request);
http::Response MakeRecoveryCodes(const Site& site, const Visit& visit, const http::Params& form);

}  // namespace octavo::marketplace
