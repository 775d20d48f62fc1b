// That a question allocates nothing once its scratch is there: this program counts every call of operator
// new.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "lib/base/random.h"
#include "recommender/metadata.h"
#include "recommender/query.h"
#include "recommender/trainer.h"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// Not inlined: the compiler would see a malloc here and a free there and take them for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace octavo::recommender {
namespace {

TEST(QueryAllocationTest, QuestionsAllocateNothing) {
  SeededRandom random(1);
  InteractionsBuilder builder;
  for (int i = 0; i < 4000; ++i) {
    ASSERT_TRUE(builder.Add("u" + std::to_string(random.Below(200)), "b" + std::to_string(random.Below(300))).ok());
  }
  const auto model = std::make_shared<const Model>(std::move(Train(builder.Build(), Settings{})).value());
  const Recommender recommender(model, BuildOverlay(*model, {{.id = "b1", .series = "s"}, {.id = "new", .series = "s"}}));
  Scratch scratch(recommender);
  const std::vector<HistoryEntry> history = {{1}, {2, 0.5F}, {30}, {static_cast<ItemIndex>(model->items())}};
  const ItemGroups groups(std::vector<std::vector<std::uint32_t>>(300, {7, 8}));
  ItemSet category(300);
  for (ItemIndex item = 0; item < 300; item += 3) category.Add(item);
  const std::size_t before = allocations;

  std::size_t answers = 0;
  for (const std::size_t k : {1, 10, 100, 1000}) {
    answers += recommender.Recommend({.history = history, .k = k}, scratch).size();
    answers += recommender.Recommend({.history = history, .k = k, .filters = {.category = &category}}, scratch).size();
    answers += recommender.Recommend({.history = history, .k = k, .diversity = {&groups, 2}}, scratch).size();
    answers += recommender.Recommend({.k = k, .exploration = 1, .seed = 5}, scratch).size();
    answers += recommender.Similar(3, {.k = k}, scratch).size();
    answers += recommender.Explain(history, 5, k, scratch).size();
  }
  const std::size_t after = allocations;

  EXPECT_GT(answers, 100U);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace octavo::recommender
