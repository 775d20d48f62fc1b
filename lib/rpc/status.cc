#include "lib/rpc/status.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lib/base/check.h"

namespace octavo::rpc {
namespace {

constexpr char kDomain[] = "octavo";
// Trailers above 8 KB are refused by common peers; details are cut to the first fields.
constexpr int kViolationsMax = 20;

void AddDetails(const google::rpc::Status& status, Error& error) {
  for (const auto& any : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (any.UnpackTo(&info)) {
      error.reason = info.reason();
      for (const auto& [key, value] : info.metadata()) error.metadata[key] = value;
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& field : bad_request.field_violations()) {
        error.violations.push_back({field.field(), field.description()});
      }
    }
  }
}

}  // namespace

google::rpc::Status ToStatusProto(const Error& error) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(error.message);

  google::rpc::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain(kDomain);
  for (const auto& [key, value] : error.metadata) (*info.mutable_metadata())[key] = value;
  status.add_details()->PackFrom(info);

  if (!error.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const FieldViolation& violation : error.violations) {
      if (bad_request.field_violations_size() == kViolationsMax) break;
      auto* field = bad_request.add_field_violations();
      field->set_field(violation.field);
      field->set_description(violation.description);
    }
    status.add_details()->PackFrom(bad_request);
  }
  return status;
}

grpc::Status ToGrpcStatus(const Error& error) {
  return grpc::Status(static_cast<grpc::StatusCode>(error.code), error.message, ToStatusProto(error).SerializeAsString());
}

Error ToError(const grpc::Status& status) {
  CHECK(!status.ok());
  const auto code = static_cast<Code>(status.error_code());
  Error error{.code = code, .reason = std::string(CodeName(code)), .message = status.error_message()};
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) AddDetails(details, error);
  return error;
}

Error ToError(const google::rpc::Status& status) {
  const auto code = static_cast<Code>(status.code());
  Error error{.code = code, .reason = std::string(CodeName(code)), .message = status.message()};
  AddDetails(status, error);
  return error;
}

}  // namespace octavo::rpc
