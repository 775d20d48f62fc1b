#include "services/promotions/domain/quote.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "lib/base/check.h"
#include "services/promotions/domain/buy_x_get_y.h"
#include "services/promotions/domain/items.h"
#include "services/promotions/domain/trial.h"
#include "services/promotions/domain/units.h"

namespace octavo::promotions {
namespace {

// A number of a trial in Pricing::trials_.
using TrialIndex = std::size_t;

// Where units lie: a run of an item.
struct RunPlace {
  std::size_t item = 0;
  std::size_t run = 0;
  std::int64_t price_minor = 0;
};

// What a buy-X-get-Y campaign would do with the units that are left.
struct Reward {
  Groups groups;
  std::vector<RunPlace> places;  // Of each entry of groups.uses.
  std::vector<std::int64_t> by_item;
  std::int64_t discount_minor = 0;
  bool refused = false;  // Units were left out for their fixed price.
};

struct Contender {
  TrialIndex trial = 0;
  Reward reward;
};

// What an order promotion would take off each item.
struct Split {
  std::int64_t total_minor = 0;
  std::vector<std::int64_t> by_item;
  bool refused = false;  // Items were left out for their fixed price.
};

void SortDearestFirst(std::vector<Units>& units) {
  const auto dearer = [](const Units& a, const Units& b) { return a.price_minor > b.price_minor; };
  // Nearly always they are in order; sorting would ask for memory first.
  if (!std::is_sorted(units.begin(), units.end(), dearer)) std::stable_sort(units.begin(), units.end(), dearer);
}

class Pricing {
 public:
  Pricing(const Basket& basket, std::span<const Offer> offers, const CustomerFacts& customer, Timestamp now)
      : basket_(basket), items_(MakeItems(basket)) {
    Trials made = MakeTrials(basket, items_, offers, customer, now);
    trials_ = std::move(made.trials);
    code_notes_ = std::move(made.code_notes);
  }

  Quote Run() {
    do {
      Start();
      ItemPromotions();
      BuyXGetYPromotions();
      OrderPromotions();
      DeliveryPromotions();
    } while (CloseOverspent());
    return Finish();
  }

 private:
  // steps
  void Start();
  void ItemPromotions();
  void BuyXGetYPromotions();
  void OrderPromotions();
  void DeliveryPromotions();
  bool CloseOverspent();
  Quote Finish();

  // parts of steps
  std::vector<TrialIndex> Open(Phase phase) const;
  std::vector<TrialIndex> PercentagesFirst(Phase phase) const;
  std::int64_t Share(std::int64_t minor, BasisPoints rate) const { return Money(minor, basket_.currency).Share(rate).minor(); }
  std::int64_t OffItem(TrialIndex t, const Item& item, std::int64_t left_minor) const;
  void ChooseForItem(std::size_t i, const std::vector<TrialIndex>& tried);
  void Apply(TrialIndex t, Item& item, std::int64_t amount_minor);
  void SortRuns();
  Reward MakeReward(TrialIndex t) const;
  bool Touches(const Reward& reward, const Trial& trial) const;
  void Apply(TrialIndex t, const Reward& reward);
  std::vector<std::int64_t> Left() const;
  Split OffOrder(TrialIndex t, const std::vector<std::int64_t>& left) const;
  void Apply(TrialIndex t, const Split& split);
  void FinishItem(const Item& item, Quote& quote);
  void HandOut(const Units& units, const UnitShare& share, QuotedLine& line);
  void FinishOutcomes(Quote& quote);
  std::int64_t Tax(std::int64_t minor, BasisPoints rate) const;
  std::int64_t Gross(std::int64_t minor, std::int64_t tax_minor) const {
    return basket_.tax_mode == TaxMode::kExclusive ? minor + tax_minor : minor;
  }

