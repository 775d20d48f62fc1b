// Errors on the wire. An Error travels as a gRPC status whose details (google.rpc.Status in grpc-status-details-bin) hold
// ErrorInfo{reason, domain "octavo", metadata} and, for fields that broke a rule, BadRequest; so any gRPC client can read
// them, and ToError reads back what ToGrpcStatus wrote.
#pragma once

#include <grpcpp/support/status.h>

#include "lib/base/error.h"

namespace google::rpc {
class Status;
}

namespace octavo::rpc {

grpc::Status ToGrpcStatus(const Error& error);
// The same as a message, for an answer that holds several outcomes.
google::rpc::Status ToStatusProto(const Error& error);

// `status` must not be OK. A status that is not ours gets its code's name as reason.
Error ToError(const grpc::Status& status);
Error ToError(const google::rpc::Status& status);

}  // namespace octavo::rpc
