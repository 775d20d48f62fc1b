#include "services/recommendations/domain/event.h"

#include <gtest/gtest.h>

#include <cctype>
#include <limits>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"

namespace octavo::recommendations {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon = FakeClock::kNoon;

Event Purchase() { return {.reader = ReaderId("7"), .book = BookId(12), .type = EventType::kPurchase, .time = kNoon}; }

TEST(ReaderNameTest, IsReadersAndUpTo64Characters) {
  struct Case {
    std::string name;
    bool good;
  };
  const Case kCases[] = {
      {"readers/12", true},
      {"readers/a-Z_9.x", true},
      {"readers/" + std::string(64, 'x'), true},
      {"readers/" + std::string(65, 'x'), false},
      {"readers/", false},
      {"readers/a/b", false},
      {"readers/a b", false},
      {"readers/é", false},
      {std::string("readers/a\0b", 11), false},
      {"reader/12", false},
      {"12", false},
      {"", false},
      {"readers/'; DROP TABLE events; --", false},
  };
  for (const Case& c : kCases) EXPECT_EQ(ParseReader(c.name).ok(), c.good) << c.name;
}

TEST(EventTest, ARuleThatIsBrokenIsNamedWithTheValue) {
  struct Case {
    const char* what;
    void (*change)(Event&);
    const char* message;  // Empty: the event is good.
  };
  const Case kCases[] = {
      {"as it is", [](Event&) {}, ""},
      {"rated",
       [](Event& e) {
         e.type = EventType::kRating;
         e.rating = 5;
       },
       ""},
      {"no stars", [](Event& e) { e.type = EventType::kRating; }, "rating: 0 is not from 1 to 5"},
      {"six stars",
       [](Event& e) {
         e.type = EventType::kRating;
         e.rating = 6;
       },
       "rating: 6 is not from 1 to 5"},
      {"stars bought", [](Event& e) { e.rating = 5; }, "rating: 5 is given, but only a rating has one"},
      {"type 0", [](Event& e) { e.type = EventType{}; }, "type: 0 is no type of event"},
      {"type 7", [](Event& e) { e.type = EventType{7}; }, "type: 7 is no type of event"},
      {"a day ahead", [](Event& e) { e.time = kNoon + 24h; }, ""},
      {"more", [](Event& e) { e.time = kNoon + 25h; },
       "event_time: 2026-01-06T13:00:00.000000Z is more than a day in the future"},
      {"before 1970", [](Event& e) { e.time = Timestamp{} - 1s; }, "event_time: 1969-12-31T23:59:59.000000Z is before 1970"},
      {"id with a space", [](Event& e) { e.id = "a b"; },
       "event_id: \"a b\" is no event id: at most 128 printable ASCII characters, no space"},
      {"shelf", [](Event& e) { e.shelf = "home.for-you"; }, ""},
      {"odd shelf", [](Event& e) { e.shelf = "home/for you"; },
       "shelf: \"home/for you\" is no shelf's name: at most 64 letters, digits, '-', '_' or '.'"},
      {"odd source", [](Event& e) { e.source = "\n"; },
       "source: \"\\x0a\" is no source: at most 64 letters, digits, '-', '_' or '.'"},
  };
  for (const Case& c : kCases) {
    Event event = Purchase();
    c.change(event);
    const Status checked = CheckEvent(event, kNoon);
    EXPECT_EQ(checked.ok() ? "" : checked.error().message, c.message) << c.what;
  }
}

TEST(ReaderNameTest, TakesLettersDigitsAndThreeSignsOfAllBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool plain = byte < 128 && (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.');
    EXPECT_EQ(ParseReader(std::string("readers/") + c).ok(), plain) << byte;
    EXPECT_EQ(CheckShelf(std::string(1, c)).ok(), plain) << byte;
    EXPECT_EQ(CheckSource(std::string(1, c)).ok(), plain) << byte;
  }
  EXPECT_THAT(CheckShelf(std::string(64, 'x')), IsOk());
  EXPECT_THAT(CheckShelf(std::string(65, 'x')), HasReason("INVALID_FIELD"));
  EXPECT_THAT(CheckSource(std::string(64, 'x')), IsOk());
  EXPECT_THAT(CheckSource(std::string(65, 'x')), HasReason("INVALID_FIELD"));
}

TEST(EventTest, IsGoodUpToTheEndsOfEachRange) {
  struct Case {
    const char* what;
    void (*change)(Event&);
    bool good;
  };
  const Case kCases[] = {
      {"the longest id", [](Event& e) { e.id = std::string(128, 'x'); }, true},
      {"a longer id", [](Event& e) { e.id = std::string(129, 'x'); }, false},
      {"the first and the last printable character", [](Event& e) { e.id = "!~"; }, true},
      {"a deleted character", [](Event& e) { e.id = "\x7f"; }, false},
      {"a letter beyond ASCII", [](Event& e) { e.id = "é"; }, false},
      {"the first type", [](Event& e) { e.type = EventType::kImpression; }, true},
      {"the last type", [](Event& e) { e.type = EventType::kDismiss; }, true},
      {"the first instant of 1970", [](Event& e) { e.time = Timestamp{}; }, true},
      {"a day and a microsecond ahead", [](Event& e) { e.time = kNoon + 24h + 1us; }, false},
  };
  for (const Case& c : kCases) {
    Event event = Purchase();
    c.change(event);
    EXPECT_EQ(CheckEvent(event, kNoon).ok(), c.good) << c.what;
  }
  for (int stars = 1; stars <= 5; ++stars) {
    Event event = Purchase();
    event.type = EventType::kRating;
    event.rating = stars;
    EXPECT_THAT(CheckEvent(event, kNoon), IsOk()) << stars;
  }
}

TEST(EventTest, ALongWrongValueIsCutShortInTheMessage) {
  const Result<ReaderId> refused = ParseReader(std::string(10'000, 'x'));

  ASSERT_THAT(refused, HasReason("INVALID_FIELD"));
  EXPECT_LT(refused.error().message.size(), 250U);
}

}  // namespace
}  // namespace octavo::recommendations
