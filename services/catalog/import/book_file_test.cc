#include "services/catalog/import/book_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <future>

#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "services/catalog/domain/isbn.h"

namespace octavo::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kGoodbooksHeader =
    "book_id,isbn,isbn13,authors,original_publication_year,original_title,title,language_code,average_rating,"
    "ratings_count\n";

class BookFileTest : public testing::Test {
 protected:
  std::filesystem::path Write(const std::string& text) {
    const std::filesystem::path path = dir_ / "books.csv";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Result<BookFile> Open(const std::string& text) { return BookFile::Open(Write(text), std::nullopt); }
  // The message of the refusal.
  std::string Refusal(const std::string& text) {
    const Result<BookFile> file = Open(text);
    EXPECT_THAT(file, HasReason("BAD_FILE"));
    return file.ok() ? "" : file.error().message;
  }
  std::vector<FileRow> Rows(BookFile& file) {
    std::vector<FileRow> rows;
    while (std::optional<FileRow> row = file.Next()) rows.push_back(*std::move(row));
    return rows;
  }

  TempDir dir_;
};

TEST_F(BookFileTest, ReadsOurFormat) {
  BookFile file = Open("key,title,subtitle,authors,series,series_number,isbn,language,published_year,publisher,page_count,"
                       "formats,price_minor,currency,description,subjects,categories,average_rating,ratings_count,stock\n"
                       "k1,Good Omens,Sub,Terry Pratchett; Neil Gaiman,S,2,9780441478125,en,-750,Pub,288,"
                       "ebook;paperback,1299,EUR,\"An angel, a demon\",magic; end times,fantasy;fiction,4.25,31,7\n")
                      .value();

  const std::vector<FileRow> rows = Rows(file);

  EXPECT_EQ(file.format(), BookFormat::kOctavo);
  EXPECT_EQ(file.row_count(), 1);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].line, 2);
  const MappedRow& row = rows[0].row.value();
  EXPECT_EQ(row.key, "k1");
  EXPECT_EQ(row.stock, 7);
  EXPECT_EQ(row.draft.title, "Good Omens");
  ASSERT_THAT(row.draft.authors, SizeIs(2));
  EXPECT_EQ(row.draft.authors[1].display_name, "Neil Gaiman");
  EXPECT_EQ(row.draft.series->number, "2");
  EXPECT_EQ(row.draft.published_year, -750);
  EXPECT_EQ(row.draft.page_count, 288);
  EXPECT_THAT(row.draft.formats, ElementsAre(Format::kEbook, Format::kPaperback));
  EXPECT_EQ(row.draft.price, Money(1299, Currency::Eur()));
  EXPECT_THAT(row.draft.subjects, ElementsAre("magic", "end times"));
  EXPECT_THAT(row.draft.categories, ElementsAre("fantasy", "fiction"));
  EXPECT_EQ(row.draft.rating_hundredths, 425);
  EXPECT_EQ(row.draft.ratings_count, 31);
}

TEST_F(BookFileTest, TakesColumnsInAnyOrderAndLeavesOptionalOnesOut) {
  BookFile file = Open("\xEF\xBB\xBF" "Authors,KEY,title\r\nA,k,T\r\n").value();
  EXPECT_EQ(Rows(file).at(0).row->draft.title, "T");
}

