#include "services/marketplace/module.h"

#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "lib/rpc/tls.h"
#include "services/marketplace/website.h"

namespace octavo::marketplace {
namespace {

// Pages end within 300 ms; a slow reader may take a little longer.
constexpr std::chrono::seconds kGrace{3};

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

// "127.0.0.1:8080" or "[::1]:8080".
Result<Address> ParseAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return InvalidField("--marketplace.listen", "\"" + text + "\" is not address:port");
  Address address{.host = text.substr(0, colon)};
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  const char* const end = text.data() + text.size();
  const auto [parsed_end, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc{} || parsed_end != end) {
    return InvalidField("--marketplace.listen", "\"" + text + "\" does not end in a port");
  }
  return address;
}

}  // namespace

Module::Serving::Serving(const runtime::Environment& environment, const Channels& channels, const Visitors& visitors,
                         const Signer& signer, Transport transport, const Templates& templates, const ShopAddress& address,
                         const Configuration& configuration)
    : shop(channels, environment.telemetry()),
      events(shop.recommendations, environment.clock, environment.random, environment.log, environment.metrics),
      order_throttle(configuration.unpaid_copies_per_hour),
      security(environment.log, environment.page_tokens),
      site{.shop = shop,
           .events = events,
           .templates = templates,
           .assets = assets,
           .visitors = visitors,
           .signer = signer,
           .transport = transport,
           .clock = environment.clock,
           .random = environment.random,
           .time_zone = environment.time_zone,
           .order_throttle = &order_throttle,
           .address = address,
           .security = &security,
           .time_limit = {.data = std::chrono::milliseconds(configuration.patience_ms)}} {}

void Module::Configure(runtime::Options::Group options) {
  options.Add("listen", &configuration_.listen, "Where the pages are, as address:port; port 0 takes a free one.");
  options.Add("https", &configuration_.https,
              "A proxy in front speaks https with the readers: cookies are Secure and called __Host-…, and "
              "browsers are "
              "told to come by https only.");
  options.Add("https_subdomains", &configuration_.https_subdomains,
              "With --marketplace.https: browsers are told to come by https only to all hosts below the shop's too "
              "(HSTS with includeSubDomains). Every one of them must speak https.");
  options.Add("shop_uri", &configuration_.shop_uri,
              "Where readers find the shop, like https://shop.example: what links in messages begin with. Needed with "
              "--marketplace.https and on a network address; else the request's host is taken, if it is this machine.");
  options.Add("template_dir", &configuration_.template_dir,
              "Reads the templates from this folder for every page, to work on them; empty: those built in.");
  options.Add("patience_ms", &configuration_.patience_ms,
              "Milliseconds that a page waits for the services' answers; parts that it does without get half of them.");
  options.Add("threads", &configuration_.threads, "Pages that are made at the same time.");
  options.Add("queue_max", &configuration_.queue_max, "Requests that may wait for a thread; more get a 503.");
  options.Add("checkout_threads", &configuration_.checkout_threads,
              "Orders that are placed at the same time; they have threads of their own, because a payment may take seconds.");
  options.Add("checkout_queue_max", &configuration_.checkout_queue_max, "Orders that may wait for one of those; more get a 503.");
  options.Add("unpaid_copies_per_hour", &configuration_.unpaid_copies_per_hour,
              "Copies that one client may order in an hour by invoice or for collection; 0: no limit.");
  options.Add("connections_max", &configuration_.connections_max, "Open connections; beyond, the one idle longest makes room.");
}

Result<ShopAddress> Module::CheckAddress() const {
  if (!configuration_.shop_uri.empty()) return ShopAddress::Parse(configuration_.shop_uri, transport());
  if (configuration_.https || !rpc::IsLoopback(configuration_.listen)) {
    return InvalidField("--marketplace.shop_uri",
                        "is missing: a shop that others reach must know its own address, like https://shop.example, "
                        "or a stranger could choose where the links in messages lead");
  }
  return ShopAddress();
}

