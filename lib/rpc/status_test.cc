#include "lib/rpc/status.h"

#include <gtest/gtest.h>

namespace octavo::rpc {
namespace {

TEST(StatusTest, CarriesReasonMetadataAndFieldsBothWays) {
  const Error error{.code = Code::kFailedPrecondition,
                    .reason = "OUT_OF_STOCK",
                    .message = "2 of books/12 wanted, 1 left",
                    .violations = {{"lines[0].quantity", "2 is above the 1 available"}},
                    .metadata = {{"book", "books/12"}, {"available", "1"}}};

  const grpc::Status status = ToGrpcStatus(error);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), error.message);
  EXPECT_EQ(ToError(status), error);
}

TEST(StatusTest, AStatusOfSomebodyElseKeepsItsCode) {
  const Error error = ToError(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no route"));

  EXPECT_EQ(error.code, Code::kUnavailable);
  EXPECT_EQ(error.reason, "UNAVAILABLE");
  EXPECT_EQ(error.message, "no route");
}

}  // namespace
}  // namespace octavo::rpc
