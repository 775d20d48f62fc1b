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

  // The book as the bytes of a RecommendationResponse of it alone: what a snapshot keeps ready. Written one behind
  // the other, they are the bytes of the response of all of them, because merging messages appends what is repeated
  // (https://protobuf.dev/programming-guides/encoding/#last-one-wins). An answer costs a copy of 400 bytes instead of ten
  // messages made, filled, serialised and destroyed, which is a quarter of what a call costs at all.
  static std::string Render(const Book& book);

 private:
  Status Recommend(const rpc::Call& call, const RecommendationRequest& request, grpc::ByteBuffer& response);

  const Shelves& shelves_;
  const Prepare prepare_;  // Makes the whole response as a grpc::Slice, which an answer given again only refers to.
};

}  // namespace octavo::recommendations
