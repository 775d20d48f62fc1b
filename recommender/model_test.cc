#include "recommender/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "lib/base/check.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::recommender {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Model Small() {
  return Model::FromParts({.ids = {"7", "12", "3"},
                           .readers = {5, 4, 1},
                           .row_offsets = {0, 2, 3, 3},
                           .columns = {1, 2, 0},
                           .weights = {0.5F, 0.25F, -0.125F},
                           .users = 6,
                           .interactions = 10,
                           .settings = "{}"});
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::filesystem::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void ExpectSmall(const Model& model) {
  EXPECT_EQ(model.items(), 3U);
  EXPECT_EQ(model.users(), 6U);
  EXPECT_EQ(model.interactions(), 10U);
  EXPECT_EQ(model.Find("12"), 1U);
  EXPECT_EQ(model.Find("13"), kNoIndex);
  EXPECT_EQ(model.id(2), "3");
  EXPECT_EQ(model.readers(1), 4U);
  EXPECT_THAT(model.row(0).columns, ElementsAre(1, 2));
  EXPECT_THAT(model.row(0).weights, ElementsAre(0.5F, 0.25F));
  EXPECT_THAT(model.row(1).weights, ElementsAre(-0.125F));
  EXPECT_THAT(model.row(2).columns, ElementsAre());
}

TEST(ModelTest, GivesBackItsParts) { ExpectSmall(Small()); }

TEST(ModelTest, MappedFromAFileIsTheSameAsInMemory) {
  const TempDir folder;
  const Model model = Small();
  ASSERT_THAT(model.Save(folder / "m.bin"), IsOk());

  const Result<Model> opened = Model::Open(folder / "m.bin");

  ASSERT_THAT(opened, IsOk());
  ExpectSmall(*opened);
  EXPECT_EQ(opened->fingerprint(), model.fingerprint());
  EXPECT_EQ(opened->bytes(), model.bytes());
}

TEST(ModelTest, SavingReplacesTheFileWhileItsReadersKeepTheOldOne) {
  const TempDir folder;
  ASSERT_THAT(Small().Save(folder / "m.bin"), IsOk());
  const Result<Model> old = Model::Open(folder / "m.bin");

  ASSERT_THAT(Model::FromParts({.ids = {"1"}, .readers = {1}, .row_offsets = {0, 0}}).Save(folder / "m.bin"), IsOk());

  ExpectSmall(*old);
  EXPECT_EQ(Model::Open(folder / "m.bin")->items(), 1U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "a temporary file stayed";
}

TEST(ModelTest, SavingWhereNobodyCanWriteNamesThePath) {
  const Status saved = Small().Save("/nowhere/m.bin");

  ASSERT_THAT(saved, HasReason("UNWRITABLE_FILE"));
  EXPECT_THAT(saved.error().message, HasSubstr("/nowhere/m.bin"));
}

TEST(ModelTest, RefusesEveryChangedByte) {
  const TempDir folder;
  ASSERT_THAT(Small().Save(folder / "m.bin"), IsOk());
  const std::string good = ReadFile(folder / "m.bin");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      WriteFile(folder / "bad.bin", bad);
      const Result<Model> opened = Model::Open(folder / "bad.bin");
      ASSERT_FALSE(opened.ok()) << "byte " << at << " xor " << flip;
      EXPECT_EQ(opened.error().code, Code::kDataLoss);
      EXPECT_THAT(opened.error().message, HasSubstr("bad.bin"));
    }
  }
}

// A file is read by the same rules as parts are.
TEST(ModelTest, RefusesWeightsOfNothingAndColumnsThatStandTwice) {
  const auto make = [](std::vector<ItemIndex> columns, std::vector<float> weights) {
    return Model::FromParts({.ids = {"7", "12", "3"},
                             .readers = {5, 4, 1},
                             .row_offsets = {0, 2, 3, 3},
                             .columns = std::move(columns),
                             .weights = std::move(weights)});
  };
  EXPECT_NO_THROW(make({1, 2, 1}, {0.5F, 0.25F, 1}));  // The same in two rows.
  EXPECT_THROW(make({1, 2, 0}, {0.5F, 0.0F, 1}), Bug);
  EXPECT_THROW(make({1, 2, 0}, {0.5F, -0.0F, 1}), Bug);
  EXPECT_THROW(make({1, 1, 0}, {0.5F, 0.25F, 1}), Bug);
  EXPECT_THROW(make({2, 1, 0}, {0.5F, 0.25F, 1}), Bug);
}

TEST(ModelTest, RefusesEveryTruncationAndExtension) {
  const TempDir folder;
  ASSERT_THAT(Small().Save(folder / "m.bin"), IsOk());
  const std::string good = ReadFile(folder / "m.bin");
  for (std::size_t size = 0; size < good.size(); ++size) {
    WriteFile(folder / "bad.bin", good.substr(0, size));
    ASSERT_FALSE(Model::Open(folder / "bad.bin").ok()) << "truncated to " << size;
    ASSERT_FALSE(Model::Open(folder / "bad.bin", Verify::kStructure).ok()) << "truncated to " << size;
  }
  WriteFile(folder / "bad.bin", good + '\0');
  EXPECT_THAT(Model::Open(folder / "bad.bin"), HasReason("DAMAGED_MODEL"));
}

TEST(ModelTest, SaysWhetherAFileIsForeignOrOfAnotherVersion) {
  const TempDir folder;
  ASSERT_THAT(Small().Save(folder / "m.bin"), IsOk());
  std::string other = ReadFile(folder / "m.bin");
  other[8] = 9;  // The version.
  WriteFile(folder / "version.bin", other);
  WriteFile(folder / "foreign.bin", std::string(500, 'x'));

  EXPECT_THAT(Model::Open(folder / "version.bin"), HasReason("MODEL_VERSION"));
  EXPECT_THAT(Model::Open(folder / "foreign.bin"), HasReason("NOT_A_MODEL"));
  EXPECT_THAT(Model::Open(folder / "none.bin"), HasReason("NO_FILE"));
}

}  // namespace
}  // namespace octavo::recommender
