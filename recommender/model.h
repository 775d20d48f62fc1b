// Model: a sparse matrix of weights between books, with their ids and how many readers each has. A reader's
// score for a book is the sum of the weights from the books read to it.
//
// Books are numbered by popularity: item 0 has the most readers (equal ones by id), so that the popular stand
// close together in memory and "the most popular" is a run of numbers.
//
// A model is one block of bytes, the same in memory and in its file (README.md has the layout), so that
// opening a file is mapping it. Immutable; any number of threads may read. Views given out live as long as
// the model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "recommender/ids.h"

namespace octavo::recommender {

// What a model is made of; rows by book read, columns by book asked for.
struct ModelParts {
  std::vector<std::string> ids;            // By item number.
  std::vector<std::uint32_t> readers;      // By item number, never ascending.
  std::vector<std::uint64_t> row_offsets;  // ids.size() + 1 of them.
  std::vector<ItemIndex> columns;          // Ascending within each row.
  std::vector<float> weights;              // Finite, never 0.
  std::uint64_t users = 0;                 // What it learned from.
  std::uint64_t interactions = 0;
  float weight_power = 0.5F;  // What a history entry's weight is worth.
  std::string settings;       // For people: how it was made, JSON.
};

enum class Verify {
  kFull,       // Reads every byte once, at memory speed: 8 MB take about a millisecond.
  kStructure,  // Header and table of sections only; for a file that was verified before.
};

class Model {
 public:
  struct Row {
    std::span<const ItemIndex> columns;
    std::span<const float> weights;
  };

  // Dies (CHECK) on parts that break the rules above.
  static Model FromParts(const ModelParts& parts);
  // Maps the file read-only; processes share its memory. Fails with NOT_FOUND (NO_FILE), UNAVAILABLE
  // (UNREADABLE_FILE), or DATA_LOSS naming the file: NOT_A_MODEL (foreign), MODEL_VERSION (of another
  // version), DAMAGED_MODEL.
  static Result<Model> Open(const std::filesystem::path& path, Verify verify = Verify::kFull);

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // Replaces the file atomically: readers of the old one keep it, a crash leaves one or the other, whole and
  // synced, and for its user alone (mode 0600). Fails with UNAVAILABLE (UNWRITABLE_FILE), naming the path.
  Status Save(const std::filesystem::path& path) const;

  std::size_t items() const { return readers_.size(); }
  std::uint64_t users() const { return users_; }
  std::uint64_t interactions() const { return interactions_; }
  std::size_t weights() const { return columns_.size(); }
  std::size_t bytes() const { return image_size_; }
  float weight_power() const { return weight_power_; }
  std::string_view settings() const { return settings_; }
  // A checksum, which differs between models of different content.
  std::uint64_t fingerprint() const { return fingerprint_; }

  // The number of the book with this id, or kNoIndex.
  ItemIndex Find(std::string_view id) const;
  std::string_view id(ItemIndex item) const {
    return id_bytes_.substr(id_offsets_[item], id_offsets_[item + 1] - id_offsets_[item]);
  }
  // How many readers in the training data have the book.
  std::uint32_t readers(ItemIndex item) const { return readers_[item]; }
  Row row(ItemIndex item) const {
    const std::uint64_t begin = row_offsets_[item];
    const std::uint64_t count = row_offsets_[item + 1] - begin;
    return {columns_.subspan(begin, count), weights_.subspan(begin, count)};
  }

 private:
  struct Image;
  explicit Model(std::unique_ptr<Image> image);
  Status Read(std::string_view name, Verify verify);
  bool ColumnsAscend() const;
  bool KeepsRules() const;

  std::unique_ptr<Image> image_;
  std::size_t image_size_ = 0;
  std::uint64_t users_ = 0;
  std::uint64_t interactions_ = 0;
  std::uint64_t fingerprint_ = 0;
  float weight_power_ = 0.5F;
  std::span<const std::uint64_t> row_offsets_;
  std::span<const std::uint64_t> id_offsets_;
  std::span<const std::uint32_t> readers_;
  std::span<const ItemIndex> by_id_;  // Item numbers in the order of their ids' bytes.
  std::span<const ItemIndex> columns_;
  std::span<const float> weights_;
  std::string_view id_bytes_;
  std::string_view settings_;
};

}  // namespace octavo::recommender
