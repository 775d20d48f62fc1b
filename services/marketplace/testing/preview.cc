// octavo-marketplace-preview books.csv [port [template_dir]]: the pages over a shop in memory, to look at and
// to work on.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>

#include "services/marketplace/testing/fake_shop.h"
#include "services/marketplace/website.h"

using namespace octavo;               // NOLINT: a program of one file.
using namespace octavo::marketplace;  // NOLINT: as above.

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: octavo-marketplace-preview books.csv [port [template_dir]]\n", stderr);
    return 2;
  }
  sigset_t signals;  // Blocked before any thread is there, so that sigwait gets them.
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  SystemClock clock;
  SystemRandom random;
  obs::Metrics metrics;
  const auto log = obs::Log::ToStandardError(clock, obs::Level::kInfo, obs::LogFormat::kLogfmt);
  FakeShop shop;
  std::ifstream csv(argv[1]);
  shop.Load(csv);
  Shop client(shop.channels(), shop.server.telemetry());
  EventQueue events(client.recommendations, clock, random, metrics);
  std::optional<Templates> templates;
  argc > 3 ? templates.emplace(argv[3]) : templates.emplace();
  const Assets assets;
  const Visitors visitors(Secret(std::string(32, 'k')), Transport::kPlain);
  const Signer signer(Secret(std::string(32, 'k')));
  const Site site{.shop = client,
                  .events = events,
                  .templates = *templates,
                  .assets = assets,
                  .visitors = visitors,
                  .signer = signer,
                  .transport = Transport::kPlain,
                  .clock = clock,
                  .random = random};
  http::ServerOptions options;
  options.port = 8080;
  if (argc > 2 && std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), options.port).ec != std::errc{}) {
    std::fputs("the port must be a number\n", stderr);
    return 2;
  }
  auto server = http::Server::Start(WithSite(options, site, Transport::kPlain, *log, metrics), Routes(site), clock);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("http://127.0.0.1:%d/\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Stop(std::chrono::seconds(1));
  return 0;
}
