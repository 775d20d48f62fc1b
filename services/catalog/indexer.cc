#include "services/catalog/indexer.h"

#include "services/catalog/domain/authors.h"
#include "services/catalog/domain/names.h"

namespace octavo::catalog {

Indexer::Indexer(Store& store, SearchIndex& index, ChangeSignal& signal, obs::Log& log, obs::Metrics& metrics)
    : store_(store), index_(index), signal_(signal), log_(log), metrics_(metrics) {}

void Indexer::Start() {
  repeater_.emplace(background::Repeater::Options{.name = "search_index", .interval = kInterval}, log_, metrics_,
                    [this](const std::stop_token& stop) { CatchUp(stop); });
  subscription_ = signal_.Listen([this] { repeater_->Ring(); });
}

void Indexer::Stop() {
  subscription_ = {};
  if (repeater_) repeater_->Stop();
}

bool Indexer::WaitFor(std::int64_t position, std::chrono::milliseconds wait_max) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, wait_max, [&] { return index_.position() >= position; });
}

void Indexer::RenameAuthors(const Book& book) {
  const auto rename = [](const BookContent& before) -> Result<BookContent> {
    BookContent content = before;
    for (AuthorCredit& author : content.authors) author.slug = AuthorId(author.display_name);
    return content;
  };
  if (*rename(book.content) == book.content) return;
  // The book was deleted or changed meanwhile: it comes again in its new state.
  if (!store_.UpdateBook(book.id, book.position, rename, book.updated).ok()) return;
  log_.Info("authors_renamed", {{"book", BookName(book.id)}});
}

void Indexer::CatchUp(const std::stop_token& stop) {
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
  while (!stop.stop_requested()) {
    const Result<ChangePage> page = store_.ReadChanges(position, kReadMax);
    if (!page.ok()) {  // The index is ahead of the store, which was restored to an earlier state.
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
    const bool caught_up = position == page->last_position || page->changes.empty();
    if (uncommitted > 0 && (caught_up || uncommitted >= kCommitAfter)) commit();
    if (caught_up) return;
  }
}

}  // namespace octavo::catalog
