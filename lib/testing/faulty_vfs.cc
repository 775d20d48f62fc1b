#include "lib/testing/faulty_vfs.h"

#include <string>

#include "lib/base/check.h"

// SQLite's interface (https://sqlite.org/vfs.html): a file is a struct that begins with sqlite3_file, in
// memory that SQLite has set aside by the VFS's szOsFile. Ours is followed by the real one.
namespace octavo {
namespace {

struct FaultyFile {
  sqlite3_file base;
  FaultyVfs* owner;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods* methods() { return real()->pMethods; }
};

FaultyFile* Ours(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file); }
sqlite3_vfs* RealVfs() { return sqlite3_vfs_find("unix"); }

int Close(sqlite3_file* file) { return Ours(file)->methods()->xClose(Ours(file)->real()); }

int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  if (const int code = Ours(file)->owner->read_code(); code != SQLITE_OK) return code;
  return Ours(file)->methods()->xRead(Ours(file)->real(), out, size, offset);
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (const int code = Ours(file)->owner->write_code(); code != SQLITE_OK) return code;
  if (offset + size > Ours(file)->owner->bytes_max()) return SQLITE_FULL;
  return Ours(file)->methods()->xWrite(Ours(file)->real(), data, size, offset);
}

int Sync(sqlite3_file* file, int flags) {
  if (const int code = Ours(file)->owner->sync_code(); code != SQLITE_OK) return code;
  const int code = Ours(file)->methods()->xSync(Ours(file)->real(), flags);
  if (const int delay_us = Ours(file)->owner->sync_delay_us(); delay_us > 0) RealVfs()->xSleep(RealVfs(), delay_us);
  return code;
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) { return Ours(file)->methods()->xTruncate(Ours(file)->real(), size); }
int FileSize(sqlite3_file* file, sqlite3_int64* size) { return Ours(file)->methods()->xFileSize(Ours(file)->real(), size); }
int Lock(sqlite3_file* file, int level) { return Ours(file)->methods()->xLock(Ours(file)->real(), level); }
int Unlock(sqlite3_file* file, int level) { return Ours(file)->methods()->xUnlock(Ours(file)->real(), level); }
int CheckReservedLock(sqlite3_file* file, int* reserved) {
  return Ours(file)->methods()->xCheckReservedLock(Ours(file)->real(), reserved);
}
int FileControl(sqlite3_file* file, int what, void* argument) {
  return Ours(file)->methods()->xFileControl(Ours(file)->real(), what, argument);
}
int SectorSize(sqlite3_file* file) { return Ours(file)->methods()->xSectorSize(Ours(file)->real()); }
int Characteristics(sqlite3_file* file) { return Ours(file)->methods()->xDeviceCharacteristics(Ours(file)->real()); }
int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return Ours(file)->methods()->xShmMap(Ours(file)->real(), page, size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return Ours(file)->methods()->xShmLock(Ours(file)->real(), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { Ours(file)->methods()->xShmBarrier(Ours(file)->real()); }
int ShmUnmap(sqlite3_file* file, int remove) { return Ours(file)->methods()->xShmUnmap(Ours(file)->real(), remove); }

// Version 2: without memory-mapped reading, which would go around Read.
constexpr sqlite3_io_methods kMethods = {
    2,          Close,           Read,   Write,   Truncate,   Sync,     FileSize, Lock,   Unlock, CheckReservedLock, FileControl,
    SectorSize, Characteristics, ShmMap, ShmLock, ShmBarrier, ShmUnmap, nullptr,  nullptr};

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  FaultyFile* const ours = Ours(file);
  ours->base.pMethods = nullptr;
  ours->owner = static_cast<FaultyVfs*>(vfs->pAppData);
  const int code = RealVfs()->xOpen(RealVfs(), name, ours->real(), flags, flags_out);
  if (ours->methods() != nullptr) ours->base.pMethods = &kMethods;
  return code;
}

std::string NewName() {
  static std::atomic<int> made = 0;
  return "octavo-faulty-" + std::to_string(++made);
}

}  // namespace

FaultyVfs::FaultyVfs() : name_(NewName()), vfs_(*RealVfs()) {
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + RealVfs()->szOsFile;
  vfs_.xOpen = Open;
  CHECK(sqlite3_vfs_register(&vfs_, /*makeDflt=*/0) == SQLITE_OK);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace octavo