  const Basket& basket_;
  std::vector<Item> items_;
  std::vector<Trial> trials_;
  std::vector<Outcome> code_notes_;
  Takes takes_;
  std::vector<RunPlace> runs_;  // Of units that serve no buy-X-get-Y campaign yet.
  int next_sequence_ = 0;
  std::unordered_map<CampaignId, int> sequences_;  // Of the campaigns that were applied, at the end.
  std::int64_t delivery_minor_ = 0;
  // Of the item or the unit that is worked on, kept for the next one's.
  std::vector<WeightedRun> weights_;
  std::vector<RunShare> taxes_;
  std::vector<const Take*> history_;
};

void Pricing::Start() {
  takes_.clear();
  for (Item& item : items_) Reset(item);
  for (Trial& trial : trials_) {
    trial.reason = trial.closed != Reason::kNone ? trial.closed : Reason::kNothingLeft;
    trial.sequence = 0;
    trial.amount_minor = 0;
    trial.free_quantity = 0;
  }
  next_sequence_ = 0;
  delivery_minor_ = basket_.delivery_minor;
}

std::vector<TrialIndex> Pricing::Open(Phase phase) const {
  std::vector<TrialIndex> open;
  for (TrialIndex t = 0; t < trials_.size(); ++t) {
    if (trials_[t].phase == phase && trials_[t].closed == Reason::kNone) open.push_back(t);
  }
  return open;
}

std::vector<TrialIndex> Pricing::PercentagesFirst(Phase phase) const {
  std::vector<TrialIndex> open = Open(phase);
  std::stable_partition(open.begin(), open.end(), [&](TrialIndex t) {
    const Effect& effect = trials_[t].campaign().effect;
    return std::holds_alternative<PercentOff>(effect) || std::holds_alternative<OrderPercentOff>(effect);
  });
  return open;
}

// ---------------------------------------------------------------------------------------------- item promotions

void Pricing::ItemPromotions() {
  const std::vector<TrialIndex> tried = PercentagesFirst(Phase::kItem);
  for (const TrialIndex t : tried) trials_[t].sequence = next_sequence_++;
  for (std::size_t i = 0; i < items_.size(); ++i) ChooseForItem(i, tried);
}

// What the campaign takes off an item of which `left_minor` is left.
std::int64_t Pricing::OffItem(TrialIndex t, const Item& item, std::int64_t left_minor) const {
  const Effect& effect = trials_[t].campaign().effect;
  const auto* percent = std::get_if<PercentOff>(&effect);
  const std::int64_t wanted =
      percent != nullptr ? Share(left_minor, percent->rate) : std::get<AmountOff>(effect).amount_minor * item.quantity;
  return std::min(wanted, left_minor - item.floor_minor * item.quantity);
}

void Pricing::ChooseForItem(std::size_t i, const std::vector<TrialIndex>& tried) {
  Item& item = items_[i];
  const Reason why_nothing = item.floor_minor > 0 ? Reason::kFixedPrice : Reason::kNothingLeft;
  std::int64_t best_minor = 0;
  TrialIndex best = trials_.size();
  std::int64_t chain_minor = 0;
  TrialIndex chain_lowest = trials_.size();
  for (const TrialIndex t : tried) {
    if (trials_[t].items[i] == 0) continue;
    const bool stackable = trials_[t].campaign().stackable;
    const std::int64_t off = OffItem(t, item, item.left_minor - (stackable ? chain_minor : 0));
    if (off == 0) {
      if (trials_[t].reason == Reason::kNothingLeft) trials_[t].reason = why_nothing;
    } else if (stackable) {
      chain_minor += off;
      chain_lowest = std::min(chain_lowest, t);
    } else if (off > best_minor || (off == best_minor && t < best)) {
      best_minor = off;
      best = t;
    }
  }
  if (best_minor == 0 && chain_minor == 0) return;

  const bool chain = chain_minor > best_minor || (chain_minor == best_minor && chain_lowest < best);
  for (const TrialIndex t : tried) {
    Trial& trial = trials_[t];
    if (trial.items[i] == 0) continue;
    if (trial.campaign().stackable ? chain : t == best && !chain) {
      Apply(t, item, OffItem(t, item, item.left_minor));
    } else if (trial.reason != Reason::kNone) {
      trial.reason = trial.campaign().stackable ? Reason::kNotStackable : Reason::kBetterPromotion;
    }
  }
}

void Pricing::Apply(TrialIndex t, Item& item, std::int64_t amount_minor) {
  if (amount_minor == 0) return;
  TakeOff(item.units, item.floor_minor, amount_minor, {.trial = t}, takes_);
  item.left_minor -= amount_minor;
  trials_[t].amount_minor += amount_minor;
  trials_[t].reason = Reason::kNone;
}

// ---------------------------------------------------------------------------------------------- buy X get Y

void Pricing::BuyXGetYPromotions() {
  SortRuns();
  std::vector<Contender> contenders;
  for (const TrialIndex t : Open(Phase::kBuyXGetY)) {
    Contender contender{t, MakeReward(t)};
    if (contender.reward.groups.count > 0) {
      contenders.push_back(std::move(contender));
    } else {
      trials_[t].reason = contender.reward.refused ? Reason::kFixedPrice : Reason::kNotEnoughUnits;
      trials_[t].missing_quantity = contender.reward.groups.missing_quantity;
    }
  }
  while (!contenders.empty()) {
    // By id, and only more is better: ties go to the lowest.
    const auto best = std::max_element(contenders.begin(), contenders.end(), [](const auto& a, const auto& b) {
      return a.reward.discount_minor < b.reward.discount_minor;
    });
    if (best->reward.discount_minor == 0) return;
    const Contender chosen = std::move(*best);
    contenders.erase(best);
    Apply(chosen.trial, chosen.reward);
    std::erase_if(contenders, [&](Contender& contender) {
      if (!Touches(chosen.reward, trials_[contender.trial])) return false;
      contender.reward = MakeReward(contender.trial);
      trials_[contender.trial].reason = Reason::kBetterPromotion;
      return contender.reward.groups.count == 0;
    });
  }
}

// Puts the units that serve no campaign yet in order, dearest first, ties in the items' order. Places stay valid while
// campaigns take units out of them: what is taken is added behind, and an empty run stays until the end.
void Pricing::SortRuns() {
  runs_.clear();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    for (std::size_t r = 0; r < items_[i].units.size(); ++r) {
      const Units& units = items_[i].units[r];
      if (!units.used) runs_.push_back({.item = i, .run = r, .price_minor = units.price_minor});
    }
  }
  std::stable_sort(runs_.begin(), runs_.end(),
                   [](const RunPlace& a, const RunPlace& b) { return a.price_minor > b.price_minor; });
}

Reward Pricing::MakeReward(TrialIndex t) const {
  const Trial& trial = trials_[t];
  const auto& rule = std::get<BuyXGetY>(trial.campaign().effect);
  const bool two = !trial.get_items.empty();
  Reward reward;
  reward.places.reserve(runs_.size());
  std::vector<EligibleRun> eligible;
  eligible.reserve(runs_.size());
  for (const RunPlace& place : runs_) {
    const bool buys = trial.items[place.item] != 0;
    const bool gets = two ? trial.get_items[place.item] != 0 : buys;
    if (!buys && !gets) continue;
    const Item& item = items_[place.item];
    if (item.units[place.run].count == 0) continue;
    if (item.floor_minor > 0 && place.price_minor - Share(place.price_minor, rule.rate) < item.floor_minor) {
      reward.refused = true;
      continue;
    }
    eligible.push_back({.count = item.units[place.run].count, .buys = buys, .gets = gets});
    reward.places.push_back(place);
  }
  const GroupRule groups{rule.buy_quantity, rule.get_quantity, rule.group_max};
  reward.groups = two ? FormGroupsOfTwoSelections(groups, eligible) : FormGroups(groups, eligible);
  if (reward.groups.count == 0) return reward;

  std::vector<std::int64_t> worth(items_.size());
  std::vector<std::int64_t> capacity(items_.size());
  for (std::size_t n = 0; n < eligible.size(); ++n) {
    const RunPlace& place = reward.places[n];
    worth[place.item] += reward.groups.uses[n].free * place.price_minor;
    capacity[place.item] += reward.groups.uses[n].free * (place.price_minor - items_[place.item].floor_minor);
  }
  reward.by_item.resize(items_.size());
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (worth[i] == 0) continue;
    reward.by_item[i] = std::min(Share(worth[i], rule.rate), capacity[i]);
    reward.discount_minor += reward.by_item[i];
  }
  return reward;
}