Status Module::Open(const runtime::Environment& environment) {
  if (configuration_.threads < 1) return InvalidField("--marketplace.threads", "must be at least 1");
  if (configuration_.patience_ms < 1) return InvalidField("--marketplace.patience_ms", "must be at least 1");
  if (configuration_.checkout_threads < 1) {
    return InvalidField("--marketplace.checkout_threads", "must be at least 1");
  }
  const Address address = TRY(ParseAddress(configuration_.listen));
  if (!rpc::IsLoopback(configuration_.listen) && !configuration_.https && !environment.insecure) {
    return Error{Code::kInvalidArgument, "BAD_OPTION",
                 "--marketplace.listen=" + configuration_.listen +
                     ": is open to the network over plain http, where anybody on the way reads passwords; put a proxy with TLS "
                     "in front and add --marketplace.https, or --insecure where something else keeps strangers out"};
  }
  address_ = TRY(CheckAddress());
  if (configuration_.https_subdomains && !configuration_.https) {
    return InvalidField("--marketplace.https_subdomains", "has no effect without --marketplace.https");
  }
  const std::filesystem::path folder = environment.data_dir / name();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{Code::kFailedPrecondition, "BAD_DATA_DIR", folder.string() + ": " + error.message()};
  environment_ = &environment;
  const Secret key = TRY(LoadOrMakeKey(folder / "visitor.key", environment.random));
  visitors_ = std::make_unique<Visitors>(key, transport());
  signer_ = std::make_unique<Signer>(key);
  if (configuration_.template_dir.empty()) {
    templates_ = std::make_unique<Templates>();
  } else if (std::filesystem::is_directory(configuration_.template_dir)) {
    templates_ = std::make_unique<Templates>(configuration_.template_dir);
  } else {
    return InvalidField("--marketplace.template_dir", "\"" + configuration_.template_dir + "\" is not a folder");
  }
  return Ok();
}

Status Module::Start(const runtime::Peers& peers) {
  const Channels channels{.catalog = peers.To("catalog"),
                          .recommendations = peers.To("recommendations"),
                          .inventory = peers.To("inventory"),
                          .cart = peers.To("cart"),
                          .transactions = peers.To("transactions"),
                          .promotions = peers.To("promotions"),
                          .accounts = peers.To("accounts")};
  serving_ = std::make_unique<Serving>(*environment_, channels, *visitors_, *signer_, transport(), *templates_, address_,
                                       configuration_);
  const Address address = TRY(ParseAddress(configuration_.listen));
  http::ServerOptions options;
  options.address = address.host;
  options.port = address.port;
  options.worker_threads = static_cast<int>(configuration_.threads);
  options.queue_max = static_cast<std::size_t>(configuration_.queue_max);
  options.patient_threads = static_cast<int>(configuration_.checkout_threads);
  options.patient_queue_max = static_cast<std::size_t>(configuration_.checkout_queue_max);
  options.connections_max = static_cast<std::size_t>(configuration_.connections_max);
  options = WithSite(std::move(options), serving_->site, transport(), environment_->log, environment_->metrics);
  if (configuration_.https_subdomains) {
    options.decorate = [decorate = options.decorate](const http::Request& request, http::Response& response) {
      decorate(request, response);
      IncludeSubdomains(response);
    };
  }
  serving_->server = TRY(http::Server::Start(std::move(options), Routes(serving_->site), environment_->clock));
  const std::string url = "http://" + configuration_.listen.substr(0, configuration_.listen.rfind(':')) + ":" +
                          std::to_string(serving_->server->port()) + "/";
  environment_->log.Info("shop_open", {{"address", url}});
  return Ok();
}

void Module::Close() {
  if (serving_ == nullptr) return;
  if (serving_->server != nullptr) serving_->server->Stop(kGrace);
  serving_->events.Stop();  // While the recommendations still listen.
}

void Module::Stop() { serving_.reset(); }

}  // namespace octavo::marketplace
