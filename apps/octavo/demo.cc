#include "apps/octavo/demo.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <initializer_list>

#include "apps/octavo/demo_campaigns.h"
#include "lib/identity/tool.h"
#include "lib/obs/log.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/repeat.h"
#include "lib/rpc/tls.h"
#include "services/catalog/import/import_command.h"
#include "services/recommendations/import/import_client.h"

namespace octavo {
namespace {

constexpr char kSource[] = "demo";

struct Settings {
  std::string folder = "demo";
  std::string address = "127.0.0.1:50051";
  std::string inventory_address;
  std::string recommendations_address;
  std::string promotions_address;
  rpc::TlsFiles tls;
  identity::ToolOptions identity;
};

int Fail(const Error& error) {
  std::fprintf(stderr, "octavo demo: %s\n", error.message.c_str());
  return 1;
}

int LoadReaders(const Settings& settings, const recommendations::ImportPeers& peers) {
  const auto report = rpc::Repeated(
      [&] { return recommendations::ImportReaders({.file = settings.folder + "/readers.csv", .source = kSource}, peers); });
  if (!report.ok()) return Fail(report.error());
  for (const std::string& problem : report->problems) std::fprintf(stderr, "%s\n", problem.c_str());
  std::printf("Readers: %lld events, %lld known before, %lld refused\n", static_cast<long long>(report->recorded),
              static_cast<long long>(report->repeated), static_cast<long long>(report->refused));
  return 0;
}

int RemoveReaders(const recommendations::ImportPeers& peers) {
  const auto removed = recommendations::RemoveReaders(kSource, peers);
  if (!removed.ok()) return Fail(removed.error());
  std::printf("Readers: %lld events removed\n", static_cast<long long>(*removed));
  return 0;
}

int LoadCampaigns(const Settings& settings, const PromotionsPeer& promotions) {
  const auto changed = rpc::Repeated([&] { return LoadDemoCampaigns(settings.folder + "/campaigns.json", promotions); });
  if (!changed.ok()) return Fail(changed.error());
  std::printf("Campaigns: %lld begun\n", static_cast<long long>(*changed));
  return 0;
}

int EndCampaigns(const Settings& settings, const PromotionsPeer& promotions) {
  const auto changed = EndDemoCampaigns(settings.folder + "/campaigns.json", promotions);
  if (!changed.ok()) return Fail(changed.error());
  std::printf("Campaigns: %lld ended\n", static_cast<long long>(*changed));
  return 0;
}

// Runs the steps in turn; returns the first result that is not 0.
int InTurn(std::initializer_list<std::function<int()>> steps) {
  for (const auto& step : steps) {
    if (const int status = step(); status != 0) return status;
  }
  return 0;
}

}  // namespace

int RunDemo(const std::vector<std::string>& arguments) {
  Settings settings;
  CLI::App app("The demo catalogue, its readers and campaigns, in and out of a running shop.", "octavo demo");
  app.add_option("--folder", settings.folder, "Where books.csv, readers.csv and campaigns.json are.")->capture_default_str();
  app.add_option("--address", settings.address, "Where the shop's gRPC listens.")->capture_default_str();
  app.add_option("--inventory-address", settings.inventory_address, "Where the inventory listens, if not there.");
  app.add_option("--recommendations-address", settings.recommendations_address,
                 "Where the recommendations listen, if not there.");
  app.add_option("--promotions-address", settings.promotions_address, "Where the promotions listen, if not there.");
  rpc::AddTlsOptions(app, settings.tls);
  identity::AddToolOptions(app, settings.identity);
  const auto* load = app.add_subcommand("load", "Bring them in.")->fallthrough();
  app.add_subcommand("remove", "Take them out.")->fallthrough();
  app.require_subcommand(1);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // As CLI11 wants them.
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  const SystemClock clock;
  const auto log = obs::Log::ToStandardError(clock, obs::Level::kWarn, obs::LogFormat::kLogfmt);
  obs::Metrics metrics;
  const obs::Tracer tracer;
  for (std::string* address : {&settings.inventory_address, &settings.recommendations_address, &settings.promotions_address}) {
    if (address->empty()) *address = settings.address;
  }
  const identity::Workload workload = identity::WorkloadOfTool(settings.identity, clock);
  const rpc::Telemetry telemetry{*log, metrics, tracer, clock, &workload};
  const auto credentials = rpc::MakeChannelCredentials(settings.tls);
  if (!credentials.ok()) return Fail(credentials.error());
  const auto connect = [&](const std::string& address) { return rpc::Connect({.target = address, .credentials = *credentials}); };
  const recommendations::ImportPeers readers{connect(settings.address), connect(settings.recommendations_address), telemetry};
  const PromotionsPeer promotions{connect(settings.promotions_address), telemetry};
  std::vector<std::string> import = {"--address=" + settings.address, "--inventory-address=" + settings.inventory_address};
  for (std::string& argument : identity::ToArguments(settings.identity)) import.push_back(std::move(argument));
  if (!settings.tls.empty()) {
    import.insert(import.end(), {"--tls-certificate=" + settings.tls.certificate, "--tls-key=" + settings.tls.key,
                                 "--tls-authority=" + settings.tls.authority});
  }
  if (load->parsed()) {
    import.insert(import.end(), {settings.folder + "/books.csv", "--source=demo"});
    return InTurn({[&] { return catalog::RunImport(import); }, [&] { return LoadReaders(settings, readers); },
                   [&] { return LoadCampaigns(settings, promotions); }});
  }
  import.push_back("--remove=demo");
  return InTurn({[&] { return catalog::RunImport(import); }, [&] { return RemoveReaders(readers); },
                 [&] { return EndCampaigns(settings, promotions); }});
}

}  // namespace octavo
