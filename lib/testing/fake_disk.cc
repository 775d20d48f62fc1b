#include "lib/testing/fake_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <string_view>
#include <utility>

#include "lib/base/check.h"

// SQLite's interface is told at https://sqlite.org/vfs.html and https://sqlite.org/c3ref/io_methods.html: a file is a
// struct that begins with sqlite3_file, in memory that SQLite has set aside by the VFS's szOsFile.
namespace octavo {
namespace {

constexpr std::int64_t kSectorBytes = 512;
// By Call.
constexpr const char* kCallNames[] = {"open", "create", "read", "size", "write", "sync", "truncate", "delete", "map"};

struct Write {
  std::int64_t offset = 0;
  std::string bytes;
  bool truncates = false;  // To `offset`.
};

void Apply(std::string& content, std::int64_t offset, std::string_view bytes) {
  const auto begin = static_cast<std::size_t>(offset);
  if (content.size() < begin + bytes.size()) content.resize(begin + bytes.size());
  content.replace(begin, bytes.size(), bytes);
}

void Apply(std::string& content, const Write& write) {
  if (write.truncates) {
    content.resize(static_cast<std::size_t>(write.offset));
  } else {
    Apply(content, write.offset, write.bytes);
  }
}

// What happened to writes that were under way when the power failed: the chance that a sector is kept.
class Luck {
 public:
  explicit Luck(Random& random) : random_(random), kept_in_16_(random.Below(17)) {}

  bool Keeps() { return random_.Below(16) < kept_in_16_; }

  void Scatter(std::string& content, const Write& write) {
    if (write.truncates) {
      if (Keeps()) Apply(content, write);
      return;
    }
    const std::string_view bytes = write.bytes;
    const auto end = static_cast<std::int64_t>(bytes.size());
    for (std::int64_t at = 0; at < end;) {
      const std::int64_t sector_end = (write.offset + at) / kSectorBytes * kSectorBytes + kSectorBytes - write.offset;
      std::int64_t count = std::min(sector_end, end) - at;
      const std::int64_t next = at + count;
      const bool torn = random_.Below(16) == 0;
      if (torn) count = static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(count)));
      if ((torn || Keeps()) && count > 0) {
        Apply(content, write.offset + at, bytes.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(count)));
      }
      at = next;
    }
  }

 private:
  Random& random_;
  const std::uint64_t kept_in_16_;
};

sqlite3_vfs* RealVfs() { return sqlite3_vfs_find("unix"); }

}  // namespace

struct FakeDisk::File {
  std::string content;        // As everybody sees it.
  std::string kept;           // As of the last sync …
  std::vector<Write> writes;  // … and what came after it.

  int shared = 0;  // Locks: how many handles hold one at least, and which holds more.
  const Handle* reserved = nullptr;
  const Handle* exclusive = nullptr;

  std::vector<std::unique_ptr<std::string>> shared_memory;
  int mapped = 0;
  std::array<int, SQLITE_SHM_NLOCK> shm_shared = {};
  std::array<const Handle*, SQLITE_SHM_NLOCK> shm_exclusive = {};

  void Change(Write write) {
    Apply(content, write);
    writes.push_back(std::move(write));
  }
  void Sync() {
    for (const Write& write : writes) Apply(kept, write);
    writes.clear();
  }
};

struct FakeDisk::Handle {
  struct State {
    std::shared_ptr<File> file;
    std::string name;
    bool syncs_names = false;  // With its first sync: a new journal or log.
    bool goes_when_closed = false;
    int lock = SQLITE_LOCK_NONE;
    bool mapped = false;
    std::array<bool, SQLITE_SHM_NLOCK> shm_shared = {};
  };

  sqlite3_file base;
  FakeDisk* disk;
  State* state;  // Owned; SQLite's memory has no constructor.
};

struct FakeDisk::Methods {
  static Handle* Of(sqlite3_file* file) { return reinterpret_cast<Handle*>(file); }

