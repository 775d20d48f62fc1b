// octavo owner create: the first owner of a shop, made from the command line by whoever may write to its
// store. No message is sent: who holds the store needs no proof. With SQLite the shop must not run meanwhile.
// octavo accounts two-step-off: the same for a customer who has lost what they make codes with.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::accounts {

// `arguments` are those behind "owner create": --email, --full_name, --data-dir, --accounts.database_url and
// the other options of the accounts module; the environment counts as for the shop. An address that has an
// account becomes an owner, with the password given now. The password is read from the terminal, without
// showing it, or else the first line of standard input; never from the arguments, which every user of the
// machine can read. Exit codes: 0 done, 1 could not be done (one clear line on standard error), 2 the command
// line is wrong.
int CreateOwner(const std::vector<std::string>& arguments);

// The same with its surroundings given: an environment that ends with a null pointer, where the password
// comes from, and where its lines go.
struct Surroundings {
  const char* const* environment;
  std::function<Result<Secret>()> read_password;
  std::ostream& out;
  std::ostream& errors;
};
int CreateOwner(const std::vector<std::string>& arguments, const Surroundings& surroundings);

// Turns two steps off for the customer with --email; the other options and the exit codes are those of CreateOwner.
int TurnOffTwoStep(const std::vector<std::string>& arguments);
int TurnOffTwoStep(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace octavo::accounts
