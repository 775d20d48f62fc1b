// Website: the map of the shop's addresses, and how the HTTP server is set up for them.
#pragma once

#include "lib/http/router.h"
#include "lib/http/server.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// Every page. `site` must outlive the router.
http::Router Routes(const Site& site);

// Adds to `options` what this site wants of its server: security headers, error pages, metrics
// (http_server_request_duration_seconds by route and status) and a line in the log for every 5xx of ours.
// `site`, `log` and `metrics` must outlive the server.
http::ServerOptions WithSite(http::ServerOptions options, const Site& site, Transport transport, obs::Log& log,
                             obs::Metrics& metrics);

}  // namespace octavo::marketplace
