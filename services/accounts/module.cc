#include "services/accounts/module.h"

#include <sodium.h>

#include <system_error>

#include "lib/email/email.h"
#include "services/accounts/mail/folder_mailer.h"
#include "services/accounts/mail/smtp_mailer.h"
#include "services/accounts/migrations.h"

namespace octavo::accounts {

PasswordHasher::Options Configuration::hashing() const {
  return {
      .memory_bytes = hash_memory_bytes, .passes = hash_passes, .at_once_max = hash_at_once_max, .waiting_max = hash_waiting_max};
}

void AddOptions(Configuration& configuration, runtime::Options::Group options) {
  configuration.service.AddTo(options, "accounts");
  options.Add("hash_memory_bytes", &configuration.hash_memory_bytes, "Memory that hashing one password takes (argon2id).");
  options.Add("hash_passes", &configuration.hash_passes, "How often hashing a password goes over its memory.");
  options.Add("hash_at_once_max", &configuration.hash_at_once_max, "Passwords that are hashed at once.");
  options.Add("hash_waiting_max", &configuration.hash_waiting_max, "Passwords that may wait to be hashed; more are refused.");
  options.Add("keys_file", &configuration.keys_file,
              "The keys that seal what authenticator apps share with the shop; every replica of accounts needs the same. Empty: "
              "accounts/two_step.keys in the data directory.");
  options.Add("session_idle", &configuration.session_idle, "A session ends when it was not used for so long.");
  options.Add("session_max", &configuration.session_max, "A session ends so long after it began.");
  options.Add("smtp_address", &configuration.smtp_address,
              "host:port of a mail relay. Empty: messages are files in accounts/mail/ in the data directory.");
  options.Add("smtp_starttls", &configuration.smtp_starttls,
              "Speak to the mail server over TLS only (STARTTLS), once its certificate has proven its name.");
  options.Add("smtp_authority", &configuration.smtp_authority,
              "The certificate of the authority of the mail server, a PEM file. Empty: those that this machine trusts.");
  options.Add("smtp_user", &configuration.smtp_user, "Sign in to the mail server as this user; needs smtp_starttls.");
  options.Add("smtp_password", &configuration.smtp_password, "The user's password; better in the environment.");
  options.Add("mail_from", &configuration.mail_from, "The address that messages come from.");
}

namespace {

constexpr std::chrono::minutes kSweepInterval{10};
// Of each kind in one transaction: 500 rows are some 10 ms, during which SQLite's other writers wait.
constexpr int kSweptTogether = 500;

}  // namespace

Result<std::unique_ptr<db::Database>> OpenDatabase(const Configuration& configuration, const std::filesystem::path& data_dir,
                                                   Random& random) {
  return runtime::OpenDatabase(data_dir, "accounts", configuration.service.database_url, Migrations(), random);
}

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration, const Policy& policy,
                         std::unique_ptr<db::Database> opened, std::unique_ptr<PasswordHasher> made,
                         std::unique_ptr<Mailer> chosen, names::Keys keys)
    : environment(environment),
      database(std::move(opened)),
      hasher(std::move(made)),
      mailer(std::move(chosen)),
      mail_queue(*mailer, environment.log, environment.metrics, {}),
      peers(environment.telemetry()),
      security(environment.log, environment.page_tokens),
      cipher(std::move(keys), environment.random),
      accounts({store, *hasher, mail_queue, peers, tasks_added, security, environment.page_tokens, cipher, environment.clock,
                environment.random},
               policy),
      password_calls(configuration.hash_at_once_max + configuration.hash_waiting_max),
      identities(environment.tokens, environment.clock),
      pipeline(environment.telemetry(), configuration.service.pool()),
      service(accounts, environment.page_tokens, password_calls, identities, pipeline) {}

void Module::Serving::Sweep(ExpiryRules expiry_rules, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (store.Sweep(expiry_rules, environment.clock.Now(), kSweptTogether) < kSweptTogether) return;
  }
}

