#include "lib/runtime/private_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <system_error>

namespace octavo::runtime {
namespace {

constexpr std::size_t kEntriesMax = 10'000;
constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;

void Look(const std::filesystem::path& path, OpenFiles& found) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode) || (status.st_mode & kOfOthers) == 0) return;
  found.count += 1;
  found.first.push_back({path, fmt::format("{:04o}", status.st_mode & 07777)});
}

}  // namespace

void KeepFilesPrivate() { umask(kOfOthers); }

OpenFiles FindOpenFiles(const std::filesystem::path& folder, std::size_t first_max) {
  OpenFiles found;
  Look(folder, found);
  constexpr auto kPassOver = std::filesystem::directory_options::skip_permission_denied;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, kPassOver, error);
  for (std::size_t i = 0; !error && i < kEntriesMax && entry != std::filesystem::recursive_directory_iterator(); ++i) {
    Look(entry->path(), found);
    entry.increment(error);
  }
  std::sort(found.first.begin(), found.first.end(), [](const OpenFile& a, const OpenFile& b) { return a.path < b.path; });
  if (found.first.size() > first_max) found.first.resize(first_max);
  return found;
}

}  // namespace octavo::runtime
