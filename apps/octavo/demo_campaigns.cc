#include "apps/octavo/demo_campaigns.h"

#include <google/protobuf/util/json_util.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "octavo/promotions/v1/promotions.grpc.pb.h"

namespace octavo {
namespace {

namespace v1 = promotions::v1;
using Stub = v1::PromotionsService::StubInterface;

// The shop may have just begun to start.
const rpc::Limits kLimits{.budget = std::chrono::seconds(30), .wait_for_ready = true};

Result<v1::ListCampaignsResponse> ReadCampaigns(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  v1::ListCampaignsResponse campaigns;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &campaigns);
  if (!in || !status.ok()) {
    return Error{Code::kInvalidArgument, "BAD_FILE",
                 file.string() + ": " + (in ? std::string(status.message()) : "cannot be read")};
  }
  return campaigns;
}

class Demo {
 public:
  explicit Demo(const PromotionsPeer& peer) : stub_(v1::PromotionsService::NewStub(peer.channel)), caller_(peer.telemetry) {}

  // The shop's campaigns by display name; of two the newer.
  Result<std::map<std::string, v1::Campaign>> List() const {
    std::map<std::string, v1::Campaign> campaigns;
    v1::ListCampaignsRequest request;
    request.set_page_size(100);
    do {
      const auto page = TRY(caller_.Invoke(*stub_, &Stub::ListCampaigns, request, kLimits));
      for (const v1::Campaign& campaign : page.campaigns()) campaigns.emplace(campaign.display_name(), campaign);
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return campaigns;
  }

  Result<v1::Campaign> Create(const v1::Campaign& campaign) const {
    v1::CreateCampaignRequest request;
    *request.mutable_campaign() = campaign;
    request.set_request_id("demo: " + campaign.display_name());
    return caller_.Invoke(*stub_, &Stub::CreateCampaign, request, kLimits);
  }

  Result<v1::Campaign> SetState(const v1::Campaign& campaign, v1::Campaign::State state) const {
    v1::UpdateCampaignRequest request;
    *request.mutable_campaign() = campaign;
    request.mutable_campaign()->set_state(state);
    request.mutable_update_mask()->add_paths("state");
    return caller_.Invoke(*stub_, &Stub::UpdateCampaign, request, kLimits);
  }

 private:
  const std::unique_ptr<v1::PromotionsService::Stub> stub_;
  const rpc::Caller caller_;
};

}  // namespace

Result<std::int64_t> LoadDemoCampaigns(const std::filesystem::path& file, const PromotionsPeer& promotions) {
  const v1::ListCampaignsResponse wanted = TRY(ReadCampaigns(file));
  const Demo demo(promotions);
  const auto present = TRY(demo.List());
  std::int64_t changed = 0;
  for (const v1::Campaign& campaign : wanted.campaigns()) {
    const auto before = present.find(campaign.display_name());
    if (before == present.end()) {
      TRY(demo.Create(campaign));
    } else if (before->second.state() == v1::Campaign::STATE_ARCHIVED) {
      TRY(demo.SetState(before->second, campaign.state()));
    } else {
      continue;
    }
    ++changed;
  }
  return changed;
}

Result<std::int64_t> EndDemoCampaigns(const std::filesystem::path& file, const PromotionsPeer& promotions) {
  const v1::ListCampaignsResponse wanted = TRY(ReadCampaigns(file));
  const Demo demo(promotions);
  const auto present = TRY(demo.List());
  std::int64_t changed = 0;
  for (const v1::Campaign& campaign : wanted.campaigns()) {
    const auto before = present.find(campaign.display_name());
    if (before == present.end() || before->second.state() == v1::Campaign::STATE_ARCHIVED) continue;
    TRY(demo.SetState(before->second, v1::Campaign::STATE_ARCHIVED));
    ++changed;
  }
  return changed;
}

}  // namespace octavo
