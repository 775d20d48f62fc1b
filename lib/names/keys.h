// Keys: prove that something came from this shop. The first key signs and encrypts; all are accepted, so that a key
// can be replaced without making everything that is in use invalid at once. Immutable; thread-safe.
//
// The keys are in a file, one per line, of 64 hexadecimal digits each, newest first; empty lines and lines that
// begin with # are skipped. All processes of a shop use the same file. To renew: put a new line on top (`openssl
// rand -hex 32`), restart the processes one by one, and remove the last line when nothing made with it is needed
// any more.
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

// The keys in `file`. If there is no file, makes one with a new key, readable by its owner only. Several processes may do so at
// once: one makes it, all read the same. FAILED_PRECONDITION (BAD_KEY_FILE), naming the file and the rule, if the file cannot be
// read or made, or has the wrong form.
Result<Keys> LoadOrMakeKeys(const std::filesystem::path& file, Random& random);

// As LoadOrMakeKeys, for a file that somebody else makes: BAD_KEY_FILE where there is none.
Result<Keys> LoadKeys(const std::filesystem::path& file);

}  // namespace octavo::names
