// Private files: what the shop keeps (addresses, orders, keys) is for its own user alone: folders have mode 0700, files 0600.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace octavo::runtime {

// What this process makes from now on is private. Before any thread is there.
void KeepFilesPrivate();

struct OpenFile {
  std::filesystem::path path;
  std::string mode;  // "0644".
};
struct OpenFiles {
  std::vector<OpenFile> first;  // By path.
  std::size_t count = 0;        // Of all.
};
// What other users may read or change in `folder`, and the folder itself. Looks at 10,000 entries at most, and lists `first_max`.
// What cannot be looked at is passed over.
OpenFiles FindOpenFiles(const std::filesystem::path& folder, std::size_t first_max);

}  // namespace octavo::runtime
