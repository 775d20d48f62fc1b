#include "lib/db/reopening.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "lib/db/errors.h"

namespace octavo::db {
namespace {

// The file behind a URL of SQLite.
std::string FileOf(std::string_view url) {
  constexpr std::string_view kScheme = "sqlite:";
  return std::string(url.starts_with(kScheme) ? url.substr(kScheme.size()) : url);
}

bool IsPostgres(std::string_view url) { return url.starts_with("postgresql://") || url.starts_with("postgres://"); }

// What Read and Write take for "roll back".
Status Ended(bool commit) {
  if (commit) return Ok();
  return octavo::Error{Code::kAborted, "ROLLED_BACK", "rolled back"};
}

}  // namespace

ReopeningDatabase::ReopeningDatabase(Options options, Random& random, std::function<Status(Database&)> prepare, Listener listener,
                                     std::chrono::milliseconds retry)
    : options_(std::move(options)), random_(random), prepare_(std::move(prepare)), listener_(std::move(listener)), retry_(retry) {
  options_.on_fatal = [this](const std::string& line) { Lost(line); };
  TryOpen();
  thread_ = std::thread([this] { KeepOpen(); });
}

ReopeningDatabase::~ReopeningDatabase() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  std::shared_ptr<Database> last;
  {
    const MutexLock lock(mutex_);
    last = std::exchange(inner_, nullptr);
  }
  last.reset();  // While the rest is there: it may fail to its last moment, and says so.
}

bool ReopeningDatabase::open() const {
  const MutexLock lock(mutex_);
  return inner_ != nullptr;
}

Dialect ReopeningDatabase::dialect() const { return IsPostgres(options_.url) ? Dialect::kPostgres : Dialect::kSqlite; }

Stats ReopeningDatabase::stats() const {
  const MutexLock lock(mutex_);
  return inner_ != nullptr ? inner_->stats() : Stats{};
}

std::shared_ptr<Database> ReopeningDatabase::Inner() const {
  const MutexLock lock(mutex_);
  if (inner_ == nullptr) throw Unavailable(why_);
  return inner_;
}

void ReopeningDatabase::RunRead(const Body& body) {
  (void)Inner()->Read([&](Transaction& transaction) { return Ended(body(transaction)); });
}

void ReopeningDatabase::RunWrite(const Body& body) {
  (void)Inner()->Write([&](Transaction& transaction) { return Ended(body(transaction)); });
}

void ReopeningDatabase::RunTogether(const Body& body) {
  (void)Inner()->WriteTogether([&](Transaction& transaction) { return Ended(body(transaction)); });
}

void ReopeningDatabase::KeepOpen() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    std::shared_ptr<Database> lost = std::exchange(lost_, nullptr);
    if (lost != nullptr) {
      lock.unlock();  // It waits for its own thread, which may be in Lost.
      lost.reset();
      lock.lock();
    } else if (inner_ != nullptr) {
      changed_.wait(lock, [this]() OCTAVO_REQUIRES(mutex_) { return stopping_ || inner_ == nullptr; });
    } else if (!changed_.wait_for(lock, retry_, [this]() OCTAVO_REQUIRES(mutex_) { return stopping_; })) {
      lock.unlock();
      TryOpen();
      lock.lock();
    }
  }
}

void ReopeningDatabase::TryOpen() {
  try {
    std::unique_ptr<Database> opened;
    try {
      opened = OpenChecked();
    } catch (const Damaged&) {
      if (IsPostgres(options_.url)) throw;
      SetAside();
      opened = OpenChecked();
    }
    const MutexLock lock(mutex_);
    inner_ = std::move(opened);
    if (std::exchange(told_, false)) listener_.back();
  } catch (const std::exception& exception) {
    Lost(exception.what());
  }
}

std::unique_ptr<Database> ReopeningDatabase::OpenChecked() {
  std::unique_ptr<Database> opened = Open(options_, random_);
  if (const Status prepared = prepare_(*opened); !prepared.ok()) {
    throw Error(fmt::format("{}: {}", FileOf(options_.url), prepared.error().message));
  }
  return opened;
}

// Under the first name that is free: an earlier one may still be of use to somebody.
void ReopeningDatabase::SetAside() {
  const std::string file = FileOf(options_.url);
  std::string kept_as = file + ".damaged";
  for (int i = 2; std::filesystem::exists(kept_as); ++i) kept_as = fmt::format("{}.damaged-{}", file, i);
  std::filesystem::rename(file, kept_as);
  for (const char* companion : {"-wal", "-shm"}) {
    if (std::filesystem::exists(file + companion)) std::filesystem::rename(file + companion, kept_as + companion);
  }
  listener_.set_aside(file, kept_as);
}

// On the thread of the database that is lost, too: it may not end there, so the last call under way or KeepOpen ends it.
void ReopeningDatabase::Lost(const std::string& why) {
  const MutexLock lock(mutex_);
  why_ = why;
  if (inner_ != nullptr) lost_ = std::move(inner_);
  inner_ = nullptr;
  if (!std::exchange(told_, true)) listener_.away(why);
  changed_.notify_all();
}

}  // namespace octavo::db
