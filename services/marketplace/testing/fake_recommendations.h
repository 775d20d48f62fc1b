// FakeRecommendations: suggestions in memory, which follow what readers looked at and bought. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "octavo/recommendations/v1/recommendations.pb.h"
#include "services/marketplace/testing/fake_catalog.h"

namespace octavo::marketplace {

class FakeRecommendations final : public FakeService {
 public:
  // `catalog` must outlive it.
  FakeRecommendations(FakeServer& server, const FakeCatalog& catalog);

  // What came in.
  std::vector<recommendations::v1::Event> events() const;
  void Record(const recommendations::v1::Event& event);
  // Called when a stream of events begins; set before it is used.
  std::function<void()> before_record;

 private:
  class Recording;
  using Recorded =
      std::unique_ptr<rpc::Sink<recommendations::v1::RecordEventsRequest, recommendations::v1::RecordEventsResponse>>;

  Result<recommendations::v1::BatchRecommendResponse> BatchRecommend(const rpc::Call&,
                                                                     const recommendations::v1::BatchRecommendRequest& request);
  Result<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const rpc::Call&, const recommendations::v1::ListSimilarBooksRequest& request);
  Result<recommendations::v1::BecauseResponse> Because(const rpc::Call&, const recommendations::v1::BecauseRequest& request);
  Result<recommendations::v1::MergeReaderResponse> MergeReader(const rpc::Call&,
                                                               const recommendations::v1::MergeReaderRequest& request);
  Result<Recorded> RecordEvents(const rpc::Call&);

  // The newest first.
  std::vector<std::string> Viewed(const std::string& reader) const;
  recommendations::v1::RecommendResponse Shelf(const recommendations::v1::RecommendRequest& request) const;
  // The list without what the reader has bought.
  recommendations::v1::BookList Arranged(const std::string& reader, const recommendations::v1::BookList& list) const;

  const FakeCatalog& catalog_;
  mutable std::mutex mutex_;
  std::vector<recommendations::v1::Event> events_;  // Guarded by mutex_.
};

}  // namespace octavo::marketplace
