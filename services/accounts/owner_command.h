// octavo owner create: makes the first owner of a shop, from the command line, by whoever may write to its store. No message is
// sent: access to the store is proof enough. With SQLite the shop must not run meanwhile. octavo accounts two-step-off: turns two
// steps off for a customer who has lost both the app and the recovery codes.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::accounts {

// `arguments` are those after "owner create": --email, --full_name, --data-dir, --accounts.database_url and the
// other options of the accounts module; environment variables count as they do for the shop. An address that has
// an account becomes an owner, with the password given now. The password is read from the terminal without
// showing it, or else from the first line of standard input; never from the arguments, which every user of the
// machine can read. Exit codes: 0 done, 1 failed (one line on standard error says why), 2 the command line is
// wrong.
int CreateOwner(const std::vector<std::string>& arguments);

// The same for tests: they pass the environment variables (ended by a null pointer), the source of the password, and where output
// goes.
struct CommandIo {
  const char* const* environment;
  std::function<Result<Secret>()> read_password;
  std::ostream& out;
  std::ostream& errors;
};
int CreateOwner(const std::vector<std::string>& arguments, const CommandIo& io);

// Turns two steps off for the customer with --email; the other options and the exit codes are those of CreateOwner.
int TurnOffTwoStep(const std::vector<std::string>& arguments);
int TurnOffTwoStep(const std::vector<std::string>& arguments, const CommandIo& io);

}  // namespace octavo::accounts
