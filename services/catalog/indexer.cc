#include "services/catalog/indexer.h"

#include <exception>

#include "lib/base/failure.h"
#include "services/catalog/domain/authors.h"
#include "services/catalog/domain/names.h"

namespace octavo::catalog {

Indexer::Indexer(Store& store, SearchIndex& index, ChangeSignal& signal, obs::Log& log)
    : store_(store), index_(index), signal_(signal), log_(log) {}

Indexer::~Indexer() { Stop(); }

void Indexer::Start() {
  subscription_ = signal_.Listen([this] {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_one();
  });
  thread_ = std::thread([this] { Work(); });
}

void Indexer::Stop() {
  subscription_ = {};
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

bool Indexer::WaitFor(std::int64_t position, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, patience, [&] { return index_.position() >= position; });
}

bool Indexer::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Indexer::Work() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kPollInterval, [this] { return woken_ || stopping_; });
      if (stopping_) return;
      // Not woken means that the interval is over: what is found then came from elsewhere, and others want to know.
      const bool by_poll = !woken_;
      woken_ = false;
      lock.unlock();
      try {
        if (CatchUp() && by_poll) signal_.Notify();
      } catch (const std::exception& failure) {
        // The store or the disk is gone: nothing is lost, the next round begins where the last commit ended.
        log_.Warn("search_index_behind", {{"position", index_.position()}, {"error", failure.what()}});
      }
    }
  }
}

void Indexer::RenameAuthors(const Book& book) {
  const auto rename = [](const BookContent& before) -> Result<BookContent> {
    BookContent content = before;
    for (AuthorCredit& author : content.authors) author.slug = AuthorId(author.display_name);
    return content;
  };
  if (*rename(book.content) == book.content) return;
  // Deleted or changed meanwhile: it comes again, as what it is then.
  if (!store_.UpdateBook(book.id, book.position, rename, book.updated).ok()) return;
  log_.Info("authors_renamed", {{"book", BookName(book.id)}});
}

bool Indexer::CatchUp() {
  if (index_.damaged()) {
    log_.Error("search_index_damaged", {{"action", "rebuild"}});
    index_.Clear();
  }
  std::int64_t position = index_.position();
  int uncommitted = 0;
  const auto commit = [&] {
    index_.Commit(position);
    uncommitted = 0;
    const std::lock_guard lock(mutex_);
    moved_.notify_all();
  };
  bool any = false;
  while (!stopping()) {
    const Result<ChangePage> page = store_.ReadChanges(position, kReadMax);
    if (!page.ok()) {  // The index is ahead of the store, which was put back to an earlier state.
      log_.Warn("search_index_ahead", {{"position", position}, {"action", "rebuild"}});
      index_.Clear();
      position = 0;
      continue;
    }
    for (const ChangeRecord& change : page->changes) {
      change.book ? index_.Put(*change.book) : index_.Remove(change.id);
      if (change.book) RenameAuthors(*change.book);
      position = change.position;
      ++uncommitted;
    }
    any = any || !page->changes.empty();
    const bool caught_up = position == page->last_position || page->changes.empty();
    if (uncommitted > 0 && (caught_up || uncommitted >= kCommitAfter)) commit();
    if (caught_up) break;
  }
  return any;
}

}  // namespace octavo::catalog