bool Pricing::Touches(const Reward& reward, const Trial& trial) const {
  for (std::size_t n = 0; n < reward.places.size(); ++n) {
    if (reward.groups.uses[n] == RunUse{}) continue;
    const std::size_t i = reward.places[n].item;
    if (trial.items[i] != 0 || (!trial.get_items.empty() && trial.get_items[i] != 0)) return true;
  }
  return false;
}

void Pricing::Apply(TrialIndex t, const Reward& reward) {
  Trial& trial = trials_[t];
  trial.reason = Reason::kNone;
  trial.sequence = next_sequence_++;
  trial.amount_minor = reward.discount_minor;
  const bool free = std::get<BuyXGetY>(trial.campaign().effect).rate.value == 10'000;

  std::map<std::size_t, std::vector<Units>> rewarded;  // By item.
  for (std::size_t n = 0; n < reward.places.size(); ++n) {
    const RunUse use = reward.groups.uses[n];
    if (use == RunUse{}) continue;
    std::vector<Units>& units = items_[reward.places[n].item].units;
    Units part = units[reward.places[n].run];
    part.used = true;
    // What is not used stays in its place, so that the other places hold.
    units[reward.places[n].run].count -= use.bought + use.free;
    part.count = use.bought;
    if (part.count > 0) units.push_back(part);
    part.count = use.free;
    if (part.count > 0) rewarded[reward.places[n].item].push_back(part);
    if (free) trial.free_quantity += use.free;
  }
  for (auto& [i, units] : rewarded) {
    Item& item = items_[i];
    TakeOff(units, item.floor_minor, reward.by_item[i], {.trial = t, .free = free}, takes_);
    item.left_minor -= reward.by_item[i];
    item.units.insert(item.units.end(), units.begin(), units.end());
  }
}

