#include "apps/octavo/certs_command.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "lib/base/result.h"

namespace octavo {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr char kAuthorityFile[] = "authority.pem";
constexpr char kAuthorityKeyFile[] = "authority.key";
constexpr long kDaySeconds = 24L * 60 * 60;
constexpr int kAuthorityDays = 3650;
constexpr int kSerialBits = 127;

struct Settings {
  std::string folder = "certs";
  std::vector<std::string> services;
  std::vector<std::string> hosts = {"localhost", "127.0.0.1"};
  std::string trust_domain = "octavo";
  int days = 90;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "octavo certs: %s\n", message.c_str());
  return 1;
}

Error CannotWrite(const std::filesystem::path& file) {
  return {Code::kFailedPrecondition, "CANNOT_WRITE", file.string() + " cannot be written"};
}

// Complete or not there at all: a process of the shop may read it at any time. Readable by its owner only.
template <class Print>
Status WriteFile(const std::filesystem::path& file, const Print& print) {
  const std::filesystem::path aside = file.string() + ".new";
  {
    const File out(std::fopen(aside.c_str(), "w"), std::fclose);
    if (out == nullptr || !print(out.get()) || std::fflush(out.get()) != 0) return CannotWrite(file);
  }
  std::error_code error;
  std::filesystem::permissions(aside, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  if (!error) std::filesystem::rename(aside, file, error);
  return error ? Status(CannotWrite(file)) : Ok();
}

Key NewKey() { return Key(EVP_EC_gen("P-256"), EVP_PKEY_free); }

bool AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free);
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Version 3, a random serial number, from now on for so many days, with this subject. Without an issuer and extensions.
Certificate NewCertificate(const std::string& name, EVP_PKEY* key, int days) {
  Certificate certificate(X509_new(), X509_free);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_new(), BN_free);
  BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get()));
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDaySeconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

// The names by which a service is called, and by which it is known when it calls.
std::string AlternativeNames(const Settings& settings, const std::string& service) {
  std::string names = "URI:spiffe://" + settings.trust_domain + "/" + service;
  for (const std::string& host : settings.hosts) {
    const bool is_address = host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
    names += (is_address ? ",IP:" : ",DNS:") + host;
  }
  return names;
}

Error NotMade(const std::string& what) {
  const unsigned long code = ERR_get_error();
  const char* const reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return {Code::kInvalidArgument, "NOT_MADE",
          what + " cannot be made: " + (reason != nullptr ? reason : "OpenSSL does not say why")};
}

Status MakeAuthority(const Settings& settings) {
  const std::filesystem::path folder(settings.folder);
  const Key key = NewKey();
  const Certificate authority = NewCertificate("Octavo's own authority", key.get(), kAuthorityDays);
  X509* const made = authority.get();
  X509_set_issuer_name(made, X509_get_subject_name(made));
  const bool complete = AddExtension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                        AddExtension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                        AddExtension(made, made, NID_subject_key_identifier, "hash") &&
                        X509_sign(made, key.get(), EVP_sha256()) != 0;
  if (!complete) return NotMade("the authority");
  TRY(WriteFile(folder / kAuthorityKeyFile, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  }));
  return WriteFile(folder / kAuthorityFile, [&](std::FILE* out) { return PEM_write_X509(out, made) == 1; });
}

struct Authority {
  Key key;
  Certificate certificate;
};

Result<Authority> ReadAuthority(const std::filesystem::path& folder) {
  const auto open = [&](const char* name) -> std::FILE* { return std::fopen((folder / name).c_str(), "r"); };
  std::FILE* const key = open(kAuthorityKeyFile);
  std::FILE* const certificate = open(kAuthorityFile);
  Authority authority{.key = Key(key == nullptr ? nullptr : PEM_read_PrivateKey(key, nullptr, nullptr, nullptr), EVP_PKEY_free),
                      .certificate = Certificate(
                          certificate == nullptr ? nullptr : PEM_read_X509(certificate, nullptr, nullptr, nullptr), X509_free)};
  for (std::FILE* file : {key, certificate}) {
    if (file != nullptr) (void)std::fclose(file);
  }
  if (authority.key != nullptr && authority.certificate != nullptr) return authority;
  return Error{
      Code::kFailedPrecondition, "NO_AUTHORITY",
      (folder / kAuthorityFile).string() + " and " + kAuthorityKeyFile + " are missing or damaged; octavo certs init makes them"};
}

