#include "lib/runtime/main.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>

#include "lib/background/repeater.h"
#include "lib/http/server.h"
#include "lib/names/keys.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/otlp_exporter.h"
#include "lib/rpc/tls.h"
#include "lib/runtime/certificate_watch.h"
#include "lib/runtime/private_files.h"
#include "lib/runtime/service_manager.h"
#include "lib/runtime/shop.h"
#include "lib/runtime/status_page.h"
#include "lib/runtime/store_checks.h"

namespace octavo::runtime {
namespace {

// One port for each service of the shop, behind the shop's own 50051.
constexpr const char* kModules[] = {"hello",      "catalog",      "recommendations", "cart",        "inventory",
                                    "promotions", "transactions", "accounts",        "marketplace", "payments"};
constexpr int kFirstPort = 50061;
// The module that signs people's tokens.
constexpr std::string_view kAccounts = "accounts";

struct Settings {
  std::string listen;
  std::string data_dir = "data";
  std::string currency = "EUR";
  std::string time_zone = "UTC";
  std::string keys_file;
  std::string identity_dir;
  std::string log_format = "logfmt";
  std::string log_level = "info";
  std::string metrics_listen;
  std::string otlp_endpoint;
  std::map<std::string, std::string> peers;
  rpc::TlsFiles tls;
  std::string trust_domain = "octavo";
  bool insecure = false;
};

Result<obs::Level> ParseLevel(const std::string& name) {
  if (name == "debug") return obs::Level::kDebug;
  if (name == "info") return obs::Level::kInfo;
  if (name == "warn") return obs::Level::kWarn;
  if (name == "error") return obs::Level::kError;
  return Error{Code::kInvalidArgument, "BAD_OPTION", "--log-level=" + name + ": must be debug, info, warn or error"};
}

Result<obs::LogFormat> ParseFormat(const std::string& name) {
  if (name == "logfmt") return obs::LogFormat::kLogfmt;
  if (name == "json") return obs::LogFormat::kJson;
  return Error{Code::kInvalidArgument, "BAD_OPTION", "--log-format=" + name + ": must be logfmt or json"};
}

Result<Currency> ParseCurrency(const std::string& code) {
  const Result<Currency> currency = Currency::Parse(code);
  if (currency.ok()) return *currency;
  return Error{Code::kInvalidArgument, "BAD_OPTION", "--currency=" + code + ": " + currency.error().message};
}

Result<TimeZone> ParseTimeZone(const std::string& name) {
  const Result<TimeZone> zone = TimeZone::Parse(name);
  if (zone.ok()) return *zone;
  return Error{Code::kInvalidArgument, "BAD_OPTION", "--time-zone=" + name + ": " + zone.error().message};
}

void AddOptions(Options& options, Settings& settings, const std::vector<std::unique_ptr<Module>>& modules) {
  auto own = options.Prefixed("");
  own.Add("listen", &settings.listen, "Address on which gRPC is served.");
  own.Add("data-dir", &settings.data_dir, "Folder for everything that is kept; made when it is not there.");
  own.Add("currency", &settings.currency, "The shop's one currency, ISO 4217: of every price and every order.");
  own.Add("time-zone", &settings.time_zone, "The shop's one time zone, IANA: of pages, reports and periods.");
  own.Add("keys-file", &settings.keys_file,
          "The shop's keys, which seal what it hands out; every process and replica needs the same. Empty: shop.keys in "
          "--data-dir, made at the first start.");
  own.Add(
      "identity-dir", &settings.identity_dir,
      "Folder of identity.pub, by which tokens of people and integrations are verified; the process that has accounts signs them "
      "with identity.key there, and makes both. Empty: --data-dir.");
  own.Add("log-format", &settings.log_format, "logfmt or json.");
  own.Add("log-level", &settings.log_level, "The least level that is logged: debug, info, warn or error.");
  own.Add("metrics-listen", &settings.metrics_listen,
          "Address of the pages for operators, /status and Prometheus' /metrics; empty: none.");
  own.Add("otlp-endpoint", &settings.otlp_endpoint,
          "Address of an OpenTelemetry collector for traces (OTLP over gRPC, 127.0.0.1:4317); empty: none.");
  own.Add("tls-certificate", &settings.tls.certificate,
          "This process's certificate, a PEM file; with it services speak TLS and let in only each other.");
  own.Add("tls-key", &settings.tls.key, "The key of the certificate, a PEM file.");
  own.Add("tls-authority", &settings.tls.authority, "The certificate of the shop's own authority, a PEM file.");
  own.Add("tls-trust-domain", &settings.trust_domain,
          "Certificates name services by URIs like spiffe://octavo/cart, where octavo is this domain.");
  own.Add("insecure", &settings.insecure,
          "Allow network addresses without TLS, of gRPC and of the pages: whoever reaches them may do all, and may listen.");

  std::set<std::string> here;
  std::set<std::string> elsewhere;
  for (const auto& module : modules) here.insert(module->name());
  for (const auto& module : modules) {
    for (const std::string& peer : module->peers()) {
      if (!here.contains(peer)) elsewhere.insert(peer);
    }
  }
  auto peers = options.Prefixed("peers");
  for (const std::string& peer : elsewhere) {
    settings.peers[peer] = DefaultAddress(peer);
    peers.Add(peer, &settings.peers[peer], "Address of the " + peer + " service; dns:///name:port for several.");
  }
  for (const auto& module : modules) module->Configure(options.Prefixed(module->name()));
}

Status MakeDataDir(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || access(path.c_str(), W_OK) != 0) {
    return Error{Code::kFailedPrecondition, "BAD_DATA_DIR",
                 "cannot write to --data-dir=" + path.string() + "; name a folder that this user may write to"};
  }
  return Ok();
}

// They are left as they are: an owner may have a reason.
void WarnOfOpenFiles(const std::filesystem::path& data_dir, obs::Log& log) {
  constexpr std::size_t kListedMax = 5;
  const OpenFiles found = FindOpenFiles(data_dir, kListedMax);
  for (const OpenFile& file : found.first) log.Warn("open_to_others", {{"path", file.path.string()}, {"mode", file.mode}});
  if (found.count <= found.first.size()) return;
  log.Warn("more_open_to_others", {{"count", static_cast<std::int64_t>(found.count - found.first.size())}});
}

obs::Tracer MakeTracer(const std::string& endpoint, const std::string& program, const Clock& clock, obs::Log& log,
                       obs::Metrics& metrics) {
  if (endpoint.empty()) return obs::Tracer();
  return obs::Tracer(std::make_unique<rpc::OtlpExporter>(rpc::Connect({.target = endpoint}), program, clock, log, metrics));
}

// The pages for operators, /metrics and /status; null where none are wanted.
Result<std::unique_ptr<http::Server>> ServeOperators(const std::string& address, const std::string& program, const Shop& shop,
                                                     const obs::Metrics& metrics, const Clock& clock) {
  if (address.empty()) return std::unique_ptr<http::Server>();
  const std::size_t colon = address.rfind(':');
  int port = -1;
  if (colon != std::string::npos) {
    const char* const end = address.data() + address.size();
    const auto [stop, error] = std::from_chars(address.data() + colon + 1, end, port);
    if (error != std::errc() || stop != end) port = -1;
  }
  if (port < 0 || port > 65535) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", "--metrics-listen=" + address + ": must be address:port"};
  }
  http::Router router;
  router.Get("/metrics", [&metrics](const http::Request&) {
    http::Response response = http::PlainText(200, metrics.Text());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  });
  router.Get("/status", [program, &shop, &metrics, &clock](const http::Request&) {
    http::Response response;
    response.headers.Add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    response.body = StatusPage({.program = program,
                                .version = OCTAVO_VERSION,
                                .now = clock.Now(),
                                .health = shop.health(),
                                .metrics = metrics.Collect()});
    return response;
  });
  // Read by one scraper every few seconds, and by a person now and then.
  return http::Server::Start({.address = address.substr(0, colon),
                              .port = static_cast<std::uint16_t>(port),
                              .worker_threads = 1,
                              .patient_threads = 1,
                              .connections_max = 16},
                             std::move(router), clock);
}