  static int Close(sqlite3_file* file) {
    Handle* const handle = Of(file);
    (void)ShmUnmap(file, 0);
    (void)Unlock(file, SQLITE_LOCK_NONE);
    const std::lock_guard lock(handle->disk->mutex_);
    --handle->disk->open_;
    if (handle->state->goes_when_closed) handle->disk->files_.erase(handle->state->name);
    delete handle->state;
    return SQLITE_OK;
  }

  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    if (handle->disk->Begin(Call::kRead, handle->state->name) != SQLITE_OK) return SQLITE_IOERR_READ;
    const std::string& content = handle->state->file->content;
    const auto begin = std::min(static_cast<std::size_t>(offset), content.size());
    const std::size_t count = std::min(static_cast<std::size_t>(size), content.size() - begin);
    std::memcpy(out, content.data() + begin, count);
    if (count == static_cast<std::size_t>(size)) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + count, 0, static_cast<std::size_t>(size) - count);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    const int code = handle->disk->Begin(Call::kWrite, handle->state->name);
    if (code == SQLITE_ABORT) return SQLITE_IOERR_WRITE;
    // A call that the power cut short may have come through, like those before it.
    const bool half = code != SQLITE_OK && handle->disk->fault_ == Fault::kShortWrite;
    const bool cut = code == SQLITE_INTERRUPT;
    if (code != SQLITE_OK && !half && !cut) return code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    const auto bytes = static_cast<std::size_t>(half ? size / 2 : size);
    handle->state->file->Change({.offset = offset, .bytes = std::string(static_cast<const char*>(data), bytes)});
    if (half) return SQLITE_FULL;
    return cut ? SQLITE_IOERR_WRITE : SQLITE_OK;
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    const int code = handle->disk->Begin(Call::kTruncate, handle->state->name);
    if (code == SQLITE_OK || code == SQLITE_INTERRUPT) {
      handle->state->file->Change({.offset = size, .bytes = {}, .truncates = true});
    }
    return code == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }

  static int Sync(sqlite3_file* file, int) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    const int code = handle->disk->Begin(Call::kSync, handle->state->name);
    if (code == SQLITE_DONE) return SQLITE_OK;  // Ignored.
    if (code != SQLITE_OK) return SQLITE_IOERR_FSYNC;
    handle->state->file->Sync();
    if (std::exchange(handle->state->syncs_names, false)) handle->disk->SyncNames();
    return SQLITE_OK;
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    if (handle->disk->Begin(Call::kSize, handle->state->name) != SQLITE_OK) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(handle->state->file->content.size());
    return SQLITE_OK;
  }

  // https://sqlite.org/lockingv3.html, without the fairness that PENDING gives.
  static int Lock(sqlite3_file* file, int level) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    Handle::State& state = *handle->state;
    File& target = *state.file;
    if (state.lock >= level) return SQLITE_OK;
    if (target.exclusive != nullptr && target.exclusive != handle) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_SHARED) {
      ++target.shared;
    } else {
      if (target.reserved != nullptr && target.reserved != handle) return SQLITE_BUSY;
      if (level == SQLITE_LOCK_EXCLUSIVE && target.shared > 1) return SQLITE_BUSY;
      if (level == SQLITE_LOCK_EXCLUSIVE) target.exclusive = handle;
      target.reserved = handle;
    }
    state.lock = level;
    return SQLITE_OK;
  }

  static int Unlock(sqlite3_file* file, int level) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    Handle::State& state = *handle->state;
    File& target = *state.file;
    if (state.lock <= level) return SQLITE_OK;
    if (target.exclusive == handle) target.exclusive = nullptr;
    if (target.reserved == handle) target.reserved = nullptr;
    if (level == SQLITE_LOCK_NONE) --target.shared;
    state.lock = level;
    return SQLITE_OK;
  }

  static int CheckReservedLock(sqlite3_file* file, int* reserved) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    *reserved = handle->state->file->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
  }

  // A VFS sees each PRAGMA before SQLite does (https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html), in memory of
  // SQLite's own that it may write to: "FULL" becomes 1, which is NORMAL.
  static int FileControl(sqlite3_file* file, int what, void* argument) {
    if (what != SQLITE_FCNTL_PRAGMA || !Of(file)->disk->normal_synchronous_) return SQLITE_NOTFOUND;
    char** const pragma = static_cast<char**>(argument);
    if (std::string_view(pragma[1]) != "synchronous") return SQLITE_NOTFOUND;
    if (pragma[2] == nullptr) {
      pragma[0] = sqlite3_mprintf("2");
      return SQLITE_OK;
    }
    CHECK(std::string_view(pragma[2]) == "FULL");
    std::memcpy(pragma[2], "1", 2);
    return SQLITE_NOTFOUND;
  }

  static int SectorSize(sqlite3_file*) { return 4096; }
  static int Characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    *memory = nullptr;
    auto& regions = handle->state->file->shared_memory;
    const auto index = static_cast<std::size_t>(region);
    if (index >= regions.size() && extend == 0) return SQLITE_OK;
    if (handle->disk->Begin(Call::kMapShared, handle->state->name) != SQLITE_OK) return SQLITE_IOERR_SHMMAP;
    while (index >= regions.size()) {
      regions.push_back(std::make_unique<std::string>(static_cast<std::size_t>(size), '\0'));
    }
    if (!std::exchange(handle->state->mapped, true)) ++handle->state->file->mapped;
    *memory = regions[index]->data();
    return SQLITE_OK;
  }

  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    File& target = *handle->state->file;
    const auto begin = static_cast<std::size_t>(offset);
    const std::size_t end = begin + static_cast<std::size_t>(count);
    const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
    for (std::size_t i = begin; (flags & SQLITE_SHM_LOCK) != 0 && i < end; ++i) {
      const bool others_share = target.shm_shared[i] > (handle->state->shm_shared[i] ? 1 : 0);
      if (target.shm_exclusive[i] != nullptr && target.shm_exclusive[i] != handle) return SQLITE_BUSY;
      if (!shared && others_share) return SQLITE_BUSY;
    }
    for (std::size_t i = begin; i < end; ++i) {
      const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
      if (shared) {
        if (std::exchange(handle->state->shm_shared[i], locks) != locks) target.shm_shared[i] += locks ? 1 : -1;
      } else {
        target.shm_exclusive[i] = locks ? handle : nullptr;
      }
    }
    return SQLITE_OK;
  }

  static void ShmBarrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

  static int ShmUnmap(sqlite3_file* file, int) {
    Handle* const handle = Of(file);
    const std::lock_guard lock(handle->disk->mutex_);
    File& target = *handle->state->file;
    for (std::size_t i = 0; i < target.shm_shared.size(); ++i) {
      if (std::exchange(handle->state->shm_shared[i], false)) --target.shm_shared[i];
      if (target.shm_exclusive[i] == handle) target.shm_exclusive[i] = nullptr;
    }
    // The first to come finds it empty, as after the unix VFS's own start.
    if (std::exchange(handle->state->mapped, false) && --target.mapped == 0) target.shared_memory.clear();
    return SQLITE_OK;
  }

  // --- Of the VFS

  static FakeDisk* Disk(sqlite3_vfs* vfs) { return static_cast<FakeDisk*>(vfs->pAppData); }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    // Version 2: no memory-mapped reading, which would go around Read.
    static constexpr sqlite3_io_methods kMethods = {2,
                                                    Close,
                                                    Read,
                                                    Write,
                                                    Truncate,
                                                    Sync,
                                                    FileSize,
                                                    Lock,
                                                    Unlock,
                                                    CheckReservedLock,
                                                    FileControl,
                                                    SectorSize,
                                                    Characteristics,
                                                    ShmMap,
                                                    ShmLock,
                                                    ShmBarrier,
                                                    ShmUnmap,
                                                    nullptr,
                                                    nullptr};
    FakeDisk* const disk = Disk(vfs);
    const std::lock_guard lock(disk->mutex_);
    file->pMethods = nullptr;
    static std::atomic<int> nameless = 0;
    const std::string path = name == nullptr ? "nameless-" + std::to_string(++nameless) : name;
    const auto found = disk->files_.find(path);
    const bool is_new = found == disk->files_.end();
    if (is_new && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    if (!is_new && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) return SQLITE_CANTOPEN;
    const int code = disk->Begin(is_new ? Call::kCreate : Call::kOpen, path);
    if (code != SQLITE_OK && code != SQLITE_INTERRUPT) return SQLITE_CANTOPEN;
    std::shared_ptr<File> target = is_new ? std::make_shared<File>() : found->second;
    if (is_new) {
      disk->files_[path] = target;
      disk->name_changes_.emplace_back(path, target);
    }
    if (code != SQLITE_OK) return SQLITE_CANTOPEN;
    constexpr int kLogs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    Handle* const handle = Of(file);
    handle->disk = disk;
    handle->state = new Handle::State{.file = std::move(target),
                                      .name = path,
                                      .syncs_names = is_new && (flags & kLogs) != 0,
                                      .goes_when_closed = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    ++disk->open_;
    file->pMethods = &kMethods;
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_names) {
    FakeDisk* const disk = Disk(vfs);
    const std::lock_guard lock(disk->mutex_);
    if (!disk->files_.contains(name)) return SQLITE_IOERR_DELETE_NOENT;
    const int code = disk->Begin(Call::kDelete, name);
    if (code == SQLITE_OK || code == SQLITE_INTERRUPT) {
      disk->files_.erase(name);
      disk->name_changes_.emplace_back(name, nullptr);
    }
    if (code != SQLITE_OK) return SQLITE_IOERR_DELETE;
    if (sync_names != 0) disk->SyncNames();
    return SQLITE_OK;
  }

  static int Access(sqlite3_vfs* vfs, const char* name, int what, int* yes) {
    FakeDisk* const disk = Disk(vfs);
    const std::lock_guard lock(disk->mutex_);
    const auto found = disk->files_.find(name);
    // As the unix VFS: an empty file is as good as none.
    *yes = found != disk->files_.end() && (what != SQLITE_ACCESS_EXISTS || !found->second->content.empty()) ? 1 : 0;
    return SQLITE_OK;
  }

  static int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
};

