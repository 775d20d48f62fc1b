// The accounts module: the store, the hashing of passwords, the messages, and the service in front of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/background/repeater.h"
#include "lib/base/secret.h"
#include "lib/db/database.h"
#include "lib/names/keys.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"
#include "services/accounts/accounts.h"
#include "services/accounts/concurrency_limit.h"
#include "services/accounts/mail/mail_queue.h"
#include "services/accounts/mail/mailer.h"
#include "services/accounts/password_hasher.h"
#include "services/accounts/peer_tasks.h"
#include "services/accounts/peers_client.h"
#include "services/accounts/secret_cipher.h"
#include "services/accounts/service.h"
#include "services/accounts/sql_store.h"

namespace octavo::accounts {

struct Configuration {
  // More threads than can wait for a password to be hashed, so that sessions are verified meanwhile.
  runtime::ServiceOptions service{.threads = 32, .queue_max = 1024};
  // See PasswordHasher::Options.
  std::int64_t hash_memory_bytes = 64 << 20;
  std::int64_t hash_passes = 2;
  std::int64_t hash_at_once_max = 2;
  std::int64_t hash_waiting_max = 16;
  // The keys that seal what authenticator apps share with the shop; empty: two_step.keys below accounts/ in the data directory.
  std::string keys_file;
  std::chrono::milliseconds session_idle = std::chrono::hours(24 * 14);
  std::chrono::milliseconds session_max = std::chrono::hours(24 * 90);
  // host:port of a mail server; empty: messages are files in accounts/mail/ below the data directory.
  std::string smtp_address;
  bool smtp_starttls = false;
  std::string smtp_authority;
  std::string smtp_user;
  Secret smtp_password;
  std::string mail_from = "no-reply@octavo.invalid";

  PasswordHasher::Options hashing() const;
};

void AddOptions(Configuration& configuration, runtime::Options::Group options);

// Opens and migrates the database. Errors: UNAVAILABLE (CANNOT_OPEN_DATABASE), and db::Migrate's.
Result<std::unique_ptr<db::Database>> OpenDatabase(const Configuration& configuration, const std::filesystem::path& data_dir,
                                                   Random& random);

class Module final : public runtime::Module {
 public:
  explicit Module(Configuration configuration = {}) : configuration_(std::move(configuration)) {}

  std::string name() const override { return "accounts"; }
  std::vector<std::string> peers() const override { return {"cart", "recommendations", "transactions"}; }
  void Configure(runtime::Options::Group options) override { AddOptions(configuration_, options); }
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override { return {&serving_->service}; }
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override { serving_.reset(); }

 private:
  struct Serving {
    Serving(const runtime::Environment& environment, const Configuration& configuration, const Policy& policy,
            std::unique_ptr<db::Database> opened, std::unique_ptr<PasswordHasher> made, std::unique_ptr<Mailer> chosen,
            names::Keys keys);

    const runtime::Environment& environment;
    const std::unique_ptr<db::Database> database;
    SqlStore store{*database};
    const std::unique_ptr<PasswordHasher> hasher;
    const std::unique_ptr<Mailer> mailer;
    MailQueue mail_queue;
    GrpcPeerServices peers;
    ChangeSignal tasks_added;  // There may be a new one.
    const names::SecurityLog security;
    const SecretCipher cipher;
    Accounts accounts;
    ConcurrencyLimit password_calls;
    const IdentityIssuer identities;
    rpc::Pipeline pipeline;
    AccountsService service;
    std::optional<background::Repeater> sweep;  // Between Start and Close, as the next.
    std::optional<PeerTaskWorker> peer_task_worker;

    // Removes what has run out: sessions, links, counts of attempts. Nothing depends on it but the size of the tables, and
    // that nothing is kept about people for longer than it is needed.
    void Sweep(ExpiryRules expiry_rules, const std::stop_token& stop);
  };

  Status CheckConfiguration() const;
  Policy MakePolicy() const;
  Result<names::Keys> OpenKeys(const runtime::Environment& environment) const;
  Result<std::unique_ptr<Mailer>> ChooseMailer(const runtime::Environment& environment) const;

  Configuration configuration_;
  std::unique_ptr<Serving> serving_;  // From Open to Stop.
};

}  // namespace octavo::accounts