// Key and certificate in one file, so that they change at once.
Status Issue(const Settings& settings, const Authority& authority, const std::string& service) {
  const Key key = NewKey();
  const Certificate certificate = NewCertificate(service, key.get(), settings.days);
  X509* const made = certificate.get();
  X509_set_issuer_name(made, X509_get_subject_name(authority.certificate.get()));
  const bool complete =
      AddExtension(made, authority.certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      AddExtension(made, authority.certificate.get(), NID_key_usage, "critical,digitalSignature") &&
      AddExtension(made, authority.certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth") &&
      AddExtension(made, authority.certificate.get(), NID_subject_alt_name, AlternativeNames(settings, service)) &&
      X509_sign(made, authority.key.get(), EVP_sha256()) != 0;
  if (!complete) return NotMade("a certificate for " + service);
  return WriteFile(std::filesystem::path(settings.folder) / (service + ".pem"), [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 && PEM_write_X509(out, made) == 1;
  });
}

int Init(const Settings& settings) {
  const std::filesystem::path folder(settings.folder);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (std::filesystem::exists(folder / kAuthorityKeyFile)) {
    return Fail((folder / kAuthorityKeyFile).string() +
                " is there already; a new authority would make all its certificates invalid");
  }
  const Status made = MakeAuthority(settings);
  if (!made.ok()) return Fail(made.error().message);
  std::printf("%s is the shop's authority. Keep %s to yourself; no process of the shop needs it.\n",
              (folder / kAuthorityFile).c_str(), kAuthorityKeyFile);
  return 0;
}

int IssueAll(const Settings& settings) {
  const Result<Authority> authority = ReadAuthority(settings.folder);
  if (!authority.ok()) return Fail(authority.error().message);
  for (const std::string& service : settings.services) {
    const Status issued = Issue(settings, *authority, service);
    if (!issued.ok()) return Fail(issued.error().message);
    std::printf("%s/%s.pem: %d days\n", settings.folder.c_str(), service.c_str(), settings.days);
  }
  return 0;
}

}  // namespace

int RunCerts(const std::vector<std::string>& arguments) {
  Settings settings;
  CLI::App app(
      "Certificates by which the processes of a shop know each other. A process reads them again when they change, so that "
      "they are renewed by \"octavo certs issue\" alone.",
      "octavo certs");
  app.add_option("--folder", settings.folder, "Where they are kept.")->capture_default_str();
  app.require_subcommand(1);
  const auto* init = app.add_subcommand("init", "Make the authority, once.")->fallthrough();
  auto* issue = app.add_subcommand("issue", "Make or renew SERVICE.pem, key and certificate in one file.")->fallthrough();
  issue->add_option("services", settings.services, "Services, like cart; several with spaces between.")
      ->required()
      ->check([](const std::string& service) {
        const bool is_name = service.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
        return is_name && !service.empty() ? "" : "\"" + service + "\" is no service's name";
      });
  issue->add_option("--host", settings.hosts, "Names and addresses under which the services are called; repeatable.")
      ->capture_default_str();
  issue->add_option("--trust-domain", settings.trust_domain, "As the option --tls-trust-domain of the processes.")
      ->capture_default_str();
  issue->add_option("--days", settings.days, "How long they are valid.")->check(CLI::Range(1, 825))->capture_default_str();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 wants them backwards.
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return init->parsed() ? Init(settings) : IssueAll(settings);
}

}  // namespace octavo
