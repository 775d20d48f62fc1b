#include "lib/names/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::names {
namespace {

class KeysTest : public testing::Test {
 protected:
  void Write(const std::string& text) { std::ofstream(file_) << text; }

  TempDir dir_;
  SeededRandom random_{1};
  const std::filesystem::path file_ = dir_.path() / "shop.keys";
};

TEST_F(KeysTest, AreMadeOnceAndReadByAll) {
  const Result<Keys> made = LoadOrMakeKeys(file_, random_);
  const Result<Keys> read = LoadOrMakeKeys(file_, random_);

  EXPECT_EQ(made->newest().Reveal(), read->newest().Reveal());
  struct stat facts {};
  ASSERT_EQ(stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(KeysTest, TheFirstLineIsTheNewest) {
  Write("# renewed in May\n" + std::string(64, 'b') + "\r\n\n" + std::string(64, 'a') + "\n");

  const Result<Keys> keys = LoadOrMakeKeys(file_, random_);

  EXPECT_EQ(keys->all().size(), 2U);
  EXPECT_EQ(keys->newest().Reveal(), std::string(32, '\xbb'));
}

TEST_F(KeysTest, AFileThatIsNoneIsRefusedAndStays) {
  const std::string almost(63, 'a');
  for (const std::string& text : {std::string(), std::string("# nothing\n"), almost, almost + "aaa", "x" + almost}) {
    Write(text);
    EXPECT_THAT(LoadOrMakeKeys(file_, random_), HasReason("BAD_KEY_FILE")) << text;
  }
  EXPECT_THAT(LoadOrMakeKeys(dir_.path() / "missing" / "shop.keys", random_), HasReason("BAD_KEY_FILE"));
}

}  // namespace
}  // namespace octavo::names