Status Module::CheckConfiguration() const {
  if (configuration_.service.threads <= configuration_.hash_at_once_max + configuration_.hash_waiting_max) {
    return InvalidField("--accounts.threads",
                        "must be above hash_at_once_max + hash_waiting_max, or nobody is left to verify "
                        "sessions while passwords are hashed");
  }
  if (configuration_.session_idle.count() < 1 || configuration_.session_max.count() < 1) {
    return InvalidField("--accounts.session_idle and session_max", "must be above 0");
  }
  const bool signs_in = !configuration_.smtp_user.empty() || !configuration_.smtp_password.empty();
  if (signs_in && (configuration_.smtp_user.empty() || configuration_.smtp_password.empty())) {
    return InvalidField("--accounts.smtp_user and smtp_password", "are needed together");
  }
  if (signs_in && !configuration_.smtp_starttls) {
    return InvalidField("--accounts.smtp_starttls",
                        "is needed with --accounts.smtp_user, or the password would travel in the open");
  }
  const bool is_default = configuration_.mail_from == Configuration().mail_from;
  if (!configuration_.smtp_address.empty() && is_default) {
    return InvalidField("--accounts.mail_from", "is needed with --accounts.smtp_address");
  }
  return Ok();
}

Policy Module::MakePolicy() const {
  return {.sessions = {.idle_max = configuration_.session_idle, .age_max = configuration_.session_max}};
}

Result<std::unique_ptr<Mailer>> Module::ChooseMailer(const runtime::Environment& environment) const {
  const std::string from = TRY(ParseEmail("--accounts.mail_from", configuration_.mail_from));
  if (configuration_.smtp_address.empty()) {
    return std::unique_ptr<Mailer>(
        std::make_unique<FolderMailer>(environment.data_dir / name() / "mail", from, environment.clock, environment.random));
  }
  SmtpMailer::Options options = TRY(ParseSmtpAddress(configuration_.smtp_address));
  options.from = from;
  options.starttls = configuration_.smtp_starttls;
  options.authority = configuration_.smtp_authority;
  options.user = configuration_.smtp_user;
  options.password = configuration_.smtp_password;
  return std::unique_ptr<Mailer>(std::make_unique<SmtpMailer>(options, environment.clock, environment.random));
}

// The keys stand beside the database, not in it: a stolen backup of the database alone makes no codes.
Result<names::Keys> Module::OpenKeys(const runtime::Environment& environment) const {
  if (!configuration_.keys_file.empty()) return names::LoadOrMakeKeys(configuration_.keys_file, environment.random);
  const std::filesystem::path folder = environment.data_dir / name();
  std::error_code ignored;  // If this fails, LoadOrMakeKeys reports it.
  std::filesystem::create_directories(folder, ignored);
  return names::LoadOrMakeKeys(folder / "two_step.keys", environment.random);
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(CheckConfiguration());
  if (sodium_init() < 0) {
    return Error{Code::kInternal, "NO_SODIUM", "libsodium does not start on this machine"};
  }
  const Policy policy = MakePolicy();
  std::unique_ptr<Mailer> mailer = TRY(ChooseMailer(environment));
  std::unique_ptr<PasswordHasher> hasher = TRY(PasswordHasher::Make(configuration_.hashing()));
  std::unique_ptr<db::Database> database =
      TRY(runtime::OpenDatabase(environment, name(), configuration_.service.database_url, Migrations()));
  serving_ = std::make_unique<Serving>(environment, configuration_, policy, std::move(database), std::move(hasher),
                                       std::move(mailer), TRY(OpenKeys(environment)));
  return Ok();
}

Status Module::Start(const runtime::Peers& peers) {
  const runtime::Environment& environment = serving_->environment;
  serving_->peers.Connect(peers.To("transactions"), peers.To("cart"), peers.To("recommendations"));
  serving_->peer_task_worker.emplace(serving_->store, serving_->peers, serving_->tasks_added, environment.clock, environment.log,
                                     environment.metrics, PeerTaskWorker::Options{});
  serving_->sweep.emplace(
      background::Repeater::Options{.name = "accounts_sweep", .interval = kSweepInterval}, environment.log, environment.metrics,
      [this, expiry_rules = MakePolicy().expiry_rules()](const std::stop_token& stop) { serving_->Sweep(expiry_rules, stop); });
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->mail_queue.Stop();
  serving_->peer_task_worker.reset();
  serving_->sweep.reset();
}

}  // namespace octavo::accounts