// ---------------------------------------------------------------------------------------------- order promotions

void Pricing::OrderPromotions() {
  for (Item& item : items_) {
    std::erase_if(item.units, [](const Units& units) { return units.count == 0; });
    SortDearestFirst(item.units);
  }
  const std::vector<TrialIndex> tried = PercentagesFirst(Phase::kOrder);
  const std::vector<std::int64_t> left = Left();
  std::int64_t best_minor = 0;
  TrialIndex best = trials_.size();
  std::int64_t chain_minor = 0;
  TrialIndex chain_lowest = trials_.size();
  std::vector<std::int64_t> chain_left = left;
  for (const TrialIndex t : tried) {
    const bool stackable = trials_[t].campaign().stackable;
    const Split split = OffOrder(t, stackable ? chain_left : left);
    trials_[t].reason = Reason::kBetterPromotion;
    if (split.total_minor == 0) {
      trials_[t].reason = split.refused ? Reason::kFixedPrice : Reason::kNothingLeft;
    } else if (stackable) {
      for (std::size_t i = 0; i < items_.size(); ++i) chain_left[i] -= split.by_item[i];
      chain_minor += split.total_minor;
      chain_lowest = std::min(chain_lowest, t);
      trials_[t].reason = Reason::kNotStackable;
    } else if (split.total_minor > best_minor || (split.total_minor == best_minor && t < best)) {
      best_minor = split.total_minor;
      best = t;
    }
  }
  const bool chain = chain_minor > best_minor || (chain_minor == best_minor && chain_lowest < best);
  for (const TrialIndex t : tried) {
    if (trials_[t].campaign().stackable ? chain : t == best && !chain) Apply(t, OffOrder(t, Left()));
  }
}

