// What every database must do, run against SQLite and a real PostgreSQL.
#include "lib/db/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "lib/db/nesting.h"
#include "lib/db/sql_text.h"
#include "lib/db/testdata/migrations.h"
#include "lib/testing/matchers.h"
#include "lib/testing/test_database.h"

namespace octavo::db {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSetCounter =
    "INSERT INTO counter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
    "excluded.value";
constexpr const char* kGetCounter = "SELECT value FROM counter WHERE name = $1";
constexpr const char* kInsertBook = "INSERT INTO book (id, isbn, title) VALUES ($1, $2, $3)";
constexpr const char* kEndless =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n WHERE i < 0";

class DatabaseContractTest : public testing::TestWithParam<TestDatabaseKind> {
 protected:
  // Enough attempts for tests that make conflicts on purpose.
  TestDatabase database_{GetParam(), testdata::Migrations(), {.attempts_max = 1000}};

  void SetCounter(const std::string& name, int value) {
    database_->Write([&](Transaction& transaction) { transaction.Execute(kSetCounter, name, value); });
  }
  std::optional<std::int64_t> Counter(const std::string& name) {
    return database_->Read([&](Transaction& transaction) -> std::optional<std::int64_t> {
      const std::optional<Row> row = transaction.QueryOne(kGetCounter, name);
      if (!row) return std::nullopt;
      return row->Int(0);
    });
  }
};

TEST_P(DatabaseContractTest, ALookerSeesWhatTheOwnerCommitsAndWritesNothing) {
  SeededRandom random(1);
  const auto looker = Open({.url = database_.url(), .read_only = true}, random);
  const auto seen = [&] {
    return looker->Read([](Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM counter").Int(0); });
  };
  EXPECT_EQ(seen(), 0);

  SetCounter("a", 1);

  EXPECT_EQ(seen(), 1);
  EXPECT_THROW(looker->Write([](Transaction& t) { t.Execute("DELETE FROM counter"); }), Error);
  EXPECT_EQ(seen(), 1);
  SetCounter("b", 1);  // The owner goes on.
  EXPECT_EQ(seen(), 2);
}

TEST_P(DatabaseContractTest, GivesBackWhatWasStored) {
  struct Case {
    std::optional<std::int64_t> whole;
    std::optional<double> measure;
    std::optional<std::string> words;
    std::optional<Blob> bytes;
  };
  const std::string every_byte = [] {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    return bytes;
  }();
  const std::vector<Case> cases = {
      {0, 0.0, "", Blob{}},
      {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<double>::max(), "Čapek, 村上春樹, 🐙",
       Blob{std::string("\0x", 2)}},
      {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<double>::denorm_min(), "it's \"$1\" \\ %\n",
       Blob{every_byte}},
      {-1, 0.1, std::string(100'000, 'a'), Blob{std::string(100'000, '\0')}},
      {1, -1.0 / 3.0, " ", Blob{" "}},
      {std::nullopt, std::nullopt, std::nullopt, std::nullopt},
  };

  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    database_->Write([&](Transaction& transaction) {
      transaction.Execute("INSERT INTO sample (id, whole, measure, words, bytes) VALUES ($1, $2, $3, $4, $5)",
                          static_cast<std::int64_t>(i), c.whole, c.measure, c.words, c.bytes);
    });
    const Row row = *database_->Read([&](Transaction& transaction) {
      return transaction.QueryOne("SELECT whole, measure, words, bytes FROM sample WHERE id = $1", static_cast<std::int64_t>(i));
    });

    EXPECT_EQ(row.OptionalInt(0), c.whole) << i;
    EXPECT_EQ(row.OptionalReal(1), c.measure) << i;
    EXPECT_EQ(row.OptionalText(2), c.words) << i;
    EXPECT_EQ(row.OptionalBlob(3), c.bytes ? std::optional(c.bytes->bytes) : std::nullopt) << i;
  }
}

TEST_P(DatabaseContractTest, StoresTimesAsMicrosecondsAndBooleansAsNumbers) {
  const Timestamp time = FromMicros(1'763'856'000'123'456);

  const Row row = *database_->Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO sample (id, whole) VALUES (1, $1)", time);
    transaction.Execute("INSERT INTO sample (id, whole) VALUES (2, $1)", true);
    return transaction.QueryOne(
        "SELECT a.whole, b.whole, a.whole > b.whole FROM sample AS a, sample AS b "
        "WHERE a.id = 1 AND b.id = 2");
  });