TEST_F(BookFileTest, ReadsGoodbooks) {
  BookFile file = Open(std::string(kGoodbooksHeader) +
                       "1,439023483,9.78043902348e+12,\"Suzanne Collins, Another\",2008.0,x,"
                       "\"The Hunger Games (The Hunger Games, #1)\",eng,4.34,4780653\n"
                       "2,439554934,9.78000000000e+12,J.K. Rowling,-500.0,x,Title,en-US,4,10\n")
                      .value();

  const std::vector<FileRow> rows = Rows(file);

  EXPECT_EQ(file.format(), BookFormat::kGoodbooks);
  ASSERT_THAT(rows, SizeIs(2));
  const BookContent& draft = rows[0].row->draft;
  EXPECT_EQ(draft.title, "The Hunger Games");
  EXPECT_EQ(draft.series->title, "The Hunger Games");
  EXPECT_EQ(draft.series->number, "1");
  EXPECT_THAT(draft.authors, SizeIs(2));
  EXPECT_EQ(draft.isbn13, "439023483");
  EXPECT_EQ(draft.language_code, "en");
  EXPECT_EQ(draft.published_year, 2008);
  EXPECT_EQ(draft.rating_hundredths, 434);
  EXPECT_EQ(draft.ratings_count, 4780653);
  EXPECT_EQ(draft.price, GoodbooksPrice("1"));
  EXPECT_EQ(rows[0].row->warning, "");
  EXPECT_THAT(rows[1].row->warning, HasSubstr("contradicts"));
  EXPECT_EQ(rows[1].row->draft.published_year, -500);
}

TEST_F(BookFileTest, MadeUpPricesStayInTheirRange) {
  for (int id = 1; id < 2000; ++id) {
    const Money price = GoodbooksPrice(std::to_string(id));
    EXPECT_GE(price.minor(), 699);
    EXPECT_LE(price.minor(), 2499);
    EXPECT_EQ(price.minor() % 50, 49);
  }
}

TEST_F(BookFileTest, AWrongValueIsItsRowsAlone) {
  BookFile file = Open("key,title,authors,published_year,formats,stock\n"
                       "a,A,X,nineteen,ebook,1\n"
                       "b,B,X,1999,papyrus,1\n"
                       "c,C,X,1999,ebook,-1\n"
                       "d,D,X,1999,ebook,1\n")
                      .value();

  const std::vector<FileRow> rows = Rows(file);

  EXPECT_EQ(rows.at(0).row.error().message, "published_year: 'nineteen' is no whole number");
  EXPECT_THAT(rows.at(1).row.error().message, HasSubstr("'papyrus'"));
  EXPECT_THAT(rows.at(2).row.error().message, HasSubstr("'-1'"));
  EXPECT_THAT(rows.at(3).row, IsOk());
}

TEST_F(BookFileTest, RefusesABrokenFileWithALineForEachProblem) {
  const std::string head = "key,title,authors\n";
  const std::string file = (dir_ / "books.csv").string();
  EXPECT_EQ(Refusal("\x7f" "ELF\x01\x02,\xff\xfe"),
            file + ":1: holds bytes that are not UTF-8; save the file in that encoding");
  EXPECT_EQ(Refusal(std::string("key,ti\0tle\n", 11)), file + ":1: holds a NUL character; is it a text file?");
  EXPECT_EQ(Refusal("key,name\nx,y\n"),
            file + ":1: is no book file of the format octavo: columns are missing: title, authors");
  for (const char* text : {"key;title;authors\nx;y;z\n", "key\ttitle\tauthors\nx\ty\tz\n"}) {
    EXPECT_EQ(Refusal(text), file + ":1: is no book file of the format octavo: columns are missing: key, title, authors; "
                                    "fields must be separated by commas");
  }
  EXPECT_EQ(Refusal("key,title,authors,colour\nx,y,z,red\n"),
            file + ":1: is no book file of the format octavo: columns are not known: colour");
  EXPECT_EQ(Refusal("key,title,authors,key\n"),
            file + ":1: is no book file of the format octavo: a column is named twice");
  EXPECT_EQ(Refusal(head + "a,b,c\na,\"b,c\n"), file + ":3: a quoted field is never closed");
  EXPECT_EQ(Refusal(head + "a,b\nx,y,z,w\n"),
            file + ":2: has 2 fields, the header has 3\n" + file + ":3: has 4 fields, the header has 3");
  EXPECT_EQ(Refusal(head + "a,Mis\xE9rables,c\n"),
            file + ":2: holds bytes that are not UTF-8; save the file in that encoding");
  EXPECT_EQ(Refusal(head + std::string("a,b\0b,c\n", 8)), file + ":2: holds a NUL character; is it a text file?");
  EXPECT_THAT(Refusal(head + "a," + std::string(2 << 20, 'b') + ",c\n"),
              HasSubstr(":2: the row is longer than 1048576 bytes"));
  EXPECT_EQ(Refusal(head), file + ": has no rows");
  EXPECT_EQ(Refusal(""), file + ": has no rows");
}

