#include "lib/rpc/status.h"

#include <string>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lib/base/check.h"
#include "lib/base/quoted.h"

namespace octavo::rpc {
namespace {

constexpr char kDomain[] = "octavo";
// Trailers above 8 KB are refused by common peers (gRPC's own limit among them), and then nothing of the error arrives. A message
// travels twice: in percent-encoding, which may triple it, and within the details in base 64: 3 x 600 + 4/3 x 4,300 = 7.5 KB.
constexpr std::size_t kMessageBytesMax = 600;
constexpr std::size_t kDetailsBytesMax = 4300;
constexpr std::size_t kEnvelopeBytes = 160;  // Names of types and lengths of the two details.
constexpr std::size_t kFieldBytes = 8;       // Tags and lengths of one entry.
constexpr std::size_t kTextBytesMax = 200;   // Of the name of a field, and of each fact for programs.

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

// The facts and the wrong fields, from the first on, as many as there is room for.
google::rpc::Status ToStatusProto(const Error& error) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(CleanText(error.message, kMessageBytesMax));

  google::rpc::ErrorInfo info;
  info.set_reason(CleanText(error.reason, kTextBytesMax));
  info.set_domain(kDomain);
  std::size_t room = kDetailsBytesMax - status.ByteSizeLong() - info.ByteSizeLong() - kEnvelopeBytes;
  for (const auto& [key, value] : error.metadata) {
    const std::string clean_key = CleanText(key, kTextBytesMax);
    const std::string clean_value = CleanText(value, kTextBytesMax);
    const std::size_t bytes = clean_key.size() + clean_value.size() + kFieldBytes;
    if (bytes > room) break;
    room -= bytes;
    (*info.mutable_metadata())[clean_key] = clean_value;
  }
  status.add_details()->PackFrom(info);

  google::rpc::BadRequest bad_request;
  for (const FieldViolation& violation : error.violations) {
    google::rpc::BadRequest::FieldViolation field;
    field.set_field(CleanText(violation.field, kTextBytesMax));
    field.set_description(CleanText(violation.description, kMessageBytesMax));
    const std::size_t bytes = field.ByteSizeLong() + kFieldBytes;
    if (bytes > room) break;
    room -= bytes;
    *bad_request.add_field_violations() = std::move(field);
  }
  if (bad_request.field_violations_size() > 0) status.add_details()->PackFrom(bad_request);
  return status;
}

grpc::Status ToGrpcStatus(const Error& error) {
  const google::rpc::Status status = ToStatusProto(error);
  return grpc::Status(static_cast<grpc::StatusCode>(error.code), status.message(), status.SerializeAsString());
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
