#include "lib/rpc/status.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "google/rpc/status.pb.h"

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

// What gRPC sends of a status: the message in percent-encoding, the details in base 64.
std::size_t TrailerBytes(const grpc::Status& status) {
  std::size_t bytes = status.error_details().size() * 4 / 3 + 4;
  for (const char c : status.error_message()) bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  return bytes;
}

TEST(StatusTest, StaysSmallAndReadableWhateverTheErrorSays) {
  const std::string long_text = std::string(5000, 'x');
  std::string letters;
  for (int i = 0; i < 2000; ++i) letters += "漢";
  std::vector<FieldViolation> violations;
  std::map<std::string, std::string> metadata;
  for (int i = 0; i < 500; ++i) {
    violations.push_back({"lines[" + std::to_string(i) + "].quantity", letters});
    metadata["fact" + std::to_string(i)] = long_text;
  }
  const Error kErrors[] = {
      {Code::kInvalidArgument, "INVALID_FIELD", letters, violations, metadata},
      {Code::kInvalidArgument, "INVALID_FIELD", long_text, violations, {}},
      {Code::kInvalidArgument, long_text, "\xff\xfe" + letters, {{long_text, "\xe6\xbc"}}, {{long_text, "\x80"}}},
  };
  for (const Error& error : kErrors) {
    const grpc::Status status = ToGrpcStatus(error);

    EXPECT_LT(TrailerBytes(status), 8000U);
    google::rpc::Status details;
    EXPECT_TRUE(details.ParseFromString(status.error_details()));
    const Error received = ToError(status);
    EXPECT_EQ(received.reason.substr(0, 13), error.reason.substr(0, 13));
    EXPECT_FALSE(received.violations.empty() && received.metadata.empty());
  }
}

TEST(StatusTest, AStatusOfSomebodyElseKeepsItsCode) {
  const Error error = ToError(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no route"));

  EXPECT_EQ(error.code, Code::kUnavailable);
  EXPECT_EQ(error.reason, "UNAVAILABLE");
  EXPECT_EQ(error.message, "no route");
}

}  // namespace
}  // namespace octavo::rpc
