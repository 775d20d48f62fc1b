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
  const auto opened = OpenStore(dir_.path(), {.module = "echo"}, db::testdata::Migrations(), random_);

  ASSERT_THAT(opened, IsOk());
  EXPECT_TRUE(std::filesystem::exists(dir_.path() / "echo" / "echo.db"));
  EXPECT_EQ((*opened)->Read([](db::Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM counter").Int(0); }), 0);
}

TEST_F(StoreTest, TheFileAndTheUrlCanBeSaid) {
  ASSERT_THAT(OpenStore(dir_.path(), {.module = "echo", .file = "said.db"}, db::testdata::Migrations(), random_), IsOk());
  ASSERT_THAT(
      OpenStore(dir_.path(), {.module = "echo", .url = dir_.path() / "elsewhere.db"}, db::testdata::Migrations(), random_),
      IsOk());

  EXPECT_TRUE(std::filesystem::exists(dir_.path() / "echo" / "said.db"));
  EXPECT_TRUE(std::filesystem::exists(dir_.path() / "elsewhere.db"));
}

TEST_F(StoreTest, WhatCannotBeOpenedIsRefusedInOneLineThatNamesTheModuleAndTheFile) {
  std::filesystem::create_directory(dir_.path() / "echo");
  std::ofstream(dir_.path() / "echo" / "echo.db")
      << "no database, but a text that is long enough to be read as the head of one, or so";

  const auto opened = OpenStore(dir_.path(), {.module = "echo"}, db::testdata::Migrations(), random_);

  ASSERT_THAT(opened, HasReason("CANNOT_OPEN_DATABASE"));
  EXPECT_THAT(opened.error().message, testing::HasSubstr("echo: "));
  EXPECT_THAT(opened.error().message, testing::HasSubstr("echo.db"));
  EXPECT_THAT(opened.error().message, testing::Not(testing::HasSubstr("\n")));
}

TEST_F(StoreTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(dir_.path() / "echo") << "a file, where the folder should be";

  EXPECT_THAT(OpenStore(dir_.path(), {.module = "echo"}, db::testdata::Migrations(), random_), HasReason("BAD_DATA_DIR"));
}

}  // namespace
}  // namespace octavo::runtime
