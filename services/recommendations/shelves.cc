#include "services/recommendations/shelves.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "services/recommendations/domain/chance.h"

namespace octavo::recommendations {
namespace {

using recommender::kNoIndex;

// Books looked at this recently step back, so that the shelf moves on with the reader; older ones may come again.
constexpr std::size_t kLookedAtMax = 20;
// New readers share so many orders of what is popular, other ones each day: enough that shelves differ, and few enough
// that nearly every new reader's answer is at hand.
constexpr std::uint64_t kVariants = 256;
constexpr int kBoundMax = UINT16_MAX;  // Per author or series; as good as none.
constexpr std::int64_t kDayS = 86'400;

Status CheckMaxResults(int max_results) {
  if (max_results >= 1) return Ok();
  return InvalidField("max_results", std::to_string(max_results) + " is below 1");
}

Error UnknownBook(BookId book) {
  return Error{.code = Code::kNotFound,
               .reason = "UNKNOWN_BOOK",
               .message = BookName(book) + " is not in the catalogue",
               .metadata = {{"book", BookName(book)}}};
}

bool Contains(std::span<const Suggestion> suggestions, ItemIndex item) {
  return std::any_of(suggestions.begin(), suggestions.end(), [item](const Suggestion& s) { return s.item == item; });
}

// Whether `max` of the suggestions share a group with the item already.
bool IsCrowded(const recommender::ItemGroups& groups, int max, std::span<const Suggestion> suggestions,
               ItemIndex item) {
  if (max <= 0) return false;
  for (const std::uint32_t group : groups.Of(item)) {
    int count = 0;
    for (const Suggestion& suggestion : suggestions) {
      const std::span<const std::uint32_t> others = groups.Of(suggestion.item);
      count += std::find(others.begin(), others.end(), group) != others.end() ? 1 : 0;
    }
    if (count >= max) return true;
  }
  return false;
}

}  // namespace

// One question, understood.
struct Shelves::Ask {
  const ShelfRequest& request;
  const Stand& stand;
  const Section& section;
  std::uint64_t display;
  std::size_t k;
  std::int64_t day;
  std::uint64_t seed = 0;

