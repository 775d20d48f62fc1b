#include "lib/rpc/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <iterator>

namespace octavo::rpc {
namespace {

struct Texts {
  std::string certificate;
  std::string key;
  std::string authority;
};

Error BadOption(const std::string& option, const std::string& value, const std::string& rule) {
  return {Code::kInvalidArgument, "BAD_OPTION", "--" + option + '=' + value + ": " + rule};
}

Result<std::string> Read(const std::string& option, const std::string& file) {
  if (file.empty()) return BadOption(option, file, "--tls-certificate, --tls-key and --tls-authority go together");
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return BadOption(option, file, "cannot be read");
  return text;
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

Result<Texts> Load(const TlsFiles& files) {
  Texts texts;  // One by one: GCC 12 leaks what is ready of a braced list when TRY leaves it.
  texts.certificate = TRY(Read("tls-certificate", files.certificate));
  texts.key = TRY(Read("tls-key", files.key));
  texts.authority = TRY(Read("tls-authority", files.authority));
  TRY(Check(files));
  return texts;
}

}  // namespace

Result<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(const TlsFiles& files) {
  if (files.empty()) return grpc::InsecureChannelCredentials();
  Texts texts = TRY(Load(files));
  return grpc::SslCredentials({.pem_root_certs = std::move(texts.authority),
                               .pem_private_key = std::move(texts.key),
                               .pem_cert_chain = std::move(texts.certificate)});
}

Result<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(const TlsFiles& files) {
  if (files.empty()) return grpc::InsecureServerCredentials();
  Texts texts = TRY(Load(files));
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = std::move(texts.authority);
  options.pem_key_cert_pairs.push_back({std::move(texts.key), std::move(texts.certificate)});
  return grpc::SslServerCredentials(options);
}

bool IsLoopback(const std::string& address) {
  if (address.empty()) return true;
  for (const char* prefix : {"127.", "[::1]:", "localhost:", "unix:", "ipv4:127.", "ipv6:[::1]:"}) {
    if (address.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace octavo::rpc
