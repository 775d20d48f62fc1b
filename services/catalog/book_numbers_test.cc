#include "services/catalog/book_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/catalog/memory_store.h"

namespace octavo::catalog {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class BookNumbersTest : public testing::Test {
 protected:
  std::int64_t NextNumber() {
    BookContent draft;
    draft.title = "Emma";
    const BookContent content = CheckBook(draft, WrongIsbn::kRefuse)->content;
    return store_.CreateBook(content, "request " + std::to_string(++requests_), FakeClock::kNoon)->id.value();
  }
  static BookNumbers::Ask Knows(std::int64_t number) {
    return [number](std::int64_t most) -> Result<std::int64_t> { return number <= most ? number : 0; };
  }
  static BookNumbers::Ask Away() {
    return [](std::int64_t) -> Result<std::int64_t> { return Error{Code::kUnavailable, "UNAVAILABLE", "away"}; };
  }

  class Sink final : public obs::LogSink {
   public:
    explicit Sink(std::vector<std::string>& lines) : lines_(lines) {}
    void Write(obs::Level, const std::string& line) override { lines_.push_back(line); }

   private:
    std::vector<std::string>& lines_;
  };

  FakeClock clock_;
  std::vector<std::string> lines_;
  obs::Log log_{clock_, obs::Level::kInfo, obs::LogFormat::kLogfmt, std::make_unique<Sink>(lines_)};
  obs::Metrics metrics_;
  MemoryStore store_;
  BookNumbers numbers_{store_, log_, metrics_, 1ms};
  int requests_ = 0;
};

TEST_F(BookNumbersTest, NumbersThatOthersNameArePassedOverAndSaidInOneLine) {
  EXPECT_EQ(NextNumber(), 1);

  numbers_.AskAll({{"cart", Knows(9)}, {"inventory", Knows(7)}, {"promotions", Knows(0)}});

  EXPECT_THAT(numbers_.Wait(), IsOk());
  EXPECT_EQ(NextNumber(), 10);
  EXPECT_THAT(lines_, testing::ElementsAre(
                          HasSubstr("older_copy_found store=catalog known_to=cart first_lost=books/2 last_lost=books/9")));
  EXPECT_THAT(metrics_.Text(), HasSubstr("older_copy{store=\"catalog\"} 1"));
}

TEST_F(BookNumbersTest, NothingIsSaidOfACatalogueThatKnowsAllBooks) {
  EXPECT_EQ(NextNumber(), 1);

  numbers_.AskAll({{"inventory", Knows(1)}});

  EXPECT_THAT(numbers_.Wait(), IsOk());
  EXPECT_EQ(NextNumber(), 2);
  EXPECT_THAT(lines_, testing::IsEmpty());
  EXPECT_THAT(metrics_.Text(), HasSubstr("older_copy{store=\"catalog\"} 0"));
}

TEST_F(BookNumbersTest, NoNumberIsGivenBeforeAllHaveAnswered) {
  EXPECT_THAT(numbers_.Wait(), HasReason("BOOK_NUMBERS_UNKNOWN"));
  numbers_.AskAll({{"cart", Knows(9)}, {"inventory", Away()}});
  EXPECT_THAT(numbers_.Wait(), HasReason("BOOK_NUMBERS_UNKNOWN"));

  numbers_.AskAll({{"cart", Away()}, {"inventory", Knows(3)}});  // The cart has answered.

  EXPECT_THAT(numbers_.Wait(), IsOk());
  EXPECT_EQ(NextNumber(), 10);
}

TEST_F(BookNumbersTest, AMistakeOfTypingUsesUpNoNumbers) {
  numbers_.AskAll({{"inventory", Knows(BookNumbers::kLostMax + 1)}});

  EXPECT_THAT(numbers_.Wait(), IsOk());
  EXPECT_EQ(NextNumber(), 1);
}

}  // namespace
}  // namespace octavo::catalog
