#include "lib/rpc/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <fstream>

namespace octavo::rpc {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

// How often the files are looked at.
constexpr unsigned kLookSeconds = 1;

Error BadOption(const std::string& option, const std::string& value, const std::string& rule) {
  return {Code::kInvalidArgument, "BAD_OPTION", "--" + option + '=' + value + ": " + rule};
}

Status CheckReadable(const std::string& option, const std::string& file) {
  if (file.empty()) return BadOption(option, file, "--tls-certificate, --tls-key and --tls-authority go together");
  if (!std::ifstream(file, std::ios::binary)) return BadOption(option, file, "cannot be read");
  return Ok();
}

// gRPC says nothing about files that do not fit until the first call fails, so OpenSSL is asked first.
Status Check(const TlsFiles& files) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  Status status = Ok();
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    status = BadOption("tls-certificate", files.certificate, "is not a certificate in PEM");
  } else if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    status = BadOption("tls-key", files.key, "is not the key of the certificate in PEM, without a password");
  } else if (SSL_CTX_load_verify_locations(context.get(), files.authority.c_str(), nullptr) != 1) {
    status = BadOption("tls-authority", files.authority, "has no certificate in PEM");
  }
  ERR_clear_error();
  return status;
}

Timestamp TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Timestamp(std::chrono::seconds(timegm(&parts)));
}

// What reads the files now, and again whenever they change.
Result<std::shared_ptr<FileWatcherCertificateProvider>> Watch(const TlsFiles& files) {
  TRY(CheckReadable("tls-certificate", files.certificate));
  TRY(CheckReadable("tls-key", files.key));
  TRY(CheckReadable("tls-authority", files.authority));
  TRY(Check(files));
  return std::make_shared<FileWatcherCertificateProvider>(files.key, files.certificate, files.authority, kLookSeconds);
}

}  // namespace

Result<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(const TlsFiles& files) {
  if (files.empty()) return grpc::InsecureChannelCredentials();
  const auto watch = TRY(Watch(files));
  grpc::experimental::TlsChannelCredentialsOptions options;  // Only the credentials that are made of it free what it holds.
  options.set_certificate_provider(watch);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

Result<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(const TlsFiles& files) {
  if (files.empty()) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(TRY(Watch(files)));
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsServerCredentials(options);
}

Result<CertificateTimes> ReadCertificateTimes(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_file(file.c_str(), "r"), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      bio == nullptr ? nullptr : PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  ERR_clear_error();
  if (certificate == nullptr) return BadOption("tls-certificate", file, "is not a certificate in PEM");
  return CertificateTimes{.begins = TimeOf(X509_get0_notBefore(certificate.get())),
                          .ends = TimeOf(X509_get0_notAfter(certificate.get()))};
}

bool IsLoopback(const std::string& address) {
  if (address.empty()) return true;
  for (const char* prefix : {"127.", "[::1]:", "localhost:", "unix:", "ipv4:127.", "ipv6:[::1]:"}) {
    if (address.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace octavo::rpc