FakeDisk::FakeDisk() : vfs_(*RealVfs()) {
  static std::atomic<int> made = 0;
  name_ = "octavo-fake-disk-" + std::to_string(++made);
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(Handle));
  vfs_.xOpen = Methods::Open;
  vfs_.xDelete = Methods::Delete;
  vfs_.xAccess = Methods::Access;
  vfs_.xFullPathname = Methods::FullPathname;
  CHECK(sqlite3_vfs_register(&vfs_, /*makeDflt=*/0) == SQLITE_OK);
}

FakeDisk::~FakeDisk() { sqlite3_vfs_unregister(&vfs_); }

void FakeDisk::Break(Fault fault, std::int64_t at) {
  const std::lock_guard lock(mutex_);
  armed_ = true;
  broke_ = false;
  fault_ = fault;
  at_ = at;
  calls_ = 0;
}

void FakeDisk::Heal() {
  const std::lock_guard lock(mutex_);
  armed_ = false;
}

std::int64_t FakeDisk::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool FakeDisk::broke() const {
  const std::lock_guard lock(mutex_);
  return broke_;
}

std::string FakeDisk::broke_at() const {
  const std::lock_guard lock(mutex_);
  return broke_ ? broke_at_ : "";
}

void FakeDisk::Halt() {
  const std::lock_guard lock(mutex_);
  halted_ = true;
}

