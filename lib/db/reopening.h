// ReopeningDatabase: a database that its service can do without for a while. One that cannot be opened, or that its disk fails,
// is opened again every few seconds; until then every call throws Unavailable, and nobody ends for it. A SQLite file that is
// damaged is set aside and an empty one begun in its place: so it is only for what the shop can lose.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "lib/base/mutex.h"
#include "lib/base/result.h"
#include "lib/db/database.h"

namespace octavo::db {

class ReopeningDatabase final : public Database {
 public:
  // Called on any thread, one at a time; quick.
  struct Listener {
    std::function<void(const std::string& why)> away = [](const std::string&) {};
    std::function<void(const std::string& file, const std::string& kept_as)> set_aside = [](const auto&, const auto&) {};
    std::function<void()> back = [] {};
  };

  // Tries to open it once before it returns. `prepare` migrates what was opened. All outlive the database; `options.on_fatal` is
  // not looked at.
  ReopeningDatabase(Options options, Random& random, std::function<Status(Database&)> prepare, Listener listener,
                    std::chrono::milliseconds retry = std::chrono::seconds(5));
  ~ReopeningDatabase() override;

  // Whether calls have somewhere to go at the moment.
  bool open() const;

  Dialect dialect() const override;
  Stats stats() const override;

 protected:
  using Body = std::function<bool(Transaction&)>;
  void RunRead(const Body& body) override;
  void RunWrite(const Body& body) override;
  void RunTogether(const Body& body) override;

 private:
  std::shared_ptr<Database> Inner() const;
  void KeepOpen();
  void TryOpen();
  std::unique_ptr<Database> OpenChecked();
  void SetAside();
  void Lost(const std::string& why);

  Options options_;
  Random& random_;
  const std::function<Status(Database&)> prepare_;
  const Listener listener_;
  const std::chrono::milliseconds retry_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::shared_ptr<Database> inner_ OCTAVO_GUARDED_BY(mutex_);  // Shared with the calls under way; null: away.
  std::shared_ptr<Database> lost_ OCTAVO_GUARDED_BY(mutex_);   // Broken; ended on another thread than its own.
  std::string why_ OCTAVO_GUARDED_BY(mutex_);                  // It is away.
  bool told_ OCTAVO_GUARDED_BY(mutex_) = false;                // The listener knows that it is away.
  bool stopping_ OCTAVO_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses the rest.
};

}  // namespace octavo::db
