// FaultyVfs: the system's files for SQLite, with faults on demand. Name it in db::Options::sqlite_vfs.
//
//     FaultyVfs vfs;
//     vfs.FailSyncs(SQLITE_IOERR_FSYNC);   // From now on.
//
// Thread-safe; outlives the databases that use it.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace octavo {

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  const std::string& name() const { return name_; }

  // Every write (sync, read) to every file fails with `code` and does nothing; SQLITE_OK ends the fault.
  void FailWrites(int code) { write_code_ = code; }
  void FailSyncs(int code) { sync_code_ = code; }
  void FailReads(int code) { read_code_ = code; }

  // Every write that would make a file longer than this fails with SQLITE_FULL, as on a small disk.
  void LimitFiles(std::int64_t bytes) { bytes_max_ = bytes; }

  // Every sync takes this many microseconds longer, as on a slower disk.
  void SlowSyncs(int by_us) { sync_delay_us_ = by_us; }

  int write_code() const { return write_code_; }
  int sync_code() const { return sync_code_; }
  int read_code() const { return read_code_; }
  std::int64_t bytes_max() const { return bytes_max_; }
  int sync_delay_us() const { return sync_delay_us_; }

 private:
  std::string name_;
  sqlite3_vfs vfs_;
  std::atomic<int> write_code_ = SQLITE_OK;
  std::atomic<int> sync_code_ = SQLITE_OK;
  std::atomic<int> read_code_ = SQLITE_OK;
  std::atomic<std::int64_t> bytes_max_ = INT64_MAX;
  std::atomic<int> sync_delay_us_ = 0;
};

}  // namespace octavo
