#include "services/accounts/owner_command.h"

#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/uuid.h"
#include "lib/email/email.h"
#include "lib/runtime/options.h"
#include "services/accounts/domain/password.h"
#include "services/accounts/module.h"

namespace octavo::accounts {
namespace {

struct Request {
  std::string email;
  std::string full_name;
  std::string data_dir = "data";
  Configuration configuration;
};

// Switches off the terminal's echo while a password is typed.
class Hidden {
 public:
  Hidden() {
    tcgetattr(STDIN_FILENO, &before_);
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~Hidden() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  termios before_{};
};

Secret ReadLine() {
  std::string line;
  std::getline(std::cin, line);
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

Result<Secret> ReadPassword() {
  if (isatty(STDIN_FILENO) == 0) return ReadLine();
  const Hidden hidden;
  std::cerr << "Password: " << std::flush;
  Secret password = ReadLine();
  std::cerr << "\nOnce more: " << std::flush;
  const Secret again = ReadLine();
  std::cerr << "\n";
  if (password.Reveal() != again.Reveal()) {
    return Error{Code::kInvalidArgument, "DIFFERENT", "the two passwords differ"};
  }
  return password;
}

// The environment may hold options of the shop's other modules; this command ignores them.
std::vector<const char*> OwnEnvironment(const char* const* environment) {
  std::vector<const char*> own;
  for (const char* const* entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("OCTAVO_ACCOUNTS_") || text.starts_with("OCTAVO_DATA_DIR=")) own.push_back(*entry);
  }
  own.push_back(nullptr);
  return own;
}

Result<Customer> Create(const Request& request, const CommandIo& io) {
  const std::string email = TRY(ParseEmail("--email", request.email));
  const std::string full_name = TRY(ParseFullName("--full_name", request.full_name));
  if (sodium_init() < 0) {
    return Error{Code::kInternal, "NO_SODIUM", "libsodium does not start on this machine"};
  }
  SystemClock clock;
  SystemRandom random;
  // Opens the database before asking for the password: nobody should type one for a store that cannot be opened.
  const auto database = TRY(OpenDatabase(request.configuration, request.data_dir, random));
  const Secret password = TRY(io.read_password());
  TRY(CheckPassword("password", password, email));
  const auto hasher = TRY(PasswordHasher::Make(request.configuration.hashing()));
  const PasswordHash password_hash = TRY(hasher->Hash(password));
  return SqlStore(*database).PutOwner({.id = CustomerId(NewUuid(clock, random)),
                                       .email = email,
                                       .full_name = full_name,
                                       .role = Role::kOwner,
                                       .created = clock.Now()},
                                      password_hash);
}

Result<std::string> CreateLine(const Request& request, const CommandIo& io) {
  const Customer owner = TRY(Create(request, io));
  return "customers/" + owner.id.value() + " (" + owner.email + ") is an owner of the shop";
}

Result<std::string> TurnOff(const Request& request) {
  const std::string email = TRY(ParseEmail("--email", request.email));
  SystemRandom random;
  const auto database = TRY(OpenDatabase(request.configuration, request.data_dir, random));
  SqlStore store(*database);
  const std::optional<Credentials> found = store.FindByEmail(email);
  if (!found) return Error{Code::kNotFound, "UNKNOWN_CUSTOMER", "no customer has the address " + email};
  if (!store.TurnOffTwoStep(found->customer.id)) return email + " signs in with the password alone, as before";
  return email +
         " signs in with the password alone from now on; staff have no staff rights until they turn two "
         "steps on again";
}

struct Command {
  std::string_view name;
  std::string_view about;
  runtime::Options& options;
  std::function<Result<std::string>()> run;  // Gives the line to say.
};

int Run(const Command& command, const Request& request, const std::vector<std::string>& arguments, const CommandIo& io) {
  const std::vector<const char*> environment = OwnEnvironment(io.environment);
  const auto outcome = command.options.Parse(arguments, environment.data());
  if (outcome.ok() && *outcome == runtime::Options::Outcome::kHelp) {
    io.out << command.options.Help(std::string(command.name), std::string(command.about));
    return 0;
  }
  if (!outcome.ok() || request.email.empty()) {
    io.errors << command.name << ": " << (outcome.ok() ? "--email is needed" : outcome.error().message) << "\n";
    return 2;
  }
  try {
    const Result<std::string> line = command.run();
    if (line.ok()) {
      io.out << *line << "\n";
      return 0;
    }
    io.errors << command.name << ": " << line.error().message << "\n";
  } catch (const std::exception& exception) {
    io.errors << command.name << ": " << exception.what() << "\n";
  }
  return 1;
}

}  // namespace

int CreateOwner(const std::vector<std::string>& arguments, const CommandIo& io) {
  Request request;
  runtime::Options options;
  auto own = options.Prefixed("");
  own.Add("email", &request.email, "The owner's e-mail address.");
  own.Add("full_name", &request.full_name, "The owner's name.");
  own.Add("data-dir", &request.data_dir, "The shop's folder for everything that is kept.");
  AddOptions(request.configuration, options.Prefixed("accounts"));
  return Run({.name = "octavo owner create",
              .about = "Makes an owner of the shop; the password is read from the terminal or standard input.",
              .options = options,
              .run = [&] { return CreateLine(request, io); }},
             request, arguments, io);
}

int CreateOwner(const std::vector<std::string>& arguments) {
  return CreateOwner(arguments, {environ, ReadPassword, std::cout, std::cerr});
}

int TurnOffTwoStep(const std::vector<std::string>& arguments, const CommandIo& io) {
  Request request;
  runtime::Options options;
  auto own = options.Prefixed("");
  own.Add("email", &request.email, "The customer's e-mail address.");
  own.Add("data-dir", &request.data_dir, "The shop's folder for everything that is kept.");
  AddOptions(request.configuration, options.Prefixed("accounts"));
  return Run({.name = "octavo accounts two-step-off",
              .about = "Lets a customer who has lost both their app and their recovery codes sign in with "
                       "the password alone. Be sure "
                       "that it is them who ask.",
              .options = options,
              .run = [&] { return TurnOff(request); }},
             request, arguments, io);
}

int TurnOffTwoStep(const std::vector<std::string>& arguments) {
  return TurnOffTwoStep(arguments, {environ, ReadPassword, std::cout, std::cerr});
}

}  // namespace octavo::accounts
