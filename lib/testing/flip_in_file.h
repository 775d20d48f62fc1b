// FlipInFile: changes a bit of a file, as a failing disk does.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace octavo {

// Flips the lowest bit of the first byte of `text` where it appears in the file for the `occurrence`th time, counted from
// 1.
inline void FlipInFile(const std::string& path, const std::string& text, int occurrence = 1) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  std::size_t at = all.find(text);
  for (int found = 1; found < occurrence && at != std::string::npos; ++found) at = all.find(text, at + 1);
  ASSERT_NE(at, std::string::npos) << path << " has no \"" << text << "\" number " << occurrence;
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(all[at] ^ 1));
}

}  // namespace octavo
