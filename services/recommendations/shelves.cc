#include "services/recommendations/shelves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "services/recommendations/domain/chance.h"

#include "lib/base/quoted.h"

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
bool IsCrowded(const recommender::ItemGroups& groups, int max, std::span<const Suggestion> suggestions, ItemIndex item) {
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

// A language is the reader's one where it has this share of what they did.
constexpr float kOneLanguageShare = 0.8F;

// Counts the item, where it is a volume, among the furthest volumes reached.
void AddVolume(const Assortment& assortment, ItemIndex item, std::vector<Volume>& volumes) {
  const Volume volume = assortment.VolumeOf(item);
  if (volume.series == kNoIndex) return;
  for (Volume& known : volumes) {
    if (known.series != volume.series) continue;
    known.number = std::max(known.number, volume.number);
    return;
  }
  volumes.push_back(volume);
}

int VolumeReached(std::span<const Volume> volumes, std::uint32_t series) {
  const auto found = std::find_if(volumes.begin(), volumes.end(), [&](const Volume& v) { return v.series == series; });
  return found == volumes.end() ? 0 : found->number;
}

// What to show for a volume: the first that the reader has not reached and that does not stand here yet. kNoIndex where that
// cannot be had: a later one is of no use without it.
template <typename MayBeShown>
ItemIndex NextVolume(const Assortment& assortment, std::span<const Volume> reached, std::span<const Suggestion> suggestions,
                     ItemIndex item, const MayBeShown& may_be_shown) {
  const Volume volume = assortment.VolumeOf(item);
  if (volume.series == kNoIndex || volume.number <= VolumeReached(reached, volume.series)) return item;
  int number = VolumeReached(reached, volume.series);
  while (true) {
    const ItemIndex next = assortment.VolumeBehind(volume.series, number);
    if (next == kNoIndex) return kNoIndex;
    if (!Contains(suggestions, next)) return may_be_shown(next) ? next : kNoIndex;
    number = assortment.VolumeOf(next).number;
  }
}

// The language that nearly all entries are in; 0 where there is none.
std::size_t OneLanguage(const Assortment& assortment, std::span<const recommender::HistoryEntry> entries) {
  std::array<float, UINT8_MAX + 1> weights{};
  float total = 0;
  for (const recommender::HistoryEntry& entry : entries) {
    const std::size_t language = assortment.LanguageOf(entry.item);
    if (language == 0) continue;
    weights[language] += entry.weight;
    total += entry.weight;
  }
  if (total == 0) return 0;
  const auto most = std::max_element(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(assortment.languages()));
  return *most >= kOneLanguageShare * total ? static_cast<std::size_t>(most - weights.begin()) : 0;
}

// The reasons that may be told, strongest first, at most `count_max`, as item and share.
std::vector<std::pair<ItemIndex, double>> FairReasons(const Assortment& assortment, ItemIndex item, std::size_t count_max,
                                                      Workspace& workspace) {
  const recommender::Recommender& recommender = assortment.recommender();
  const auto explained = recommender.Explain(workspace.entries, item, workspace.entries.size(), workspace.scratch);
  const std::vector<recommender::Reason> reasons(explained.begin(), explained.end());
  double total = 0;
  for (const recommender::Reason& reason : reasons) total += reason.contribution;
  std::vector<std::pair<ItemIndex, double>> fair;
  for (const recommender::Reason& reason : reasons) {
    const double share = reason.contribution / total;
    if (share < kFairShare || fair.size() == count_max) break;
    const auto near = recommender.Similar(reason.item, {.k = kNearMax}, workspace.scratch);
    const bool is_near = std::any_of(near.begin(), near.end(), [&](const auto& each) { return each.item == item; });
    if (is_near) fair.emplace_back(reason.item, share);
  }
  return fair;
}

}  // namespace

// One question, understood.
struct Shelves::Ask {
  const ShelfRequest& request;
  const ModelView& view;
  const Section& section;
  std::uint64_t snapshot;
  std::size_t k;
  std::int64_t day;
  std::uint64_t seed = 0;

  const Assortment& assortment() const { return *view.assortment; }
  bool bounded() const { return request.author_max > 0 || request.series_max > 0; }
  bool Fits(std::span<const Suggestion> suggestions, ItemIndex item) const {
    return !IsCrowded(assortment().authors(), request.author_max, suggestions, item) &&
           !IsCrowded(assortment().series(), request.series_max, suggestions, item);
  }
};

const ModelView& Shelves::ViewFor(const Snapshot& snapshot, std::string_view reader) const {
  return snapshot.Of(options_.challenger_share > 0 ? ArmOf(reader, options_.challenger_share) : Arm::kLive);
}

std::string Shelves::ModelFor(std::string_view reader) const {
  return ViewFor(*snapshots_.current(), reader).assortment->model_name();
}

