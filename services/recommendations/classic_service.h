// ClassicService: the published contract Recommendations/Recommend (proto/classic/README.md), answered by the same shelves:
// user_id n is the reader "readers/n". It names no package, so the generated code is in the global namespace.
#pragma once

#include "lib/rpc/service.h"
#include "recommendations.pb.h"
#include "services/recommendations/shelves.h"

namespace octavo::recommendations {

class ClassicService final : public rpc::Service {
 public:
  // `shelves` outlives the service.
  ClassicService(const Shelves& shelves, rpc::Pipeline& pipeline);

 private:
  Result<RecommendationResponse> Recommend(const rpc::Call& call, const RecommendationRequest& request);

  const Shelves& shelves_;
};

}  // namespace octavo::recommendations
