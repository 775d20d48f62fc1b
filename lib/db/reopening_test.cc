// A database that its service can do without, on a disk that fails and with files that are no databases.
#include "lib/db/reopening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "lib/db/migrations.h"
#include "lib/db/testdata/migrations.h"
#include "lib/testing/faulty_vfs.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::db {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ReopeningTest : public testing::Test {
 protected:
  std::unique_ptr<ReopeningDatabase> Make() {
    return std::make_unique<ReopeningDatabase>(
        Options{.url = file_.string(), .sqlite_vfs = vfs_.name()}, random_,
        [](Database& opened) { return Migrate(opened, testdata::Migrations()); },
        ReopeningDatabase::Listener{.away = [this](const std::string& why) { away_.push_back(why); },
                                    .set_aside = [this](const auto&, const auto& kept_as) { set_aside_.push_back(kept_as); },
                                    .back = [this] { back_.set_value(); }},
        1ms);
  }
  static std::int64_t One(Database& database) {
    return database.Read([](Transaction& transaction) { return transaction.QueryTheOne("SELECT 1").Int(0); });
  }
  static void Write(Database& database) {
    database.Write([](Transaction& transaction) { transaction.Script("CREATE TABLE kept (x BIGINT)"); });
  }

  TempDir dir_;
  const std::filesystem::path file_ = dir_ / "some.db";
  FaultyVfs vfs_;
  SeededRandom random_{1};
  std::vector<std::string> away_;
  std::vector<std::string> set_aside_;
  std::promise<void> back_;
};

TEST_F(ReopeningTest, AFileThatIsNoDatabaseIsSetAsideAndNamed) {
  std::ofstream(file_) << std::string(8192, 'x');

  const auto database = Make();

  EXPECT_TRUE(database->open());
  EXPECT_EQ(One(*database), 1);
  EXPECT_THAT(set_aside_, testing::ElementsAre(file_.string() + ".damaged"));
  EXPECT_EQ(std::filesystem::file_size(file_.string() + ".damaged"), 8192U);
  EXPECT_TRUE(away_.empty());
}

TEST_F(ReopeningTest, AnInnerPageOfZeroesIsFoundAndSetAside) {
  {
    const auto database = Make();
    database->Write([](Transaction& transaction) {
      transaction.Script(
          "CREATE TABLE many (x TEXT PRIMARY KEY); INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
          "SELECT i + 1 FROM n WHERE i < 500) SELECT hex(randomblob(400)) FROM n;");
    });
  }
  {
    std::fstream damaged(file_, std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(20 * 4096);
    damaged << std::string(4096, '\0');
  }

  const auto database = Make();

  EXPECT_TRUE(database->open());
  EXPECT_EQ(set_aside_.size(), 1U);
}

TEST_F(ReopeningTest, OneThatCannotBeOpenedIsTriedAgain) {
  std::filesystem::create_directory(file_);

  const auto database = Make();
  EXPECT_FALSE(database->open());
  EXPECT_THROW((void)One(*database), Unavailable);
  ASSERT_EQ(away_.size(), 1U);
  EXPECT_THAT(away_[0], HasSubstr(file_.string()));
  std::filesystem::remove(file_);

  back_.get_future().wait();
  EXPECT_EQ(One(*database), 1);
  EXPECT_EQ(away_.size(), 1U) << "told once";
}

TEST_F(ReopeningTest, ADiskThatFailsEndsNobodyAndWhatWasStoredIsThereAgain) {
  const auto database = Make();
  Write(*database);
  vfs_.FailSyncs(SQLITE_IOERR_FSYNC);
  EXPECT_THROW(database->Write([](Transaction& transaction) { transaction.Execute("INSERT INTO kept VALUES (1)"); }), Error);
  EXPECT_THROW((void)One(*database), Unavailable);

  vfs_.FailSyncs(SQLITE_OK);

  back_.get_future().wait();
  // Whether it is stored nobody could tell.
  EXPECT_LE(database->Read([](Transaction& transaction) { return transaction.QueryTheOne("SELECT count(*) FROM kept").Int(0); }),
            1);
}

TEST_F(ReopeningTest, ARefusalRollsBackAndIsGivenBack) {
  const auto database = Make();
  Write(*database);

  const Status refused = database->Write([](Transaction& transaction) -> Status {
    transaction.Execute("INSERT INTO kept VALUES (1)");
    return octavo::Error{Code::kFailedPrecondition, "REFUSED", "no"};
  });

  EXPECT_THAT(refused, HasReason("REFUSED"));
  EXPECT_EQ(database->Read([](Transaction& transaction) { return transaction.QueryTheOne("SELECT count(*) FROM kept").Int(0); }),
            0);
}

}  // namespace
}  // namespace octavo::db
