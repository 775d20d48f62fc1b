// FakeDisk: files in memory for SQLite, on a disk that fails, fills up and loses its power when told to. Name it in
// db::Options::sqlite_vfs.
//
//     FakeDisk disk;
//     disk.Break(FakeDisk::Fault::kPowerCut, 17);   // In the middle of the 17th change from now.
//     … use databases until disk.halted(), close them all …
//     disk.RestartAfterPowerLoss(random);           // What the platters kept.
//
// Whatever is written is seen at once, but is kept for good only once its file is synced. When the power goes, each write
// since then has reached the disk or not, in any order, sector by sector, and perhaps torn within a sector; names of files
// made or deleted since the last sync of the folder may be gone or back. Bytes beside those written never change
// (https://sqlite.org/psow.html). What SQLite's "unix" VFS syncs of the folder, this one does too.
//
// Only for the one process that made it: locks and shared memory are in memory as well. Thread-safe; outlives the
// databases that use it.
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
    kSyncError,    // A sync: EIO; what it should have kept is not.
    kSyncIgnored,  // A sync: says that it worked, and keeps nothing. For proving that it matters.
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

  // From now on every call fails and changes nothing: the process has ended, or the power is gone.
  void Halt();
  bool halted() const;

  // Both: the machine goes on, no file is open, nothing is broken.
  void Restart();  // The process only: all that was written is there, synced or not.
  void RestartAfterPowerLoss(Random& random);

  // Everything that was written, as a disk that has been synced; no file is open.
  Image Save() const;
  void Load(const Image& image);

  // SQLite's synchronous=NORMAL, whatever a connection says and is told: commits are not synced, only checkpoints.
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
