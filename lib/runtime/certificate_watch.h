// CertificateWatch: says in time that this process's certificate ends. The worker `certificate` looks at the file at the start
// and once a minute: it logs what changes (certificate_valid, certificate_ends_soon, certificate_ended,
// certificate_not_yet_valid), keeps the metric tls_certificate_end_seconds, and fails, on health too, while the certificate is
// not valid. Thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "lib/background/repeater.h"
#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/rpc/tls.h"

namespace octavo::runtime {

enum class CertificateState { kValid, kEndsSoon, kEnded, kNotYetValid };

// How long before its end a certificate "ends soon".
inline constexpr std::chrono::hours kEndsSoon{14 * 24};

CertificateState StateOf(const rpc::CertificateTimes& times, Timestamp now);

class CertificateWatch {
 public:
  // What it is given must outlive it.
  CertificateWatch(std::string file, const Clock& clock, obs::Log& log, obs::Metrics& metrics);

 private:
  void Look();

  const std::string file_;
  const Clock& clock_;
  obs::Log& log_;
  obs::Gauge& end_;
  std::optional<CertificateState> told_;  // The worker's.
  background::Repeater worker_;           // Last: it uses the rest.
};

}  // namespace octavo::runtime