  EXPECT_EQ(row.Time(0), time);
  EXPECT_TRUE(row.Bool(1));
  EXPECT_TRUE(row.Bool(2));
}

enum class Colour { kRed = 1, kBlue = 2 };

TEST_P(DatabaseContractTest, AValueThatItsColumnCannotHaveIsDamage) {
  const Row row =
      *database_->Read([&](Transaction& transaction) { return transaction.QueryOne("SELECT 2, 3, 0, 1290, 'EUR', 'gold'"); });

  EXPECT_EQ(row.OneOf(0, Colour::kRed, Colour::kBlue), Colour::kBlue);
  EXPECT_THROW((void)row.OneOf(1, Colour::kRed, Colour::kBlue), Damaged);
  EXPECT_THROW((void)row.OneOf(2, Colour::kRed, Colour::kBlue), Damaged);
  EXPECT_EQ(row.MoneyAt(3, 4), Money(1290, Currency::Eur()));
  EXPECT_THROW((void)row.MoneyAt(3, 5), Damaged);
  EXPECT_THROW((void)row.Text(0), Damaged);
  EXPECT_THROW((void)row.Int(4), Damaged);
}

TEST_P(DatabaseContractTest, TakesParametersInAnyOrderAndMoreThanOnce) {
  const Row row = *database_->Read([&](Transaction& transaction) {
    return transaction.QueryOne("SELECT $2 || $1 || $2, $3 + 1", "b", "a", std::int64_t{1} << 40);
  });

  EXPECT_EQ(row.Text(0), "aba");
  EXPECT_EQ(row.Int(1), (std::int64_t{1} << 40) + 1);
}

TEST_P(DatabaseContractTest, TakesOptionalParametersInConditions) {
  constexpr const char* kFind = "SELECT COUNT(*) FROM book WHERE $1 IS NULL OR title = $1";
  const std::int64_t all = database_->Write([&](Transaction& transaction) {
    transaction.Execute(kInsertBook, 1, std::nullopt, "R.U.R.");
    transaction.Execute(kInsertBook, 2, std::nullopt, "Krakatit");
    return transaction.QueryTheOne(kFind, std::optional<std::string>()).Int(0);
  });
  const std::int64_t one = database_->Read(
      [&](Transaction& transaction) { return transaction.QueryTheOne(kFind, std::optional<std::string>("Krakatit")).Int(0); });

  EXPECT_EQ(all, 2);
  EXPECT_EQ(one, 1);
}

TEST_P(DatabaseContractTest, CountsAndSumsAreIntegersAndAveragesAreReal) {
  const Row row = *database_->Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO sample (id, whole) VALUES (1, 3), (2, 4)");
    return transaction.QueryOne("SELECT COUNT(*), SUM(whole), AVG(whole), SUM(whole) / 2, MAX(measure) FROM sample");
  });

  EXPECT_EQ(row.Int(0), 2);
  EXPECT_EQ(row.Int(1), 7);
  EXPECT_DOUBLE_EQ(row.Real(2), 3.5);
  EXPECT_EQ(row.OptionalReal(4), std::nullopt);
}

TEST_P(DatabaseContractTest, TellsHowManyRowsChanged) {
  const auto changed = database_->Write([&](Transaction& transaction) {
    return std::vector<std::int64_t>{
        transaction.Execute("INSERT INTO counter (name, value) VALUES " + Tuples(3, 2), "a", 1, "b", 2, "c", 3),
        transaction.Execute("UPDATE counter SET value = value + 1 WHERE value >= $1", 2),
        transaction.Execute("UPDATE counter SET value = 0 WHERE name = 'nobody'"),
        transaction.Execute("INSERT INTO counter (name, value) VALUES ('a', 9) ON CONFLICT DO NOTHING"),
        transaction.Execute("SELECT name FROM counter"),
        transaction.Execute("DELETE FROM counter"),
    };
  });

  EXPECT_THAT(changed, ElementsAre(3, 2, 0, 0, 0, 3));
}