Result<std::unique_ptr<identity::Tokens>> MakeTokens(const Settings& settings, const names::Keys& keys,
                                                     const std::vector<std::unique_ptr<Module>>& modules, const Clock& clock,
                                                     Random& random) {
  const std::string& folder = settings.identity_dir.empty() ? settings.data_dir : settings.identity_dir;
  for (const auto& module : modules) {
    if (module->name() == kAccounts) return identity::Tokens::Signing(keys, folder, clock, random);
  }
  return identity::Tokens::Verifying(keys, folder, clock);
}

std::filesystem::path KeysFile(const Settings& settings) {
  const std::filesystem::path in_data_dir = std::filesystem::path(settings.data_dir) / "shop.keys";
  return settings.keys_file.empty() ? in_data_dir : std::filesystem::path(settings.keys_file);
}

Status CheckListen(const Settings& settings) {
  if (rpc::IsLoopback(settings.listen) || !settings.tls.empty() || settings.insecure) return Ok();
  return Error{Code::kInvalidArgument, "BAD_OPTION",
               "--listen=" + settings.listen + ": is open to the network; add --tls-certificate, --tls-key and " +
                   "--tls-authority, or --insecure where something else keeps strangers out"};
}

// Runs the shop until a signal comes; `signals` are blocked in every thread.
Status Serve(const Program& program, const Settings& settings, std::vector<std::unique_ptr<Module>> modules,
             const sigset_t& signals) {
  const obs::Level level = TRY(ParseLevel(settings.log_level));
  const obs::LogFormat format = TRY(ParseFormat(settings.log_format));
  TRY(CheckListen(settings));
  const Currency currency = TRY(ParseCurrency(settings.currency));
  const TimeZone time_zone = TRY(ParseTimeZone(settings.time_zone));
  const auto server_credentials = TRY(rpc::MakeServerCredentials(settings.tls));
  const auto channel_credentials = TRY(rpc::MakeChannelCredentials(settings.tls));
  TRY(MakeDataDir(settings.data_dir));
  SystemClock clock;
  SystemRandom random;
  const auto log = obs::Log::ToStandardError(clock, level, format);
  WarnOfOpenFiles(settings.data_dir, *log);
  obs::Metrics metrics;
  const obs::Tracer tracer = MakeTracer(settings.otlp_endpoint, program.name, clock, *log, metrics);
  const names::Keys keys = TRY(names::LoadOrMakeKeys(KeysFile(settings), random));
  const names::PageTokens page_tokens(keys);
  const std::unique_ptr<identity::Tokens> tokens = TRY(MakeTokens(settings, keys, modules, clock, random));
  StoreChecks store_checks(*log, metrics);
  std::optional<CertificateWatch> certificate;
  if (!settings.tls.empty()) certificate.emplace(settings.tls.certificate, clock, *log, metrics);
  const Environment environment{
      settings.data_dir, clock,         random,      *log, metrics, tracer, page_tokens, currency, time_zone,
      settings.insecure, &store_checks, tokens.get()};

  Shop shop({.listen = settings.listen,
             .peer_addresses = settings.peers,
             .server_credentials = server_credentials,
             .channel_credentials = channel_credentials,
             .trust_domain = settings.tls.empty() ? "" : settings.trust_domain},
            environment, std::move(modules));
  TRY(shop.Start());
  metrics.Gauge("build_info", "1; the labels say what runs", {{"program", program.name}, {"version", OCTAVO_VERSION}}).Set(1);
  const auto operators = TRY(ServeOperators(settings.metrics_listen, program.name, shop, metrics, clock));
  log->Info("ready", {{"program", program.name},
                      {"grpc", settings.listen},
                      {"port", shop.port()},
                      {"metrics", operators != nullptr ? operators->port() : 0}});
  const ServiceManager manager = ServiceManager::FromEnvironment();
  std::optional<background::Repeater> watchdog;
  if (manager.watchdog()) {
    // Twice in the time that systemd waits, as sd_watchdog_enabled(3) advises.
    const auto interval = std::chrono::duration_cast<std::chrono::milliseconds>(*manager.watchdog() / 2);
    watchdog.emplace(background::Repeater::Options{.name = "watchdog", .interval = interval}, *log, metrics,
                     [&shop, &manager, interval](const std::stop_token&) {
                       if (!shop.Answers(interval / 2)) throw std::runtime_error("gRPC does not answer; systemd is not told");
                       (void)manager.Tell("WATCHDOG=1");
                     });
  }
  (void)manager.Tell("READY=1");
  int signal = 0;
  sigwait(&signals, &signal);
  (void)manager.Tell("STOPPING=1");
  watchdog.reset();
  log->Info("stopping", {{"signal", signal}});
  shop.Stop();
  log->Info("stopped");
  return Ok();
}

}  // namespace

