// FileMap: a file's bytes, read-only and memory-mapped, so that processes share them. Movable; unmaps when it
// goes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "lib/base/result.h"

namespace octavo::recommender {

class FileMap {
 public:
  // Fails with NOT_FOUND (NO_FILE) or UNAVAILABLE (UNREADABLE_FILE), naming the path.
  static Result<FileMap> Open(const std::filesystem::path& path);

  FileMap(FileMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  FileMap& operator=(FileMap&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~FileMap();

  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  explicit FileMap(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace octavo::recommender