  const Assortment& assortment() const { return *stand.assortment; }
  bool bounded() const { return request.author_max > 0 || request.series_max > 0; }
  bool Fits(std::span<const Suggestion> suggestions, ItemIndex item) const {
    return !IsCrowded(assortment().authors(), request.author_max, suggestions, item) &&
           !IsCrowded(assortment().series(), request.series_max, suggestions, item);
  }
};

const Stand& Shelves::StandFor(const Display& display, std::string_view reader) const {
  return display.Of(options_.challenger_share > 0 ? ArmOf(reader, options_.challenger_share) : Arm::kLive);
}

std::string Shelves::ModelFor(std::string_view reader) const {
  return StandFor(*showroom_.display(), reader).assortment->model_name();
}

// Lays out the workspace's history in the assortment's numbers: what speaks for other books, and what not to show.
void Shelves::Recall(const Assortment& assortment, std::span<const BookId> excluded, std::int64_t day,
                     Workspace& workspace) const {
  workspace.entries.clear();
  workspace.exclusions.clear();
  const auto exclude = [&](std::int32_t book) {
    const ItemIndex item = assortment.ItemOf(BookId(book));
    if (item != kNoIndex) workspace.exclusions.push_back(item);
  };
  for (const BookId book : excluded) exclude(book.value());
  for (const std::int32_t book : workspace.history.never_again()) exclude(book);
  workspace.never_count = workspace.exclusions.size();
  const auto now_s = static_cast<double>((day + 1) * kDayS);  // Of the day, so that an answer holds for all of it.
  const double per_second = 1 / (options_.half_life_days * kDayS);
  for (const Seen& seen : workspace.history.seen()) {
    const ItemIndex item = seen.weight > 0 ? assortment.ItemOf(BookId(seen.book)) : kNoIndex;
    if (item == kNoIndex) continue;
    const double age = std::max(0.0, now_s - seen.time_s) * per_second;
    workspace.entries.push_back({item, seen.weight * std::exp2(static_cast<float>(-age))});
  }
  std::size_t looked_at = 0;
  for (auto seen = workspace.history.seen().rbegin(); seen != workspace.history.seen().rend(); ++seen) {
    if (seen->strongest == EventType::kBasket) exclude(seen->book);
    if (seen->strongest == EventType::kView && looked_at++ < kLookedAtMax) exclude(seen->book);
  }
}

Result<Shelf> Shelves::Recommend(const ShelfRequest& request, Workspace& workspace) const {
  TRY(CheckMaxResults(request.max_results));
  Shelf shelf{.display = showroom_.display()};
  const Stand& stand = StandFor(*shelf.display, request.reader);
  shelf.assortment = stand.assortment.get();
  const Section* const section =
      request.category.empty() ? &stand.assortment->all() : stand.assortment->Find(request.category);
  if (section == nullptr) {
    return Error{.code = Code::kNotFound,
                 .reason = "UNKNOWN_CATEGORY",
                 .message = "there is no category \"" + std::string(request.category.substr(0, 80)) + '"'};
  }
  Ask ask{.request = request,
          .stand = stand,
          .section = *section,
          .display = shelf.display->number,
          .k = static_cast<std::size_t>(std::min(request.max_results, kResultsMax)),
          .day = DayOf(clock_.Now())};
  shelf.answer = Find(ask, workspace);
  shelf.suggestions = shelf.answer->suggestions;
  return shelf;
}

// The answer given before, if nothing has changed; a new one otherwise.
std::shared_ptr<const Answer> Shelves::Find(Ask& ask, Workspace& workspace) const {
  const ShelfRequest& request = ask.request;
  AnswerCache::Question question{.reader = request.reader,
                                 .section = &ask.section,
                                 .prepare = request.prepare,
                                 .max_results = static_cast<std::uint16_t>(ask.k),
                                 .author_max = static_cast<std::uint16_t>(std::clamp(request.author_max, 0, kBoundMax)),
                                 .series_max = static_cast<std::uint16_t>(std::clamp(request.series_max, 0, kBoundMax)),
                                 .with_because = request.with_because};
  // The version before the history: what changes meanwhile makes the answer out of date at once.
  AnswerCache::State state{ask.display, ask.day, histories_.VersionOf(request.reader)};
  const bool is_plain = request.excluded.empty();
  const bool may_be_known = state.history != 0;
  if (is_plain && may_be_known) {
    if (std::shared_ptr<const Answer> kept = cache_.Find(question, state)) return kept;
  }
  const std::uint64_t who = StableHash(request.reader);
  ask.seed = DailySeed(who, ask.day);
  if (!may_be_known || !histories_.Copy(request.reader, workspace.history)) {
    workspace.history.Clear();
    question.reader = {};
    question.variant = static_cast<std::uint32_t>(who % kVariants);
    state.history = 0;
    ask.seed = DailySeed(question.variant, ask.day);
    if (is_plain) {
      if (std::shared_ptr<const Answer> kept = cache_.Find(question, state)) return kept;
    }
  }
  std::shared_ptr<const Answer> answer = MakeAnswer(ask, workspace);
  if (is_plain) cache_.Put(question, state, answer);
  return answer;
}

std::shared_ptr<const Answer> Shelves::MakeAnswer(const Ask& ask, Workspace& workspace) const {
  Recall(ask.assortment(), ask.request.excluded, ask.day, workspace);
  workspace.suggestions.clear();
  Fill(ask, workspace.exclusions, workspace);
  if (workspace.suggestions.size() < ask.k && workspace.exclusions.size() > workspace.never_count) {
    Fill(ask, std::span(workspace.exclusions).first(workspace.never_count), workspace);
  }
  Explore(ask, workspace);
  for (Suggestion& suggestion : workspace.suggestions) {
    if (!ask.request.with_because || suggestion.origin != Origin::kPersonal) continue;
    for (const recommender::Reason& reason :
         ask.assortment().recommender().Explain(workspace.entries, suggestion.item, kBecauseMax, workspace.scratch)) {
      suggestion.because[suggestion.because_count++] = reason.item;
    }
  }
  auto answer = std::make_shared<Answer>();
  answer->suggestions = workspace.suggestions;
  if (ask.request.prepare != nullptr) {
    answer->prepared = (*ask.request.prepare)(ask.assortment(), answer->suggestions);
  }
  return answer;
}

// Appends the model's best, then what is popular, until there are k suggestions or no more books.
void Shelves::Fill(const Ask& ask, std::span<const ItemIndex> exclusions, Workspace& workspace) const {
  std::vector<Suggestion>& suggestions = workspace.suggestions;
  const std::size_t before = suggestions.size();
  // With a bound per author or series some of the best fall away; a second look at all nearly never is needed.
  std::size_t wanted = std::min(before + (ask.bounded() ? 4 * ask.k + 32 : ask.k), recommender::kAnswersMax);
  for (;;) {
    const std::span<const recommender::Recommendation> answers = ask.assortment().recommender().Recommend(
        {.history = workspace.entries,
         .k = wanted,
         .filters = {.category = &ask.section.set,
                     .available = &ask.stand.available,
                     .exclusions = exclusions,
                     .exclude_history = false},
         .exploration = static_cast<float>(options_.variety),
         .seed = ask.seed},
        workspace.scratch);
    for (const recommender::Recommendation& answer : answers) {
      if (suggestions.size() == ask.k) break;
      if (Contains(std::span(suggestions).first(before), answer.item) || !ask.Fits(suggestions, answer.item)) continue;
      suggestions.push_back(
          {.item = answer.item,
           .score = answer.score,
           .origin = answer.source == recommender::Source::kPersonal ? Origin::kPersonal : Origin::kPopular});
    }
    if (suggestions.size() == ask.k || answers.size() < wanted || wanted == recommender::kAnswersMax) return;
    wanted = recommender::kAnswersMax;
    suggestions.resize(before);
  }
}

// Gives the last places of a full shelf to books that few have met, so that new and rare ones get their chance.
void Shelves::Explore(const Ask& ask, Workspace& workspace) const {
  std::vector<Suggestion>& suggestions = workspace.suggestions;
  const auto places = static_cast<std::size_t>(options_.exploration_share * static_cast<double>(ask.k));
  if (suggestions.size() < ask.k || ask.section.members.size() <= ask.k) return;
  constexpr std::uint64_t kTriesMax = 8;  // Nothing is lost when a place is not given.
  for (std::size_t place = ask.k - places; place < ask.k; ++place) {
    for (std::uint64_t attempt = 0; attempt < kTriesMax; ++attempt) {
      const std::uint64_t chance = StableHash({}, ask.seed + place * kTriesMax + attempt);
      // The rarer of two draws: members are ordered by popularity.
      const std::size_t count = ask.section.members.size();
      const ItemIndex item = ask.section.members[std::max((chance & UINT32_MAX) % count, (chance >> 32) % count)];
      const auto& exclusions = workspace.exclusions;
      if (!ask.stand.available.Contains(item) || Contains(suggestions, item) ||
          std::find(exclusions.begin(), exclusions.end(), item) != exclusions.end() ||
          !ask.Fits(std::span(suggestions).first(place), item)) {
        continue;
      }
      suggestions[place] = {.item = item, .origin = Origin::kExploration};
      break;
    }
  }
}

Result<Shelf> Shelves::Similar(BookId book, std::string_view reader, int max_results, Workspace& workspace) const {
  TRY(CheckMaxResults(max_results));
  Shelf shelf{.display = showroom_.display()};
  const Stand& stand = StandFor(*shelf.display, reader);
  shelf.assortment = stand.assortment.get();
  const ItemIndex item = shelf.assortment->ItemOf(book);
  if (item == kNoIndex || !shelf.assortment->all().set.Contains(item)) return UnknownBook(book);

  histories_.Copy(reader, workspace.history);
  Recall(*shelf.assortment, {}, DayOf(clock_.Now()), workspace);
  workspace.suggestions.clear();
  const recommender::Query query{
      .k = static_cast<std::size_t>(std::min(max_results, kResultsMax)),
      .filters = {.available = &stand.available,
                  .exclusions = std::span(workspace.exclusions).first(workspace.never_count)}};
  for (const auto& answer : shelf.assortment->recommender().Similar(item, query, workspace.scratch)) {
    workspace.suggestions.push_back({.item = answer.item, .score = answer.score});
  }
  shelf.suggestions = workspace.suggestions;
  return shelf;
}

Result<std::vector<Contribution>> Shelves::Because(std::string_view reader, BookId book, int max_results,
                                                   Workspace& workspace,
                                                   std::shared_ptr<const Display>& display) const {
  display = showroom_.display();
  const Assortment& assortment = *StandFor(*display, reader).assortment;
  const ItemIndex item = assortment.ItemOf(book);
  if (item == kNoIndex || !assortment.all().set.Contains(item)) return UnknownBook(book);

  histories_.Copy(reader, workspace.history);
  Recall(assortment, {}, DayOf(clock_.Now()), workspace);
  const std::span<const recommender::Reason> reasons =
      assortment.recommender().Explain(workspace.entries, item, workspace.entries.size(), workspace.scratch);
  double total = 0;
  for (const recommender::Reason& reason : reasons) total += reason.contribution;
  std::vector<Contribution> contributions;
  for (const recommender::Reason& reason : reasons) {
    if (contributions.size() == static_cast<std::size_t>(max_results)) break;
    contributions.push_back({.book = assortment.BookOf(reason.item),
                             .title = assortment.TitleOf(reason.item),
                             .share = reason.contribution / total});
  }
  return contributions;
}

}  // namespace octavo::recommendations