TEST_P(DatabaseContractTest, ReturnsRowsOfAnUpsert) {
  constexpr const char* kAdd =
      "INSERT INTO counter (name, value) VALUES ($1, 1) "
      "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";

  const std::int64_t second = database_->Write([&](Transaction& transaction) {
    transaction.Execute(kAdd, "visits");
    return transaction.QueryTheOne(kAdd, "visits").Int(0);
  });

  EXPECT_EQ(second, 2);
}

TEST_P(DatabaseContractTest, OrdersTextByItsBytes) {
  const auto titles = database_->Write([&](Transaction& transaction) {
    int id = 0;
    for (const char* title : {"b", "a", "B", "é", "Z", "_"}) transaction.Execute(kInsertBook, ++id, std::nullopt, title);
    std::vector<std::string> titles;
    for (const Row& row : transaction.Query("SELECT title FROM book ORDER BY title")) titles.push_back(row.Text(0));
    return titles;
  });

  EXPECT_THAT(titles, ElementsAre("B", "Z", "_", "a", "b", "é"));
}

TEST_P(DatabaseContractTest, LikeMindsTheCase) {
  const std::int64_t found = database_->Write([&](Transaction& transaction) {
    transaction.Execute(kInsertBook, 1, std::nullopt, "Emma");
    return transaction.QueryTheOne("SELECT COUNT(*) FROM book WHERE title LIKE 'e%'").Int(0);
  });

  EXPECT_EQ(found, 0);
}

TEST_P(DatabaseContractTest, KeepsNothingOfAFailedResult) {
  const Result<int> result = database_->Write([&](Transaction& transaction) -> Result<int> {
    transaction.Execute(kSetCounter, "stock", 1);
    return octavo::Error{Code::kFailedPrecondition, "OUT_OF_STOCK", "none left"};
  });

  EXPECT_THAT(result, HasReason("OUT_OF_STOCK"));
  EXPECT_EQ(Counter("stock"), std::nullopt);
}

TEST_P(DatabaseContractTest, KeepsNothingOfAFailedStatus) {
  const Status status = database_->Write([&](Transaction& transaction) -> Status {
    transaction.Execute(kSetCounter, "stock", 1);
    return octavo::Error{Code::kFailedPrecondition, "OUT_OF_STOCK", "none left"};
  });

  EXPECT_THAT(status, HasReason("OUT_OF_STOCK"));
  EXPECT_EQ(Counter("stock"), std::nullopt);
}

TEST_P(DatabaseContractTest, KeepsNothingWhenTheFunctionThrows) {
  const auto write = [&] {
    database_->Write([&](Transaction& transaction) {
      transaction.Execute(kSetCounter, "stock", 1);
      throw std::out_of_range("of patience");
    });
  };

  EXPECT_THROW(write(), std::out_of_range);
  EXPECT_EQ(Counter("stock"), std::nullopt);
}

TEST_P(DatabaseContractTest, WorksOnAfterAFailure) {
  EXPECT_THROW(database_->Write([](Transaction& transaction) { transaction.Execute("NONSENSE"); }), Error);
  SetCounter("stock", 7);
  EXPECT_EQ(Counter("stock"), 7);
}

TEST_P(DatabaseContractTest, DoesNotCommitWhenAFailedStatementIsIgnored) {
  const auto write = [&] {
    database_->Write([&](Transaction& transaction) {
      transaction.Execute(kSetCounter, "stock", 1);
      try {
        transaction.Execute(kSetCounter, "stock", -1);
      } catch (const Error&) {  // As careless code would.
      }
    });
  };

  EXPECT_THROW(write(), ConstraintViolation);
  EXPECT_EQ(Counter("stock"), std::nullopt);
}

TEST_P(DatabaseContractTest, RefusesStatementsAfterAFailedOne) {
  std::string message;
  const Status status = database_->Write([&](Transaction& transaction) -> Status {
    EXPECT_THROW(transaction.Execute(kSetCounter, "stock", -1), ConstraintViolation);
    try {
      transaction.Query(kGetCounter, "stock");
    } catch (const Error& error) {
      message = error.what();
    }
    return octavo::Error{Code::kFailedPrecondition, "REFUSED", ""};
  });

  EXPECT_THAT(status, HasReason("REFUSED"));
  EXPECT_THAT(message, HasSubstr("earlier statement failed"));
}