std::vector<std::int64_t> Pricing::Left() const {
  std::vector<std::int64_t> left;
  left.reserve(items_.size());
  for (const Item& item : items_) left.push_back(item.left_minor);
  return left;
}

// What the campaign takes off each item, of which `left` is left.
Split Pricing::OffOrder(TrialIndex t, const std::vector<std::int64_t>& left) const {
  const Trial& trial = trials_[t];
  Split split{.by_item = std::vector<std::int64_t>(items_.size())};
  std::vector<std::size_t> open;
  std::int64_t base = 0;
  std::int64_t capacity = 0;
  const auto capacity_of = [&](std::size_t i) { return left[i] - items_[i].floor_minor * items_[i].quantity; };
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (trial.items[i] == 0 || left[i] == 0) continue;
    if (capacity_of(i) == 0) {
      split.refused = true;
      continue;
    }
    open.push_back(i);
    base += left[i];
    capacity += capacity_of(i);
  }
  const auto* percent = std::get_if<OrderPercentOff>(&trial.campaign().effect);
  std::int64_t to_share = percent != nullptr ? Share(base, percent->rate)
                                             : std::min(std::get<OrderAmountOff>(trial.campaign().effect).amount_minor, capacity);
  // A percentage is each item's own affair: what the law keeps one item from taking, no other takes. An amount was
  // promised whole: the others take it, and it is shared out again until none is above its bound.
  while (to_share > 0 && !open.empty()) {
    std::vector<WeightedRun> weights;
    weights.reserve(open.size());
    for (const std::size_t i : open) weights.push_back({.count = 1, .weight = left[i]});
    const std::vector<RunShare> shares = AllocateOverRuns(to_share, weights);
    std::vector<std::size_t> still_open;
    std::int64_t bounded = 0;
    for (std::size_t n = 0; n < open.size(); ++n) {
      const std::int64_t share = shares[n].each + shares[n].plus_one_count;
      split.by_item[open[n]] = std::min(share, capacity_of(open[n]));
      if (share > capacity_of(open[n])) {
        bounded += capacity_of(open[n]);
      } else {
        still_open.push_back(open[n]);
      }
    }
    if (percent != nullptr || bounded == 0) break;
    to_share -= bounded;
    open = std::move(still_open);
  }
  for (const std::int64_t amount : split.by_item) split.total_minor += amount;
  return split;
}

void Pricing::Apply(TrialIndex t, const Split& split) {
  if (split.total_minor == 0) return;
  Trial& trial = trials_[t];
  trial.reason = Reason::kNone;
  trial.sequence = next_sequence_++;
  trial.amount_minor = split.total_minor;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (split.by_item[i] == 0) continue;
    TakeOff(items_[i].units, items_[i].floor_minor, split.by_item[i], {.trial = t}, takes_);
    items_[i].left_minor -= split.by_item[i];
  }
}

// ---------------------------------------------------------------------------------------------- delivery, budgets

void Pricing::DeliveryPromotions() {
  for (const TrialIndex t : Open(Phase::kDelivery)) {
    if (delivery_minor_ == 0) {
      trials_[t].reason = basket_.delivery_minor > 0 ? Reason::kBetterPromotion : Reason::kNothingLeft;
      continue;
    }
    trials_[t].reason = Reason::kNone;
    trials_[t].sequence = next_sequence_++;
    trials_[t].amount_minor = std::exchange(delivery_minor_, 0);
  }
}

