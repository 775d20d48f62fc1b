#include "services/recommendations/classic_service.h"

#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "services/recommendations/workspace.h"

namespace octavo::recommendations {
namespace {

// By the number of the published contract's enum.
constexpr std::array<std::string_view, 3> kCategories = {"categories/fiction", "categories/romance", "categories/self-help"};

std::shared_ptr<const void> ResponseBytes(const Assortment& assortment, std::span<const Suggestion> suggestions) {
  std::string bytes;
  for (const Suggestion& suggestion : suggestions) bytes += assortment.RenderedOf(suggestion.item);
  return std::make_shared<const grpc::Slice>(bytes);
}

}  // namespace

ClassicService::ClassicService(const Shelves& shelves, rpc::Pipeline& pipeline)
    : rpc::Service("Recommendations", pipeline, Contract::kForEverybody), shelves_(shelves), prepare_(ResponseBytes) {
  UnaryBytes<RecommendationResponse>("Recommend", this, &ClassicService::Recommend, rpc::Run::kInline);
}

std::string ClassicService::Render(const Book& book) {
  RecommendationResponse response;
  BookRecommendation* const recommendation = response.add_recommendations();
  recommendation->set_id(book.id.value());
  recommendation->set_title(book.title);
  return response.SerializeAsString();
}

Status ClassicService::Recommend(const rpc::Call&, const RecommendationRequest& request, grpc::ByteBuffer& response) {
  const auto category = static_cast<std::size_t>(request.category());
  if (category >= kCategories.size()) {
    return Error{Code::kNotFound, "UNKNOWN_CATEGORY", "there is no category " + std::to_string(request.category())};
  }
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), request.user_id());
  const Shelf shelf = TRY(shelves_.Recommend({.reader = {digits.data(), end},
                                              .category = kCategories[category],
                                              .max_results = request.max_results(),
                                              .prepare = &prepare_},
                                             WorkspaceOfThisThread()));
  grpc::ByteBuffer(static_cast<const grpc::Slice*>(shelf.answer->prepared.get()), 1).Swap(&response);
  return Ok();
}

}  // namespace octavo::recommendations
