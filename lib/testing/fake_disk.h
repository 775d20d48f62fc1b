// FakeDisk: files in memory for SQLite, on a disk that fails, fills up and loses its power when told to. Name it in
// db::Options::sqlite_vfs.
//
//     FakeDisk disk;
//     disk.Break(FakeDisk::Fault::kPowerCut, 17);   // In the middle of the 17th change from now.
//     … use databases until disk.halted(), close them all …
//     disk.RestartAfterPowerLoss(random);           // What the platters kept.
//
// Written data is visible at once, but is kept for good only once its file is synced. When the power fails, each write since then
// has reached the disk or not, in any order, sector by sector, and perhaps torn within a sector; names of files made or deleted
// since the last sync of the folder may be gone or back. Bytes beside those written never change (https://sqlite.org/psow.html).
// Syncs of the folder that SQLite's "unix" VFS makes, this one makes too.
//
// Only for the process that made it: locks and shared memory are in memory as well. Thread-safe; must outlive the databases that
// use it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/random.h"

namespace octavo {

class FakeDisk {
 public:
  enum class Fault {
    kPowerCut,     // A change (write, sync, truncation, deletion, new file): halts the disk in the middle of it.
    kKill,         // The same calls: halts it before the call does anything, as when the process is killed.
    kIoError,      // Any call: EIO, once.
    kNoSpace,      // A write or new file: ENOSPC, from then on.
    kShortWrite,   // A write: half of it, then ENOSPC, once.
    kSyncError,    // A sync: EIO; its data is not kept.
    kSyncIgnored,  // A sync: reports success and keeps nothing. To prove that syncing matters.
  };
  // Names and contents of all files.
  using Image = std::map<std::string, std::string>;

  FakeDisk();
  ~FakeDisk();
  FakeDisk(const FakeDisk&) = delete;
  FakeDisk& operator=(const FakeDisk&) = delete;

  const std::string& name() const { return name_; }

  // `fault` happens at the `at`-th call, from now, of those that it can hit (from 1). There is one fault at a time.
  void Break(Fault fault, std::int64_t at);
  void Heal();
  // Since Break: how many calls the fault could have hit, and whether it did.
  std::int64_t calls() const;
  bool broke() const;
  // Where it first did: "write orders.db-wal". Empty: nowhere yet.
  std::string broke_at() const;

  // From now on every call fails and changes nothing: the process has ended, or the power has failed.
  void Halt();
  bool halted() const;

  // After both, the machine runs on, no file is open, and there is no fault.
  void Restart();  // The process only: all that was written is there, synced or not.
  void RestartAfterPowerLoss(Random& random);

  // Everything that was written, as a disk that has been synced; no file is open.
  Image Save() const;
  void Load(const Image& image);

  // Makes SQLite behave as with synchronous=NORMAL, whatever a connection is told: only checkpoints are synced, not commits.
  void ForceNormalSynchronous() { normal_synchronous_ = true; }

 private:
  struct File;
  struct Handle;
  struct Methods;
  enum class Call { kOpen, kCreate, kRead, kSize, kWrite, kSync, kTruncate, kDelete, kMapShared };

  bool CanHit(Call call) const;
  int Begin(Call call, const std::string& file);
  void SyncNames();
  void Settle();

  std::string name_;
  sqlite3_vfs vfs_;
  bool normal_synchronous_ = false;

  mutable std::mutex mutex_;  // Guards all below, and what is in the files.
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::shared_ptr<File>> kept_;                        // As of the last sync of the folder.
  std::vector<std::pair<std::string, std::shared_ptr<File>>> name_changes_;  // Since then; null: deleted.
  int open_ = 0;
  bool halted_ = false;
  bool armed_ = false;
  bool broke_ = false;
  std::string broke_at_;
  Fault fault_ = Fault::kIoError;
  std::int64_t at_ = 0;
  std::int64_t calls_ = 0;
};

}  // namespace octavo
