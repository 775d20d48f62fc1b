#include "services/accounts/mail/folder_mailer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/base/uuid.h"

namespace octavo::accounts {
namespace {

Error Unavailable(const std::string& what) {
  return {Code::kUnavailable, "MAIL_UNAVAILABLE", what + ": " + std::strerror(errno)};
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Status FolderMailer::Send(const Message& message) {
  std::error_code made;
  std::filesystem::create_directories(folder_, made);
  const std::filesystem::path path = folder_ / (NewUuid(clock_, random_) + ".eml");
  const std::string part = path.string() + ".part";
  const int file = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Unavailable("cannot make a file in " + folder_.string());
  const bool written = WriteAll(file, FormatMessage(message, from_, clock_, random_).Reveal());
  const bool closed = close(file) == 0;
  if (!written || !closed || rename(part.c_str(), path.c_str()) != 0) {
    const Error error = Unavailable("cannot write to " + folder_.string());
    unlink(part.c_str());
    return error;
  }
  return Ok();
}

}  // namespace octavo::accounts
