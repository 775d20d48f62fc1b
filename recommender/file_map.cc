#include "recommender/file_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace octavo::recommender {
namespace {

Error Unreadable(const std::filesystem::path& path, int error_number) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return Error{missing ? Code::kNotFound : Code::kUnavailable, missing ? "NO_FILE" : "UNREADABLE_FILE",
               path.string() + ": " + std::strerror(error_number)};
}

}  // namespace

Result<FileMap> FileMap::Open(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Unreadable(path, errno);
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int error_number = S_ISDIR(status.st_mode) ? EISDIR : errno == 0 ? EINVAL : errno;
    close(file);
    return Unreadable(path, error_number);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) {
    close(file);
    return FileMap({});
  }
  void* const mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  const int error_number = errno;
  close(file);
  if (mapped == MAP_FAILED) return Unreadable(path, error_number);
  return FileMap(std::span(static_cast<const std::byte*>(mapped), size));
}

FileMap::~FileMap() {
  if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace octavo::recommender
