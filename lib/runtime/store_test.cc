#include "lib/runtime/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lib/db/testdata/migrations.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::runtime {
namespace {

class StoreTest : public testing::Test {
 protected:
  TempDir dir_;
  SystemRandom random_;
};

TEST_F(StoreTest, AModuleThatSaysNothingHasAFileInItsFolder) {
  const auto opened = OpenDatabase(dir_.path(), "echo", Secret(), db::testdata::Migrations(), random_);

  ASSERT_THAT(opened, IsOk());
  EXPECT_TRUE(std::filesystem::exists(dir_.path() / "echo" / "echo.db"));
  EXPECT_EQ((*opened)->Read([](db::Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM counter").Int(0); }), 0);
}

TEST_F(StoreTest, TheOwnerCanSayWhereItIs) {
  const std::filesystem::path elsewhere = dir_.path() / "elsewhere.db";
  ASSERT_THAT(OpenDatabase(dir_.path(), "echo", Secret(elsewhere), db::testdata::Migrations(), random_), IsOk());

  EXPECT_TRUE(std::filesystem::exists(elsewhere));
  EXPECT_FALSE(std::filesystem::exists(StoreFile(dir_.path(), "echo")));
}

TEST_F(StoreTest, FilesOfTheFirstReleasesKeepTheirNames) {
  EXPECT_EQ(StoreFile("data", "cart"), "data/cart/cart.db");
  EXPECT_EQ(StoreFile("data", "catalog"), "data/catalog/catalog.sqlite");
  EXPECT_EQ(StoreFile("data", "recommendations"), "data/recommendations/events.db");
}

TEST_F(StoreTest, AServiceWithoutThreadsIsRefused) {
  EXPECT_THAT(ServiceOptions().Check("echo"), IsOk());
  EXPECT_THAT(ServiceOptions{.threads = 0}.Check("echo"), HasReason("INVALID_FIELD"));
}

TEST_F(StoreTest, WhatCannotBeOpenedIsRefusedInOneLineThatNamesTheModuleAndTheFile) {
  std::filesystem::create_directory(dir_.path() / "echo");
  std::ofstream(dir_.path() / "echo" / "echo.db")
      << "no database, but a text that is long enough to be read as the head of one, or so";

  const auto opened = OpenDatabase(dir_.path(), "echo", Secret(), db::testdata::Migrations(), random_);

  ASSERT_THAT(opened, HasReason("CANNOT_OPEN_DATABASE"));
  EXPECT_THAT(opened.error().message, testing::HasSubstr("echo: "));
  EXPECT_THAT(opened.error().message, testing::HasSubstr("echo.db"));
  EXPECT_THAT(opened.error().message, testing::Not(testing::HasSubstr("\n")));
}

TEST_F(StoreTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(dir_.path() / "echo") << "a file, where the folder should be";

  EXPECT_THAT(OpenDatabase(dir_.path(), "echo", Secret(), db::testdata::Migrations(), random_), HasReason("BAD_DATA_DIR"));
}

}  // namespace
}  // namespace octavo::runtime