TEST_P(DatabaseContractTest, NamesTheConstraintThatWasBroken) {
  using Kind = ConstraintViolation::Kind;
  struct Case {
    const char* sql;
    Kind kind;
    const char* constraint;
  };
  const bool names_foreign_keys = GetParam() == TestDatabaseKind::kPostgres;
  const Case cases[] = {
      {"INSERT INTO book (id, title) VALUES (1, 'x')", Kind::kUnique, "book_pkey"},
      {"INSERT INTO book (id, isbn, title) VALUES (2, '111', 'x')", Kind::kUnique, "book_isbn"},
      {"INSERT INTO counter (name, value) VALUES ('a', 1)", Kind::kUnique, "counter_pkey"},
      {"INSERT INTO copy (id, book_id, shelf) VALUES (2, 1, 'top')", Kind::kUnique, "copy_book_id_shelf_key"},
      {"UPDATE counter SET value = value - 10", Kind::kCheck, "counter_not_negative"},
      {"INSERT INTO copy (id, book_id, shelf) VALUES (3, 99, 'top')", Kind::kForeignKey,
       names_foreign_keys ? "copy_book_id_fkey" : ""},
      {"DELETE FROM book", Kind::kForeignKey, names_foreign_keys ? "copy_book_id_fkey" : ""},
      {"INSERT INTO book (id) VALUES (5)", Kind::kNotNull, ""},
  };
  database_->Write([](Transaction& transaction) {
    transaction.Execute(kInsertBook, 1, "111", "Emma");
    transaction.Execute(kSetCounter, "a", 5);
    transaction.Execute("INSERT INTO copy (id, book_id, shelf) VALUES (1, 1, 'top')");
  });

  for (const Case& c : cases) {
    try {
      database_->Write([&](Transaction& transaction) { transaction.Execute(c.sql); });
      ADD_FAILURE() << "accepted: " << c.sql;
    } catch (const ConstraintViolation& violation) {
      EXPECT_EQ(violation.kind(), c.kind) << c.sql;
      EXPECT_EQ(violation.constraint(), c.constraint) << c.sql;
    }
  }
}

TEST_P(DatabaseContractTest, ShowsNoDetailToTheCaller) {
  try {
    database_->Write([](Transaction& transaction) { transaction.Execute("SELECT secret FROM nowhere"); });
    FAIL() << "accepted";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().reason, "DATABASE_ERROR");
    EXPECT_THAT(failure.error().message, testing::Not(HasSubstr("nowhere")));
    EXPECT_THAT(failure.what(), HasSubstr("nowhere"));
  }
}

TEST_P(DatabaseContractTest, RefusesTextThatNotEveryDatabaseKeeps) {
  struct Case {
    const char* name;
    std::string text;
  };
  const Case cases[] = {
      {"NUL", std::string("a\0b", 3)},
      {"lone continuation", "\x80"},
      {"cut short", "\xe2\x82"},
      {"too long a form", "\xc0\xaf"},
      {"too long a form of 3", "\xe0\x80\xaf"},
      {"surrogate", "\xed\xa0\x80"},
      {"above U+10FFFF", "\xf4\x90\x80\x80"},
      {"Latin-1", "caf\xe9"},
  };

  for (const Case& c : cases) {
    EXPECT_THROW(database_->Write([&](Transaction& transaction) { transaction.Execute(kSetCounter, c.text, 1); }), Error)
        << c.name;
  }
  EXPECT_THROW(database_->Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO sample (id, measure) VALUES (1, $1)", std::nan(""));
  }),
               Error);
}

TEST_P(DatabaseContractTest, RefusesAValueOfTheWrongType) {
  EXPECT_THROW(database_->Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO sample (id, whole) VALUES (1, $1)", "twelve");
  }),
               Error);
}

TEST_P(DatabaseContractTest, RefusesToReadAColumnAsWhatItIsNot) {
  const Row row = *database_->Read([](Transaction& transaction) { return transaction.QueryOne("SELECT 'text', NULL, 1"); });

  EXPECT_THROW((void)row.Int(0), Error);
  EXPECT_THROW((void)row.Text(1), Error);
  EXPECT_THROW((void)row.Text(2), Error);
  EXPECT_THROW((void)row.Int(3), Error);
}

