// Keys: what proves that something came from this shop. The first seals; all are accepted, so that a key can be renewed
// without making what is out there worthless at once. Immutable; thread-safe.
//
// They stand in a file, one a line, of 64 hexadecimal digits each, newest first; empty lines and lines that begin with # are
// passed
// over. All processes and replicas of a shop use the same file. To renew: put a new line on top (`openssl rand -hex 32`),
// start the processes again one by one, and take the last line away when nothing sealed with it is of use any more.
#pragma once

#include <filesystem>
#include <vector>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::names {

class Keys {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  // At least one, each of kKeyBytes; anything else is a bug.
  explicit Keys(std::vector<Secret> keys);

  const Secret& newest() const { return keys_.front(); }
  const std::vector<Secret>& all() const { return keys_; }

 private:
  std::vector<Secret> keys_;
};

// The keys in `file`; where there is no such file it is made, with one new key, readable by its owner only. Several processes
// may do so at once: one makes it, all read the same. FAILED_PRECONDITION (BAD_KEY_FILE), naming the file and the rule, when it
// cannot be read or made, or is none.
Result<Keys> LoadOrMakeKeys(const std::filesystem::path& file, Random& random);

}  // namespace octavo::names