std::string DefaultAddress(const std::string& module) {
  int port = kFirstPort;
  for (const char* name : kModules) {
    if (module == name) return "127.0.0.1:" + std::to_string(port);
    ++port;
  }
  return "127.0.0.1:0";
}

int Main(const Program& program, const std::vector<std::string>& arguments, std::vector<std::unique_ptr<Module>> modules) {
  KeepFilesPrivate();
  // Before any thread exists, so that every thread inherits it and only sigwait takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  Settings settings{.listen = program.listen, .metrics_listen = program.metrics_listen};
  Options options;
  AddOptions(options, settings, modules);
  const auto outcome = options.Parse(arguments, environ);
  if (!outcome.ok()) {
    std::fprintf(stderr, "%s: %s\n", program.name.c_str(), outcome.error().message.c_str());
    return 2;
  }
  if (*outcome == Options::Outcome::kVersion) {
    std::printf("%s %s\n", program.name.c_str(), OCTAVO_VERSION);
    return 0;
  }
  if (*outcome == Options::Outcome::kHelp) {
    std::fputs(options.Help(program.name, program.about).c_str(), stdout);
    return 0;
  }

  Status served;
  try {
    served = Serve(program, settings, std::move(modules), signals);
  } catch (const std::exception& exception) {
    served = Error{Code::kInternal, "INTERNAL", exception.what()};
  }
  if (served.ok()) return 0;
  std::fprintf(stderr, "%s: %s\n", program.name.c_str(), served.error().message.c_str());
  return served.error().reason == "BAD_OPTION" ? 2 : 1;
}

}  // namespace octavo::runtime