TEST_P(DatabaseContractTest, QueryTheOneTakesNoRowForDamage) {
  EXPECT_EQ(database_->Read([](Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM counter").Int(0); }), 0);
  EXPECT_THROW(database_->Read([](Transaction& t) { return t.QueryTheOne(kGetCounter, "lost").Int(0); }), Damaged);
}

TEST_P(DatabaseContractTest, QueryOneWantsAtMostOneRow) {
  SetCounter("a", 1);
  SetCounter("b", 2);

  EXPECT_THROW(database_->Read([](Transaction& t) { return t.QueryOne("SELECT name FROM counter"); }), Error);
}

TEST_P(DatabaseContractTest, ReadCannotWrite) {
  EXPECT_THROW(database_->Read([](Transaction& transaction) { transaction.Execute(kSetCounter, "a", 1); }), Error);
  EXPECT_EQ(Counter("a"), std::nullopt);
}

TEST_P(DatabaseContractTest, ReadSeesOneStateAndDoesNotHoldUpWriters) {
  SetCounter("a", 1);

  const auto [before, after] = database_->Read([&](Transaction& transaction) {
    const std::int64_t before = transaction.QueryTheOne(kGetCounter, "a").Int(0);
    std::thread writer([&] { SetCounter("a", 2); });
    writer.join();  // Gets through while this is open.
    return std::pair(before, transaction.QueryTheOne(kGetCounter, "a").Int(0));
  });

  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 1);
  EXPECT_EQ(Counter("a"), 2);
}

TEST_P(DatabaseContractTest, ReadSeesWhatWasCommittedBefore) {
  for (int i = 0; i < 50; ++i) {
    SetCounter("a", i);
    ASSERT_EQ(Counter("a"), i);
  }
}

TEST_P(DatabaseContractTest, ConcurrentIncrementsAddUp) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  SetCounter("visits", 0);

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) {
        database_->Write([](Transaction& transaction) {
          const std::int64_t value = transaction.QueryTheOne(kGetCounter, "visits").Int(0);
          transaction.Execute("UPDATE counter SET value = $2 WHERE name = $1", "visits", value + 1);
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Counter("visits"), kThreads * kEach);
}

TEST_P(DatabaseContractTest, SeveralWritesAtOnceAreEachByThemselves) {
  const auto write = [](Transaction& transaction, std::size_t i) -> Result<std::int64_t> {
    transaction.Execute(kSetCounter, "c" + std::to_string(i), i);
    if (i == 1) return octavo::Error{Code::kFailedPrecondition, "REFUSED", "the second never does"};
    return static_cast<std::int64_t>(i);
  };

  const std::vector<Result<std::int64_t>> written = database_->WriteEach(4, write);

  ASSERT_EQ(written.size(), 4U);
  EXPECT_THAT(written[1], HasReason("REFUSED"));
  EXPECT_EQ(*written[3], 3);
  EXPECT_EQ(Counter("c0"), 0);
  EXPECT_EQ(Counter("c1"), std::nullopt);
  EXPECT_EQ(Counter("c3"), 3);
  EXPECT_TRUE(database_->WriteEach(0, write).empty());
}

TEST_P(DatabaseContractTest, OfSeveralWritesOneThatThrowsLeavesTheOthersAndIsHeardOf) {
  const auto write = [](Transaction& transaction, std::size_t i) {
    transaction.Execute(kInsertBook, i == 2 ? 1 : static_cast<int>(i) + 1, "isbn " + std::to_string(i), "A Book");
    return i;
  };

  EXPECT_THROW(database_->WriteEach(4, write), ConstraintViolation);

  const auto count = database_->Read([](Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM book").Int(0); });
  EXPECT_EQ(count, 3);
}

TEST_P(DatabaseContractTest, WhatIsWrittenTogetherNeverMeetsAndSharesCommits) {
  SetCounter("next", 0);
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < kEach; ++turn) {
        const bool refuses = turn % 5 == 0;
        const auto result = database_->WriteTogether([&](Transaction& transaction) -> Result<std::int64_t> {
          const auto next = transaction.QueryOne("UPDATE counter SET value = value + 1 WHERE name = 'next' RETURNING value");
          if (refuses) return octavo::Error{Code::kAborted, "REFUSED", "takes no number"};
          return next->Int(0);
        });
        EXPECT_EQ(result.ok(), !refuses);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Counter("next"), kThreads * kEach * 4 / 5);
  const Stats stats = database_->stats();
  if (GetParam() == TestDatabaseKind::kPostgres) {
    EXPECT_EQ(stats.repeats, 0);
  }
  EXPECT_LE(stats.commits, stats.writes);
}

// Write skew: each of two may leave only if the other stays, and each looks before it leaves.
TEST_P(DatabaseContractTest, TwoTransactionsCannotBothActOnWhatTheOtherChanges) {
  for (int round = 0; round < 25; ++round) {
    SetCounter("alice", 1);
    SetCounter("bob", 1);
    const auto leave = [&](const char* name) {
      const Status left = database_->Write([&](Transaction& transaction) -> Status {
        const std::int64_t present = transaction.QueryTheOne("SELECT SUM(value) FROM counter").Int(0);
        if (present < 2) return octavo::Error{Code::kFailedPrecondition, "LAST_ONE", name};
        transaction.Execute("UPDATE counter SET value = 0 WHERE name = $1", name);
        return Ok();
      });
      return left.ok();
    };

    bool alice_left = false;
    std::thread alice([&] { alice_left = leave("alice"); });
    const bool bob_left = leave("bob");
    alice.join();

    ASSERT_NE(alice_left, bob_left) << "round " << round;
    ASSERT_EQ(*Counter("alice") + *Counter("bob"), 1);
  }
}

TEST_P(DatabaseContractTest, EndsAStatementThatTakesTooLong) {
  TestDatabase impatient(GetParam(), testdata::Migrations(), {.statement_timeout = std::chrono::milliseconds(100)});

  EXPECT_THROW(impatient->Read([](Transaction& transaction) { return transaction.QueryOne(kEndless); }), Timeout);
  EXPECT_THROW(impatient->Write([](Transaction& transaction) { return transaction.QueryOne(kEndless); }), Timeout);
  EXPECT_EQ(impatient->Read([](Transaction& t) { return t.QueryTheOne("SELECT 1").Int(0); }), 1);
}

TEST_P(DatabaseContractTest, RemembersAfterReopening) {
  SetCounter("a", 12);
  database_.Reopen();
  EXPECT_EQ(Counter("a"), 12);
}

TEST_P(DatabaseContractTest, TakesMoreStatementsThanItKeepsPrepared) {
  const std::int64_t sum = database_->Read([](Transaction& transaction) {
    std::int64_t sum = 0;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 400; ++i) sum += transaction.QueryTheOne("SELECT $1 + " + std::to_string(i), 0).Int(0);
    }
    return sum;
  });

  EXPECT_EQ(sum, 2 * 399 * 400 / 2);
}

TEST_P(DatabaseContractTest, TakesManyParameters) {
  std::vector<Value> values;
  for (int i = 0; i < kParametersMax / 3; ++i) {
    values.emplace_back(i);
    values.emplace_back(std::optional<std::string>());
    values.emplace_back("title");
  }
  const std::string sql = "INSERT INTO book (id, isbn, title) VALUES " + Tuples(kParametersMax / 3, 3);

  const std::int64_t inserted = database_->Write([&](Transaction& transaction) { return transaction.Execute(sql, values); });

  EXPECT_EQ(inserted, kParametersMax / 3);
}

TEST_P(DatabaseContractTest, CountsWhatItDoes) {
  const Stats before = database_->stats();
  SetCounter("a", 1);
  SetCounter("a", 2);
  (void)Counter("a");
  const Stats after = database_->stats();

  EXPECT_EQ(after.writes - before.writes, 2);
  EXPECT_EQ(after.commits - before.commits, 2);
  EXPECT_EQ(after.reads - before.reads, 1);
  EXPECT_EQ(after.waiting, 0);
}

TEST_P(DatabaseContractTest, ATransactionWithinATransactionIsABug) {
  const auto nothing = [](Transaction&) {};
  const RunningTransaction running;  // What a transaction's function has above it.

  EXPECT_THROW(database_->Write(nothing), Bug);
  EXPECT_THROW(database_->Read(nothing), Bug);
}

INSTANTIATE_TEST_SUITE_P(Every, DatabaseContractTest, kEveryDatabase, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::db
