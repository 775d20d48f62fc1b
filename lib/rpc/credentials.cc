#include "lib/rpc/credentials.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <utility>

namespace octavo::rpc {
namespace {

Error BadToken(const std::string& why) { return {Code::kUnauthenticated, "BAD_TOKEN", why}; }

// By the token and the certificate together; empty: no service.
Result<std::string> ServiceOf(const std::string& by_token, const std::vector<std::string>& certified) {
  if (certified.empty()) return by_token;
  if (by_token.empty()) return certified.size() == 1 ? certified.front() : "";
  if (std::ranges::find(certified, by_token) != certified.end()) return by_token;
  return Error{Code::kPermissionDenied, "WRONG_CERTIFICATE",
               "the caller's token is of " + by_token + ", and its certificate is of another service"};
}

}  // namespace

Result<std::shared_ptr<const identity::Identity>> Identify(identity::Tokens& tokens, const Credentials& credentials) {
  static const auto nobody = std::make_shared<const identity::Identity>();
  std::shared_ptr<const identity::Identity> service = nobody;
  if (!credentials.service_token.empty()) {
    service = TRY(tokens.Verify(credentials.service_token));
    if (service->service.empty()) return BadToken("the token in \"octavo-service\" is not a service's");
  }
  std::shared_ptr<const identity::Identity> subject = nobody;
  if (credentials.bearer != nullptr) {
    subject = TRY(tokens.Verify(*credentials.bearer));
    if (!subject->service.empty()) {  // A tool that was given a service's token.
      if (!service->service.empty()) return BadToken("the call has the tokens of two services");
      service = std::exchange(subject, nobody);
    }
  }
  const std::string name = TRY(ServiceOf(service->service, credentials.certified));
  if (subject->subject.empty() && name == service->service) return service;
  if (name == subject->service) return subject;
  identity::Identity both = *subject;
  both.service = name;
  return std::make_shared<const identity::Identity>(std::move(both));
}

std::vector<std::string> ServicesOf(const grpc::AuthContext& peer, const identity::Workload& workload) {
  const std::string prefix = "spiffe://" + workload.trust_domain + "/";
  std::vector<std::string> services;
  for (const grpc::string_ref& uri : peer.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    const std::string text(uri.data(), uri.size());
    if (text.starts_with(prefix)) services.push_back(text.substr(prefix.size()));
  }
  return services;
}

void AddCredentials(grpc::ClientContext& context, const identity::Workload* workload,
                    const std::shared_ptr<const std::string>& bearer) {
  if (workload != nullptr && workload->tokens != nullptr && !workload->service.empty()) {
    context.AddMetadata(kServiceTokenKey, *workload->tokens->ForService(workload->service));
  }
  const auto& shown = bearer != nullptr || workload == nullptr ? bearer : workload->bearer;
  if (shown != nullptr && !shown->empty()) context.AddMetadata(kAuthorizationKey, "Bearer " + *shown);
}

}  // namespace octavo::rpc
