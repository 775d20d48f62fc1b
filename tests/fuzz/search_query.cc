// What readers type into the search field, over a small index.
#include <filesystem>
#include <memory>
#include <string>

#include "lib/base/check.h"
#include "lib/base/quoted.h"
#include "services/catalog/search/search_index.h"
#include "tests/fuzz/fuzz.h"

namespace octavo::catalog {
namespace {

Book Make(std::int64_t id, const std::string& title, const std::string& slug, const std::string& author) {
  Book book;
  book.id = BookId{id};
  book.content.title = title;
  book.content.authors = {{slug, author}};
  book.content.language_code = "en";
  book.content.categories = {"fantasy"};
  book.content.ratings_count = static_cast<int>(id);
  return book;
}

const SearchIndex& Index() {
  static const std::unique_ptr<SearchIndex> index = [] {
    std::string folder = (std::filesystem::temp_directory_path() / "octavo-fuzz-XXXXXX").string();
    CHECK(mkdtemp(folder.data()) != nullptr);
    auto made = SearchIndex::Open(std::filesystem::path(folder) / "search", "fuzz").value();
    made->Put(Make(1, "The Hobbit", "j-r-r-tolkien", "J.R.R. Tolkien"));
    made->Put(Make(2, "C++ für Anfänger", "bjarne-stroustrup", "Bjarne Stroustrup"));
    made->Put(Make(3, "漢字 and 仮名", "emma-woodhouse", "Emma Woodhouse"));
    made->Commit(3);
    return made;
  }();
  return *index;
}

}  // namespace
}  // namespace octavo::catalog

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace octavo::catalog;  // NOLINT: a fuzzer's whole world.
  octavo::fuzz::Input input(data, size);
  const std::uint8_t choice = input.Byte();
  // The service takes no longer query, and only UTF-8 without NUL.
  const std::string text = octavo::CleanText(input.Rest(), 200);
  if (text.find('\0') != std::string::npos) return 0;
  SearchQuery query{.text = text, .page_size = choice % 100 + 1};
  if (choice % 2 == 0) query.facets = SearchQuery::Facets::kCounted;
  const SearchResult result = Index().Search(query);
  PROMISE(octavo::IsStorableText(result.corrected_query));
  (void)Index().Suggest(text, 8);
  return 0;
}