// Lays out the workspace's history in the assortment's numbers: what speaks for other books, and what not to show.
void Shelves::LayOutHistory(const Assortment& assortment, std::span<const BookId> excluded, std::int64_t day,
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
  workspace.language = OneLanguage(assortment, workspace.entries);
  workspace.volumes.clear();
  const auto add_volume = [&](std::int32_t book) {
    const ItemIndex item = assortment.ItemOf(BookId(book));
    if (item != kNoIndex) AddVolume(assortment, item, workspace.volumes);
  };
  for (const std::int32_t book : workspace.history.never_again()) add_volume(book);
  for (const Seen& seen : workspace.history.seen()) add_volume(seen.book);
  std::size_t looked_at = 0;
  for (auto seen = workspace.history.seen().rbegin(); seen != workspace.history.seen().rend(); ++seen) {
    if (seen->strongest == EventType::kBasket) exclude(seen->book);
    if (seen->strongest == EventType::kView && looked_at++ < kLookedAtMax) exclude(seen->book);
  }
}

Result<Shelf> Shelves::Recommend(const ShelfRequest& request, Workspace& workspace) const {
  TRY(CheckMaxResults(request.max_results));
  Shelf shelf{.snapshot = snapshots_.current()};
  const ModelView& view = ViewFor(*shelf.snapshot, request.reader);
  shelf.assortment = view.assortment.get();
  const Section* const section = request.category.empty() ? &view.assortment->all() : view.assortment->Find(request.category);
  if (section == nullptr) {
    return Error{
        .code = Code::kNotFound, .reason = "UNKNOWN_CATEGORY", .message = "there is no category " + Quoted(request.category)};
  }
  Ask ask{.request = request,
          .view = view,
          .section = *section,
          .snapshot = shelf.snapshot->number,
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
  AnswerCache::State state{ask.snapshot, ask.day, histories_.VersionOf(request.reader)};
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
  LayOutHistory(ask.assortment(), ask.request.excluded, ask.day, workspace);
  workspace.suggestions.clear();
  if (workspace.language != 0) Fill(ask, ask.section.in_language[workspace.language], workspace.exclusions, workspace);
  if (workspace.suggestions.size() < ask.k) Fill(ask, ask.section.set, workspace.exclusions, workspace);
  if (workspace.suggestions.size() < ask.k && workspace.exclusions.size() > workspace.never_count) {
    Fill(ask, ask.section.set, std::span(workspace.exclusions).first(workspace.never_count), workspace);
  }
  Explore(ask, workspace);
  for (Suggestion& suggestion : workspace.suggestions) {
    if (!ask.request.with_because || suggestion.origin != Origin::kPersonal) continue;
    for (const auto& [reason, share] : FairReasons(ask.assortment(), suggestion.item, kBecauseMax, workspace)) {
      suggestion.because[suggestion.because_count++] = reason;
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
void Shelves::Fill(const Ask& ask, const recommender::ItemSet& books, std::span<const ItemIndex> exclusions,
                   Workspace& workspace) const {
  std::vector<Suggestion>& suggestions = workspace.suggestions;
  const std::size_t before = suggestions.size();
  const auto may_be_shown = [&](ItemIndex item) {
    return books.Contains(item) && ask.view.available.Contains(item) &&
           std::find(exclusions.begin(), exclusions.end(), item) == exclusions.end();
  };
  // With a bound per author or series some of the best fall away; a second look at all nearly never is needed.
  std::size_t wanted = std::min(before + (ask.bounded() ? 4 * ask.k + 32 : ask.k), recommender::kAnswersMax);
  for (;;) {
    const std::span<const recommender::Recommendation> answers = ask.assortment().recommender().Recommend(
        {.history = workspace.entries,
         .k = wanted,
         .filters = {.category = &books, .available = &ask.view.available, .exclusions = exclusions, .exclude_history = false},
         .exploration = static_cast<float>(options_.variety),
         .seed = ask.seed},
        workspace.scratch);
    for (const recommender::Recommendation& answer : answers) {
      if (suggestions.size() == ask.k) break;
      const ItemIndex item = NextVolume(ask.assortment(), workspace.volumes, suggestions, answer.item, may_be_shown);
      if (item == kNoIndex || Contains(suggestions, item) || !ask.Fits(suggestions, item)) continue;
      suggestions.push_back({.item = item,
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
      const auto any = [](ItemIndex) { return true; };
      const bool in_turn =
          NextVolume(ask.assortment(), workspace.volumes, std::span(suggestions).first(place), item, any) == item;
      const bool in_language = workspace.language == 0 || ask.section.in_language[workspace.language].Contains(item);
      if (!in_turn || !in_language || !ask.view.available.Contains(item) || Contains(suggestions, item) ||
          std::find(exclusions.begin(), exclusions.end(), item) != exclusions.end() ||
          !ask.Fits(std::span(suggestions).first(place), item)) {
        continue;
      }
      suggestions[place] = {.item = item, .origin = Origin::kExploration};
      break;
    }
  }
}

void Shelves::Arrange(std::string_view reader, std::span<List> lists, Workspace& workspace) const {
  const std::shared_ptr<const Snapshot> snapshot = snapshots_.current();
  const ModelView& view = ViewFor(*snapshot, reader);
  histories_.Copy(reader, workspace.history);
  LayOutHistory(*view.assortment, {}, DayOf(clock_.Now()), workspace);
  for (List& list : lists) ArrangeList(view, list, workspace);
}

void Shelves::ArrangeList(const ModelView& view, List& list, Workspace& workspace) const {
  const Assortment& assortment = *view.assortment;
  struct Place {
    BookId book;
    ItemIndex item = kNoIndex;
    int rank = 0;  // Lower first: sold-out and foreign books come behind.
    std::size_t taste = 0;
  };
  std::vector<Place> places;
  places.reserve(list.books.size());
  const auto owned = std::span(workspace.exclusions).first(workspace.never_count);
  for (const BookId book : list.books) {
    const ItemIndex item = assortment.ItemOf(book);
    if (item != kNoIndex && std::find(owned.begin(), owned.end(), item) != owned.end()) continue;
    const std::size_t language = item == kNoIndex ? 0 : assortment.LanguageOf(item);
    const bool foreign = workspace.language != 0 && language != 0 && language != workspace.language;
    const bool sold_out = item != kNoIndex && !view.available.Contains(item);
    places.push_back({.book = book, .item = item, .rank = (sold_out ? 2 : 0) + (foreign ? 1 : 0), .taste = list.books.size()});
  }
  // Of who has no history the model knows no taste.
  if (list.by_taste && !workspace.entries.empty()) {
    recommender::ItemSet given(assortment.items());
    for (const Place& place : places) {
      if (place.item < assortment.items()) given.Add(place.item);
    }
    const auto best = assortment.recommender().Recommend({.history = workspace.entries,
                                                          .k = list.books.size(),
                                                          .filters = {.category = &given, .exclude_history = false},
                                                          .fill = false},
                                                         workspace.scratch);
    for (Place& place : places) {
      const auto found = std::find_if(best.begin(), best.end(), [&](const auto& each) { return each.item == place.item; });
      if (found != best.end()) place.taste = static_cast<std::size_t>(found - best.begin());
    }
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return std::pair(a.rank, a.taste) < std::pair(b.rank, b.taste); });
  list.books.clear();
  for (const Place& place : places) list.books.push_back(place.book);
}

Result<Shelf> Shelves::Similar(BookId book, std::string_view reader, int max_results, Workspace& workspace) const {
  TRY(CheckMaxResults(max_results));
  Shelf shelf{.snapshot = snapshots_.current()};
  const ModelView& view = ViewFor(*shelf.snapshot, reader);
  shelf.assortment = view.assortment.get();
  const ItemIndex item = shelf.assortment->ItemOf(book);
  if (item == kNoIndex || !shelf.assortment->all().set.Contains(item)) return UnknownBook(book);

  histories_.Copy(reader, workspace.history);
  LayOutHistory(*shelf.assortment, {}, DayOf(clock_.Now()), workspace);
  workspace.suggestions.clear();
  AddVolume(*shelf.assortment, item, workspace.volumes);
  const auto k = static_cast<std::size_t>(std::min(max_results, kResultsMax));
  const auto exclusions = std::span(workspace.exclusions).first(workspace.never_count);
  const recommender::Query query{.k = 2 * k,  // Volumes out of turn fall away.
                                 .filters = {.available = &view.available, .exclusions = exclusions}};
  const auto may_be_shown = [&](ItemIndex other) {
    return view.available.Contains(other) && std::find(exclusions.begin(), exclusions.end(), other) == exclusions.end();
  };
  for (const auto& answer : shelf.assortment->recommender().Similar(item, query, workspace.scratch)) {
    if (workspace.suggestions.size() == k) break;
    const ItemIndex next = NextVolume(*shelf.assortment, workspace.volumes, workspace.suggestions, answer.item, may_be_shown);
    if (next == kNoIndex || Contains(workspace.suggestions, next)) continue;
    workspace.suggestions.push_back({.item = next, .score = answer.score});
  }
  shelf.suggestions = workspace.suggestions;
  return shelf;
}

Result<std::vector<Contribution>> Shelves::Because(std::string_view reader, BookId book, int max_results, Workspace& workspace,
                                                   std::shared_ptr<const Snapshot>& snapshot) const {
  snapshot = snapshots_.current();
  const Assortment& assortment = *ViewFor(*snapshot, reader).assortment;
  const ItemIndex item = assortment.ItemOf(book);
  if (item == kNoIndex || !assortment.all().set.Contains(item)) return UnknownBook(book);

  histories_.Copy(reader, workspace.history);
  LayOutHistory(assortment, {}, DayOf(clock_.Now()), workspace);
  std::vector<Contribution> contributions;
  for (const auto& [reason, share] : FairReasons(assortment, item, static_cast<std::size_t>(max_results), workspace)) {
    contributions.push_back({.book = assortment.BookOf(reason), .title = assortment.TitleOf(reason), .share = share});
  }
  return contributions;
}

}  // namespace octavo::recommendations