bool FakeDisk::halted() const {
  const std::lock_guard lock(mutex_);
  return halted_;
}

bool FakeDisk::CanHit(Call call) const {
  switch (fault_) {
    case Fault::kIoError: return true;
    case Fault::kNoSpace: return call == Call::kWrite || call == Call::kCreate;
    case Fault::kShortWrite: return call == Call::kWrite;
    case Fault::kSyncError:
    case Fault::kSyncIgnored: return call == Call::kSync;
    case Fault::kPowerCut:
    case Fault::kKill:
      return call == Call::kWrite || call == Call::kSync || call == Call::kTruncate || call == Call::kDelete ||
             call == Call::kCreate;
  }
  return false;
}

// SQLITE_OK: go on. SQLITE_ABORT: fail and do nothing. SQLITE_INTERRUPT: fail, but the call may have its effect. SQLITE_FULL:
// fail because there is no space. SQLITE_DONE: do nothing, and report success.
int FakeDisk::Begin(Call call, const std::string& file) {
  if (halted_) return SQLITE_ABORT;
  if (!armed_ || !CanHit(call)) return SQLITE_OK;
  ++calls_;
  const bool lasts = fault_ == Fault::kNoSpace || fault_ == Fault::kSyncIgnored;
  if (calls_ != at_ && !(lasts && calls_ > at_)) return SQLITE_OK;
  if (!std::exchange(broke_, true)) {
    broke_at_ = fmt::format("{} {}", kCallNames[static_cast<int>(call)], file.substr(file.rfind('/') + 1));
  }
  switch (fault_) {
    case Fault::kPowerCut: halted_ = true; return SQLITE_INTERRUPT;
    case Fault::kKill: halted_ = true; return SQLITE_ABORT;
    case Fault::kNoSpace:
    case Fault::kShortWrite: return SQLITE_FULL;
    case Fault::kSyncIgnored: return SQLITE_DONE;
    case Fault::kIoError:
    case Fault::kSyncError: return SQLITE_ABORT;
  }
  return SQLITE_OK;
}

void FakeDisk::SyncNames() {
  kept_ = files_;
  name_changes_.clear();
}

void FakeDisk::Settle() {
  CHECK(open_ == 0);
  halted_ = false;
  armed_ = false;
}

void FakeDisk::Restart() {
  const std::lock_guard lock(mutex_);
  Settle();
}

void FakeDisk::RestartAfterPowerLoss(Random& random) {
  const std::lock_guard lock(mutex_);
  Settle();
  // A file system that keeps a journal of its own loses names from the last one backwards.
  const std::size_t kept_changes = random.Below(name_changes_.size() + 1);
  for (std::size_t i = 0; i < kept_changes; ++i) {
    const auto& [name, file] = name_changes_[i];
    file ? void(kept_[name] = file) : void(kept_.erase(name));
  }
  files_ = kept_;
  name_changes_.clear();
  for (const auto& [name, file] : files_) {
    Luck luck(random);
    for (const Write& write : file->writes) luck.Scatter(file->kept, write);
    file->writes.clear();
    file->content = file->kept;
  }
}

FakeDisk::Image FakeDisk::Save() const {
  const std::lock_guard lock(mutex_);
  CHECK(open_ == 0);
  Image image;
  for (const auto& [name, file] : files_) image[name] = file->content;
  return image;
}

void FakeDisk::Load(const Image& image) {
  const std::lock_guard lock(mutex_);
  Settle();
  files_.clear();
  for (const auto& [name, content] : image) {
    auto file = std::make_shared<File>();
    file->content = content;
    file->kept = content;
    files_[name] = std::move(file);
  }
  SyncNames();
}

}  // namespace octavo
