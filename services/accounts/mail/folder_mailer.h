// FolderMailer: writes each message as a file that mail programs open: <folder>/<UUID>.eml. The newest file is the
// last by name. For trying the shop without a mail server. The files hold tokens, so only their owner may read
// them.
#pragma once

#include <filesystem>
#include <string>

#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

class FolderMailer final : public Mailer {
 public:
  // The folder is made when it is not there. `clock` and `random` must outlive the mailer.
  FolderMailer(std::filesystem::path folder, std::string from, const Clock& clock, Random& random)
      : folder_(std::move(folder)), from_(std::move(from)), clock_(clock), random_(random) {}

  // A file appears only when it is complete.
  Status Send(const Message& message) override;

 private:
  const std::filesystem::path folder_;
  const std::string from_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace octavo::accounts