// Closes the campaigns of the earliest phase whose discount does not fit their budget; true when there are any, and the
// basket is to be priced again. Later phases wait: what they give depends on it.
bool Pricing::CloseOverspent() {
  std::vector<TrialIndex> overspent;
  for (TrialIndex t = 0; t < trials_.size(); ++t) {
    const Trial& trial = trials_[t];
    const std::int64_t budget = trial.campaign().budget_minor;
    if (budget == 0 || trial.amount_minor <= budget - trial.offer->use.spent_minor) continue;
    if (trial.reason != Reason::kNone) continue;
    if (!overspent.empty() && trial.phase < trials_[overspent.front()].phase) overspent.clear();
    if (overspent.empty() || trial.phase == trials_[overspent.front()].phase) overspent.push_back(t);
  }
  for (const TrialIndex t : overspent) trials_[t].closed = Reason::kBudgetSpent;
  return !overspent.empty();
}

// ---------------------------------------------------------------------------------------------- the answer

std::int64_t Pricing::Tax(std::int64_t minor, BasisPoints rate) const {
  if (basket_.tax_mode == TaxMode::kExclusive) return Share(minor, rate);
  // What is contained in `minor`: minor * rate / (1 + rate), half up.
  __extension__ using Wide = __int128;
  const Wide whole = 10'000 + rate.value;
  return static_cast<std::int64_t>((Wide{minor} * rate.value * 2 + whole) / (whole * 2));
}

Quote Pricing::Finish() {
  Quote quote;
  for (const Trial& trial : trials_) {
    if (trial.reason == Reason::kNone) sequences_[trial.campaign().id] = trial.sequence;
  }
  quote.lines.resize(basket_.lines.size());
  for (std::size_t i = 0; i < quote.lines.size(); ++i) quote.lines[i].line = i;
  for (Item& item : items_) {
    SortDearestFirst(item.units);
    FinishItem(item, quote);
  }
  for (const QuotedLine& line : quote.lines) {
    quote.subtotal_minor += line.subtotal_minor;
    quote.discount_minor += line.subtotal_minor - line.total_minor;
    quote.tax_minor += line.tax_minor;
    quote.total_minor += line.gross_minor;
  }
  quote.delivery_minor = delivery_minor_;
  quote.delivery_tax_minor = Tax(delivery_minor_, basket_.delivery_tax_rate);
  quote.tax_minor += quote.delivery_tax_minor;
  quote.gross_delivery_minor = Gross(quote.delivery_minor, quote.delivery_tax_minor);
  quote.total_minor += quote.gross_delivery_minor;
  FinishOutcomes(quote);
  return quote;
}

// Hands the item's units out to its lines, dearest first, lines by id.
void Pricing::FinishItem(const Item& item, Quote& quote) {
  weights_.clear();
  for (const Units& units : item.units) weights_.push_back({.count = units.count, .weight = units.price_minor});
  taxes_.resize(weights_.size());
  AllocateOverRuns(Tax(item.left_minor, item.line->tax_rate), weights_, taxes_);

  auto position = item.positions.begin();
  std::int64_t wanted = 0;
  const auto hand_out = [&](const Units& units, std::int64_t count, std::int64_t tax_minor) {
    while (count > 0) {
      QuotedLine& line = quote.lines[*position];
      if (wanted == 0) {
        wanted = basket_.lines[*position].quantity;
        line.subtotal_minor = wanted * item.line->unit_price_minor;
      }
      const std::int64_t handed = std::min(count, wanted);
      HandOut(units, {handed, units.price_minor, tax_minor, Gross(units.price_minor, tax_minor)}, line);
      count -= handed;
      wanted -= handed;
      if (wanted == 0) ++position;
    }
  };
  for (std::size_t r = 0; r < item.units.size(); ++r) {
    hand_out(item.units[r], taxes_[r].plus_one_count, taxes_[r].each + 1);
    hand_out(item.units[r], item.units[r].count - taxes_[r].plus_one_count, taxes_[r].each);
  }
}

