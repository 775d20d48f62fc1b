// TLS between the services of a shop that is spread over machines: both sides show a certificate of the shop's own authority
// (mutual TLS), so that nobody else calls a service or passes for one. Thread-safe.
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace octavo::rpc {

// Paths of PEM files, all three or none.
struct TlsFiles {
  std::string certificate;  // Of this process, followed by those between it and the authority.
  std::string key;          // Of the certificate; readable by the shop's user only.
  std::string authority;    // Whose certificates are trusted.

  bool empty() const { return certificate.empty() && key.empty() && authority.empty(); }
};

// The options of a command line tool (CLI::App) for them.
template <class App>
void AddTlsOptions(App& app, TlsFiles& files) {
  app.add_option("--tls-certificate", files.certificate, "Certificate to show to the shop, a PEM file.");
  app.add_option("--tls-key", files.key, "Key of the certificate, a PEM file.");
  app.add_option("--tls-authority", files.authority, "Certificate of the shop's own authority, a PEM file.");
}

// Without files: insecure, for loopback and unix sockets. Files that change are read again within a second, for connections that
// are made from then on; those that are open stay open. Certificate and key must change at once, or a connection made between the
// two fails; one file may hold both. Both functions fail with INVALID_ARGUMENT (BAD_OPTION) naming the option and the file that
// is missing, cannot be read or does not fit the others.
Result<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(const TlsFiles& files);
// Refuses clients without a certificate of the authority.
Result<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(const TlsFiles& files);

// When the certificate of a process, the first in the file, is valid.
struct CertificateTimes {
  Timestamp begins;
  Timestamp ends;
};
// INVALID_ARGUMENT (BAD_OPTION) where the file has none.
Result<CertificateTimes> ReadCertificateTimes(const std::string& file);

// Whether only this machine reaches what listens there: 127.0.0.0/8, [::1], localhost, unix sockets, nothing at all.
bool IsLoopback(const std::string& address);

}  // namespace octavo::rpc
