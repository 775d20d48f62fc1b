// The demo's campaigns: made in a running shop, and ended again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "lib/base/result.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/client.h"

namespace octavo {

struct PromotionsPeer {
  std::shared_ptr<grpc::Channel> channel;
  rpc::Telemetry telemetry;
};

// `file` is a ListCampaignsResponse in protobuf's JSON; a campaign is known again by its display name. Both return how many
// campaigns they changed, and fail with INVALID_ARGUMENT (BAD_FILE) about a file that cannot be read, or as promotions does.

// Makes those that are not there, and lets those that EndDemoCampaigns() ended run again.
Result<std::int64_t> LoadDemoCampaigns(const std::filesystem::path& file, const PromotionsPeer& promotions);
// Archives them, so that the reports on what they did stay.
Result<std::int64_t> EndDemoCampaigns(const std::filesystem::path& file, const PromotionsPeer& promotions);

}  // namespace octavo
