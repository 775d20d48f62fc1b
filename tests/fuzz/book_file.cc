// A file of books in any encoding, separator and shape: rows that can be taken, or a sentence that can be shown.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "lib/base/quoted.h"
#include "services/catalog/import/book_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("books.csv", 0);
  if (write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  auto books = octavo::catalog::BookFile::Open("/proc/self/fd/" + std::to_string(file), {});
  if (!books.ok()) {
    PROMISE(octavo::IsStorableText(books.error().message));
  } else {
    for (int rows = 0; rows < 1000; ++rows) {
      const auto row = books->Next();
      if (!row) break;
      if (!row->row.ok()) PROMISE(octavo::IsStorableText(row->row.error().message));
    }
  }
  close(file);
  return 0;
}
