#include "lib/rpc/channel.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "octavo/catalog/v1/catalog.pb.h"

namespace octavo::rpc {
namespace {

TEST(ServiceConfigTest, RetriesExactlyWhatTheProtoCallsIdempotent) {
  const std::string service = octavo::catalog::v1::GetBookRequest::descriptor()->file()->service(0)->full_name();

  const auto config = nlohmann::json::parse(ServiceConfig({service}));

  std::vector<std::string> methods;
  for (const auto& name : config["methodConfig"][0]["name"]) methods.push_back(name["method"]);
  EXPECT_NE(std::find(methods.begin(), methods.end(), "GetBook"), methods.end());
  EXPECT_EQ(std::find(methods.begin(), methods.end(), "ImportBooks"), methods.end());
  EXPECT_FALSE(config["methodConfig"][0].contains("timeout"));
}

}  // namespace
}  // namespace octavo::rpc
