// RecommendationsService: octavo.recommendations.v1 over gRPC. What is answered from memory runs inline on gRPC's threads.
#pragma once

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/names/page_tokens.h"
#include "lib/rpc/service.h"
#include "octavo/recommendations/v1/recommendations.pb.h"
#include "services/recommendations/learner.h"
#include "services/recommendations/recorder.h"
#include "services/recommendations/shelves.h"
#include "services/recommendations/store.h"

namespace octavo::recommendations {

namespace v1 = octavo::recommendations::v1;

// The limits of requests, beside those that the proto states.
inline constexpr int kExcludedMax = 1000;     // Books that are on the page already.
inline constexpr int kBatchRequestsMax = 20;  // Shelves of one page.
inline constexpr int kProblemsMax = 100;      // Of RecordEvents, told in full.

// Everything outlives the service.
struct Parts {
  const Shelves& shelves;
  Recorder& recorder;
  Learner& learner;
  Store& store;
  const Clock& clock;
  const names::PageTokens& page_tokens;
};

class RecommendationsService final : public rpc::Service {
 public:
  RecommendationsService(const Parts& parts, rpc::Pipeline& pipeline);

 private:
  using EventSink = rpc::Sink<v1::RecordEventsRequest, v1::RecordEventsResponse>;
  using Session = rpc::Exchange<v1::FollowSessionRequest, v1::FollowSessionResponse>;

  Result<v1::RecommendResponse> Recommend(const rpc::Call& call, const v1::RecommendRequest& request);
  Result<v1::BatchRecommendResponse> BatchRecommend(const rpc::Call& call, const v1::BatchRecommendRequest& request);
  Result<v1::ArrangeBooksResponse> ArrangeBooks(const rpc::Call& call, const v1::ArrangeBooksRequest& request);
  Result<v1::ListSimilarBooksResponse> ListSimilarBooks(const rpc::Call& call, const v1::ListSimilarBooksRequest& request);
  Result<v1::BecauseResponse> Because(const rpc::Call& call, const v1::BecauseRequest& request);
  Result<std::unique_ptr<EventSink>> RecordEvents(const rpc::Call& call);
  Result<std::unique_ptr<Session>> FollowSession(const rpc::Call& call);
  Result<v1::MergeReaderResponse> MergeReader(const rpc::Call& call, const v1::MergeReaderRequest& request);
  Result<v1::DeleteReaderResponse> DeleteReader(const rpc::Call& call, const v1::DeleteReaderRequest& request);
  Result<v1::ListReaderEventsResponse> ListReaderEvents(const rpc::Call& call, const v1::ListReaderEventsRequest& request);
  Result<v1::DeleteSourceResponse> DeleteSource(const rpc::Call& call, const v1::DeleteSourceRequest& request);
  Result<v1::Model> GetModel(const rpc::Call& call, const v1::GetModelRequest& request);
  Result<v1::TrainModelResponse> TrainModel(const rpc::Call& call, const v1::TrainModelRequest& request);
  Result<v1::ListShelfReportsResponse> ListShelfReports(const rpc::Call& call, const v1::ListShelfReportsRequest& request);

  const Parts parts_;
};

}  // namespace octavo::recommendations
