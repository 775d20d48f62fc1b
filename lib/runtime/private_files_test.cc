#include "lib/runtime/private_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "lib/testing/temp_dir.h"

namespace octavo::runtime {
namespace {

namespace fs = std::filesystem;

// The process's mask is as before at the end of the test.
class PrivateFilesTest : public testing::Test {
 protected:
  PrivateFilesTest() : before_(umask(022)) {}
  ~PrivateFilesTest() override { umask(before_); }

  fs::path Make(const std::string& name) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "an address";
    return folder_ / name;
  }

  const TempDir folder_;
  const mode_t before_;
};

TEST_F(PrivateFilesTest, WhatIsMadeIsForItsUserAlone) {
  fs::permissions(folder_.path(), fs::perms::owner_all);
  KeepFilesPrivate();
  const fs::path file = Make("accounts/accounts.db");

  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(file.parent_path()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(FindOpenFiles(folder_.path(), 10).count, 0u);
}

TEST_F(PrivateFilesTest, FindsWhatOthersMayRead) {
  fs::permissions(folder_.path(), fs::perms::owner_all);
  const fs::path file = Make("cart/cart.db");
  Make("cart/cart.db-wal");
  fs::permissions(Make("cart/private.db"), fs::perms::owner_read);
  fs::create_symlink(file, folder_ / "link");

  const OpenFiles found = FindOpenFiles(folder_.path(), 2);

  EXPECT_EQ(found.count, 3u);
  ASSERT_EQ(found.first.size(), 2u);
  EXPECT_EQ(found.first[0].path, file.parent_path());
  EXPECT_EQ(found.first[0].mode, "0755");
  EXPECT_EQ(found.first[1].path, file);
  EXPECT_EQ(found.first[1].mode, "0644");
  EXPECT_EQ(FindOpenFiles(folder_ / "nothing", 2).count, 0u);
}

}  // namespace
}  // namespace octavo::runtime
