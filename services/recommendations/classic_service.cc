#include "services/recommendations/classic_service.h"

#include <array>
#include <charconv>
#include <string_view>

#include "services/recommendations/workspace.h"

namespace octavo::recommendations {
namespace {

// By the number of the published contract's enum.
constexpr std::array<std::string_view, 3> kCategories = {"categories/fiction", "categories/romance",
                                                         "categories/self-help"};

}  // namespace

ClassicService::ClassicService(const Shelves& shelves, rpc::Pipeline& pipeline)
    : rpc::Service("Recommendations", pipeline), shelves_(shelves) {
  Unary("Recommend", this, &ClassicService::Recommend, rpc::Run::kInline);
}

Result<RecommendationResponse> ClassicService::Recommend(const rpc::Call&, const RecommendationRequest& request) {
  const auto category = static_cast<std::size_t>(request.category());
  if (category >= kCategories.size()) {
    return Error{Code::kNotFound, "UNKNOWN_CATEGORY", "there is no category " + std::to_string(request.category())};
  }
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), request.user_id());
  const Shelf shelf = TRY(shelves_.Recommend({.reader = {digits.data(), end},
                                              .category = kCategories[category],
                                              .max_results = request.max_results()},
                                             WorkspaceOfThisThread()));
  RecommendationResponse response;
  response.mutable_recommendations()->Reserve(static_cast<int>(shelf.suggestions.size()));
  for (const Suggestion& suggestion : shelf.suggestions) {
    BookRecommendation* const book = response.add_recommendations();
    const std::string_view title = shelf.assortment->TitleOf(suggestion.item);
    book->set_id(shelf.assortment->BookOf(suggestion.item).value());
    book->set_title(title.data(), title.size());
  }
  return response;
}

}  // namespace octavo::recommendations
