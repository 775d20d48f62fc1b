#include "lib/runtime/certificate_watch.h"

#include <stdexcept>
#include <utility>

namespace octavo::runtime {
namespace {

constexpr std::chrono::minutes kInterval{1};

}  // namespace

CertificateState StateOf(const rpc::CertificateTimes& times, Timestamp now) {
  if (now < times.begins) return CertificateState::kNotYetValid;
  if (now >= times.ends) return CertificateState::kEnded;
  return times.ends - now < kEndsSoon ? CertificateState::kEndsSoon : CertificateState::kValid;
}

CertificateWatch::CertificateWatch(std::string file, const Clock& clock, obs::Log& log, obs::Metrics& metrics)
    : file_(std::move(file)),
      clock_(clock),
      log_(log),
      end_(metrics.Gauge("tls_certificate_end_seconds", "When this process's certificate ends, in seconds since 1970")),
      worker_({.name = "certificate", .interval = kInterval}, log, metrics, [this](const std::stop_token&) { Look(); }) {}

void CertificateWatch::Look() {
  const Result<rpc::CertificateTimes> times = rpc::ReadCertificateTimes(file_);
  if (!times.ok()) throw std::runtime_error(times.error().message);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(times->ends.time_since_epoch()).count();
  end_.Set(static_cast<double>(seconds));
  const CertificateState state = StateOf(*times, clock_.Now());
  if (told_ != state) {
    const std::int64_t days = std::chrono::duration_cast<std::chrono::hours>(times->ends - clock_.Now()).count() / 24;
    if (state == CertificateState::kValid) {
      log_.Info("certificate_valid", {{"file", file_}, {"days_left", days}});
    } else if (state == CertificateState::kEndsSoon) {
      log_.Warn("certificate_ends_soon", {{"file", file_}, {"days_left", days}});
    } else {
      log_.Error(state == CertificateState::kEnded ? "certificate_ended" : "certificate_not_yet_valid", {{"file", file_}});
    }
    told_ = state;
  }
  if (state == CertificateState::kEnded) throw std::runtime_error(file_ + " has ended; octavo certs issue renews it");
  if (state == CertificateState::kNotYetValid)
    throw std::runtime_error(file_ + " is not valid yet; is this machine's clock right?");
}

}  // namespace octavo::runtime
