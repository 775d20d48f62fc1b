// How calls carry who makes them. A service shows its token in the metadata `octavo-service`; the token of the person or
// integration for whom it calls travels along the whole chain as `authorization: Bearer <token>`. Over TLS the peer's certificate
// says which services it may be, by SPIFFE ids (https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md). Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/identity/tokens.h"

namespace octavo::rpc {

inline constexpr char kServiceTokenKey[] = "octavo-service";
inline constexpr char kAuthorizationKey[] = "authorization";

struct Credentials {
  std::string service_token = {};                       // Empty: none.
  std::shared_ptr<const std::string> bearer = nullptr;  // Null: none.
  std::vector<std::string> certified = {};              // The services that the peer's certificate names.
};

// Who makes a call with these. The identity has the service and the subject, or one of them, or is nobody. A certificate of one
// service says who calls also without a token; one that names none leaves it to the token. UNAUTHENTICATED (BAD_TOKEN,
// TOKEN_EXPIRED), PERMISSION_DENIED (WRONG_CERTIFICATE: of another service than the token).
Result<std::shared_ptr<const identity::Identity>> Identify(identity::Tokens& tokens, const Credentials& credentials);

// "cart" for "spiffe://<trust domain>/cart", of all URIs in the peer's certificate.
std::vector<std::string> ServicesOf(const grpc::AuthContext& peer, const identity::Workload& workload);

// Puts what `workload` (may be null) and `bearer` (may be null, or empty) show into the context of a call that has not begun.
void AddCredentials(grpc::ClientContext& context, const identity::Workload* workload,
                    const std::shared_ptr<const std::string>& bearer);

}  // namespace octavo::rpc