TEST_F(BookFileTest, TellsOfTheFirstProblemsOnly) {
  std::string text = "key,title,authors\n";
  for (int i = 0; i < 30; ++i) text += "too,few\n";
  EXPECT_THAT(Refusal(text), HasSubstr("and 20 more"));
}

TEST_F(BookFileTest, RefusesWhatCannotBeRead) {
  EXPECT_THAT(BookFile::Open(dir_ / "none.csv", std::nullopt), HasReason("BAD_FILE"));
  EXPECT_THAT(BookFile::Open(dir_.path(), std::nullopt), HasReason("BAD_FILE"));
}

TEST_F(BookFileTest, RefusesAPipe) {
  const std::filesystem::path pipe = dir_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto writer = std::async(std::launch::async, [&] { std::ofstream(pipe) << "key,title,authors\na,A,X\n"; });

  const Result<BookFile> file = BookFile::Open(pipe, std::nullopt);

  ASSERT_THAT(file, HasReason("BAD_FILE"));
  EXPECT_THAT(file.error().message, HasSubstr("cannot be read twice"));
}

TEST_F(BookFileTest, ReadsAgainFromTheFirstRow) {
  BookFile file = Open("key,title,authors\na,A,X\nb,B,X\n").value();
  EXPECT_THAT(Rows(file), SizeIs(2));
  file.Rewind();
  EXPECT_THAT(Rows(file), SizeIs(2));
}

// Runs only where the file is: beside the source tree, or where OCTAVO_TEST_SHARED_DATA says.
TEST_F(BookFileTest, ReadsTheRealGoodbooksFile) {
  const char* const given = std::getenv("OCTAVO_TEST_SHARED_DATA");
  const char* const source = std::getenv("OCTAVO_TEST_SOURCE_DIR");
  const std::filesystem::path folder =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(source == nullptr ? "." : source) / "../shared/data";
  const std::filesystem::path path = folder / "goodbooks-10k/books.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here; nothing was checked";
  BookFile file = BookFile::Open(path, std::nullopt).value();

  int valid = 0, as_written = 0, wrong = 0, without = 0, before_common_era = 0, without_year = 0, in_series = 0;
  std::size_t authors_most = 0;
  while (std::optional<FileRow> next = file.Next()) {
    const BookContent& draft = next->row.value().draft;
    const Result<Isbn> isbn = ParseIsbn(draft.isbn13);
    without += draft.isbn13.empty();
    wrong += !draft.isbn13.empty() && !isbn.ok();
    valid += isbn.ok();
    as_written += isbn.ok() && !isbn->repaired;
    before_common_era += draft.published_year < 0;
    without_year += draft.published_year == 0;
    in_series += draft.series.has_value();
    authors_most = std::max(authors_most, draft.authors.size());
    EXPECT_THAT(CheckBook(draft, WrongIsbn::kLeaveOut), IsOk()) << next->line;
  }

  EXPECT_EQ(file.row_count(), 10'000);
  EXPECT_EQ(valid, 9'277);
  EXPECT_EQ(as_written, 2'690);
  EXPECT_EQ(wrong, 23);
  EXPECT_EQ(without, 700);  // Of which 565 have no rounded isbn13 either.
  EXPECT_EQ(before_common_era, 31);
  EXPECT_EQ(without_year, 21);
  // 4,446 titles have a "#"; seven of those are no series ("#GIRLBOSS", "Saga #1").
  EXPECT_EQ(in_series, 4'439);
  EXPECT_EQ(authors_most, 47u);
}

TEST_F(BookFileTest, TheFormatMayBeForced) {
  EXPECT_THAT(BookFile::Open(Write("key,title,authors\na,A,X\n"), BookFormat::kGoodbooks), HasReason("BAD_FILE"));
}

}  // namespace
}  // namespace octavo::catalog