void Pricing::HandOut(const Units& units, const UnitShare& share, QuotedLine& line) {
  line.total_minor += share.quantity * share.total_minor;
  line.tax_minor += share.quantity * share.tax_minor;
  line.gross_minor += share.quantity * share.gross_minor;
  if (!line.units.empty() && line.units.back().total_minor == share.total_minor &&
      line.units.back().tax_minor == share.tax_minor) {
    line.units.back().quantity += share.quantity;
  } else {
    line.units.push_back(share);
  }
  // A unit's takes are in order of application, and so are the line's adjustments: one is found, or put in, behind the
  // place of the one before.
  history_.clear();
  for (const Take* take = units.last_take; take != nullptr; take = take->before) history_.push_back(take);
  auto place = line.adjustments.begin();
  for (auto next = history_.rbegin(); next != history_.rend(); ++next) {
    const Take& take = **next;
    const Trial& trial = trials_[take.trial];
    while (place != line.adjustments.end() && sequences_.at(place->campaign) < trial.sequence) ++place;
    if (place == line.adjustments.end() || place->campaign != trial.campaign().id) {
      place = line.adjustments.insert(place, {.campaign = trial.campaign().id});
    }
    place->amount_minor += take.amount_minor * share.quantity;
    if (take.free) {
      place->free_quantity += share.quantity;
      line.free_quantity += share.quantity;
    }
    ++place;
  }
}

void Pricing::FinishOutcomes(Quote& quote) {
  std::stable_sort(trials_.begin(), trials_.end(), [](const Trial& a, const Trial& b) {
    const auto key = [](const Trial& trial) {
      const bool applied = trial.reason == Reason::kNone;
      return std::tuple(trial.phase, !applied, applied ? trial.sequence : 0);
    };
    return key(a) < key(b);
  });
  for (const Trial& trial : trials_) {
    quote.outcomes.push_back({.campaign = trial.campaign().id,
                              .display_name = trial.campaign().display_name,
                              .code = trial.code,
                              .reason = trial.reason,
                              .message = Explain(trial, basket_.currency),
                              .amount_minor = trial.amount_minor,
                              .free_quantity = trial.free_quantity});
  }
  quote.outcomes.insert(quote.outcomes.end(), code_notes_.begin(), code_notes_.end());
}

}  // namespace

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNone: return "";
    case Reason::kUnknownCode: return "UNKNOWN_CODE";
    case Reason::kNotStarted: return "NOT_STARTED";
    case Reason::kEnded: return "ENDED";
    case Reason::kPaused: return "PAUSED";
    case Reason::kNotEligibleItems: return "NOT_ELIGIBLE_ITEMS";
    case Reason::kBelowThreshold: return "BELOW_THRESHOLD";
    case Reason::kNotEnoughUnits: return "NOT_ENOUGH_UNITS";
    case Reason::kFirstOrderOnly: return "FIRST_ORDER_ONLY";
    case Reason::kLimitReached: return "LIMIT_REACHED";
    case Reason::kCustomerLimitReached: return "CUSTOMER_LIMIT_REACHED";
    case Reason::kBudgetSpent: return "BUDGET_SPENT";
    case Reason::kFixedPrice: return "FIXED_PRICE";
    case Reason::kBetterPromotion: return "BETTER_PROMOTION";
    case Reason::kNotStackable: return "NOT_STACKABLE";
    case Reason::kNothingLeft: return "NOTHING_LEFT";
  }
  return "";
}

Quote QuoteBasket(const Basket& basket, std::span<const Offer> offers, const CustomerFacts& customer, Timestamp now) {
  return Pricing(basket, offers, customer, now).Run();
}

bool ShowsBanner(const Offer& offer, const CustomerFacts& customer, Timestamp now) {
  const Campaign& campaign = *offer.campaign;
  if (campaign.banner.empty() || !IsRunning(campaign, now)) return false;
  if (campaign.first_order_only && customer.previous_order_count > 0) return false;
  return UsedUp(campaign, offer.use) == Reason::kNone;
}

}  // namespace octavo::promotions
