#include "services/catalog/import/book_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
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
  Result<BookFile> Open(const std::string& text) { return BookFile::Open(Write(text), {}); }
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
  BookFile file = Open(
                      "key,title,subtitle,authors,series,series_number,isbn,language,published_year,publisher,page_count,"
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
  BookFile file = Open(
                      "\xEF\xBB\xBF"
                      "Authors,KEY,title\r\nA,k,T\r\n")
                      .value();
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
  EXPECT_EQ(draft.price, std::nullopt);  // The file has none.
  EXPECT_EQ(rows[0].row->warning, "");
  EXPECT_THAT(rows[1].row->warning, HasSubstr("contradicts"));
  EXPECT_EQ(rows[1].row->draft.published_year, -500);
}

TEST_F(BookFileTest, MakesPricesUpOnlyWhereAsked) {
  const std::filesystem::path path = Write(std::string(kGoodbooksHeader) + "1,,,A,2008,x,T,eng,4.34,1\n");
  BookFile file = BookFile::Open(path, {.missing_prices = MissingPrices::kMakeUp}).value();
  EXPECT_EQ(Rows(file).at(0).row->draft.price, GoodbooksPrice("1"));
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
  BookFile file = Open(
                      "key,title,authors,published_year,formats,stock\n"
                      "a,A,X,nineteen,ebook,1\n"
                      "b,B,X,1999,papyrus,1\n"
                      "c,C,X,1999,ebook,-1\n"
                      "d,D,X,1999,ebook,1\n")
                      .value();

  const std::vector<FileRow> rows = Rows(file);

  EXPECT_EQ(rows.at(0).row.error().message, "published_year: \"nineteen\" is no whole number");
  EXPECT_THAT(rows.at(1).row.error().message, HasSubstr("\"papyrus\""));
  EXPECT_THAT(rows.at(2).row.error().message, HasSubstr("\"-1\""));
  EXPECT_THAT(rows.at(3).row, IsOk());
}

TEST_F(BookFileTest, RefusesABrokenFileWithALineForEachProblem) {
  const std::string head = "key,title,authors\n";
  const std::string file = (dir_ / "books.csv").string();
  EXPECT_EQ(Refusal("\x7f"
                    "ELF\x01\x02,\xff\xfe"),
            file + ": holds control characters; is it a text file?");
  EXPECT_EQ(Refusal("PK\x03\x04 and so on"), file + ": is a spreadsheet; save it as CSV (UTF-8) and import that file");
  EXPECT_EQ(Refusal(std::string("key,ti\0tle\n", 11)), file + ":1: has a NUL character; is it a text file?");
  EXPECT_EQ(Refusal("key,name\nx,y\n"),
            file +
                ":1: is no book file of the format octavo: columns are missing: title, authors; there are: "
                "key, name");
  EXPECT_THAT(Refusal("key,title,authors,colour\nx,y,z,red\n"),
              testing::StartsWith(file + ":1: is no book file of the format octavo: columns are not known: colour; rename or "
                                         "delete them. Known are key, title, authors, "));
  EXPECT_EQ(Refusal("key,title,authors,key\n"), file + ":1: is no book file of the format octavo: a column is named twice");
  EXPECT_EQ(Refusal(head + "a,b,c\na,\"b,c\n"), file + ":3: a quoted field is never closed");
  EXPECT_EQ(Refusal(head + "a,b\nx,y,z,w\n"),
            file + ":2: has 2 fields, the header has 3; a field with a separator in it must stand in quotes\n" + file +
                ":3: has 4 fields, the header has 3; a field with a separator in it must stand in quotes");
  EXPECT_EQ(Refusal(head + "a,Mis\xC3\xA9rables,M\xC3\xA9lo\na,Mis\xE9rables,c\n"),
            file +
                ":3: holds bytes that are not UTF-8, while the rest of the file is; mend them, or name the encoding with "
                "--encoding");
  EXPECT_EQ(Refusal(head + std::string("a,b\0b,c\n", 8)), file + ":2: has a NUL character; is it a text file?");
  EXPECT_THAT(Refusal(head + "a," + std::string(2 << 20, 'b') + ",c\n"), HasSubstr(":2: the row is longer than 1048576 bytes"));
  EXPECT_EQ(Refusal(head), file + ": has no rows");
  EXPECT_EQ(Refusal(""), file + ": has no rows");
}

TEST_F(BookFileTest, ReadsFieldsPartedByAnything) {
  for (const char* text :
       {"key;title;authors\nk;A, B;\"X; Y\"\n", "key\ttitle\tauthors\nk\tA, B\tX; Y\n", "key|title|authors\nk|A, B|X; Y\n",
        "key,title,authors\nk,\"A, B\",X; Y\n", "sep=;\r\nkey;title;authors\r\nk;A, B;\"X; Y\"\r\n",
        "\xEF\xBB\xBFsep=\t\nkey\ttitle\tauthors\nk\tA, B\tX; Y\n", "key;title;authors;;\nk;A, B;\"X; Y\";;\n;;;;\n\n",
        "key;title;authors\nk;A, B;\"X; Y\";;;\n"}) {
    Result<BookFile> file = Open(text);
    ASSERT_THAT(file, IsOk()) << text;
    const std::vector<FileRow> rows = Rows(*file);
    ASSERT_THAT(rows, SizeIs(1)) << text;
    EXPECT_EQ(rows[0].row->draft.title, "A, B") << text;
    EXPECT_THAT(rows[0].row->draft.authors, SizeIs(2)) << text;
  }
  BookFile file = Open("sep=;\nkey;title;authors\nk;T;X\n").value();
  EXPECT_EQ(Rows(file).at(0).line, 3);  // As an editor counts.
}

TEST_F(BookFileTest, ReadsOtherEncodingsAndLineEnds) {
  const std::string utf16 = [] {
    std::string bytes;
    for (const char c : std::string("key,title,authors\r\nk,M\xFCller,X\r\n")) bytes += {c, '\0'};
    return bytes;
  }();
  std::string big_endian;
  for (std::size_t i = 0; i < utf16.size(); i += 2) big_endian += {utf16[i + 1], utf16[i]};
  const struct {
    std::string bytes;
    std::string encoding;
  } kCases[] = {
      {"key,title,authors\nk,M\xC3\xBCller,X\n", "UTF-8"},
      {"key,title,authors\rk,M\xC3\xBCller,X\r", "UTF-8"},
      {"key,title,authors\r\nk,M\xFCller,X\r\n", "windows-1252"},
      {"key,title,authors\rk,M\xFCller,X", "windows-1252"},
      {"\xFF\xFE" + utf16, "UTF-16LE"},
      {utf16, "UTF-16LE"},
      {"\xFE\xFF" + big_endian, "UTF-16BE"},
      {big_endian, "UTF-16BE"},
  };
  for (const auto& [bytes, encoding] : kCases) {
    Result<BookFile> file = Open(bytes);
    ASSERT_THAT(file, IsOk()) << encoding;
    EXPECT_EQ(file->encoding(), encoding);
    const std::vector<FileRow> rows = Rows(*file);
    ASSERT_THAT(rows, SizeIs(1)) << encoding;
    EXPECT_EQ(rows[0].row->draft.title, "Müller") << encoding;
  }
  BookFile file = BookFile::Open(Write("key,title,authors\nk,\xB3\xF3,X\n"), {.encoding = "windows-1250"}).value();
  EXPECT_EQ(Rows(file).at(0).row->draft.title, "łó");
  EXPECT_THAT(BookFile::Open(Write("key,title,authors\nk,T,X\n"), {.encoding = "klingon"}), HasReason("BAD_FILE"));
}

TEST_F(BookFileTest, ReadsWhatSpreadsheetsMakeOfValues) {
  BookFile file = Open(
                      "key;title;authors;isbn;price;ratings_count;average_rating;page_count\n"
                      "=\"007\";T;X;=\"9780441478125\";1.234,50 €;1.234;4,5;1,024\n"
                      "\"=\"\"008\"\"\";T;X;\"=\"\"9780441478125\"\"\";12,9;;;\n"
                      "9;T;X;;1.234;;;\n")
                      .value();
  const std::vector<FileRow> rows = Rows(file);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].row->key, "007");
  EXPECT_EQ(rows[0].row->draft.isbn13, "9780441478125");
  EXPECT_EQ(rows[0].row->draft.price, Money(123'450, Currency::Eur()));
  EXPECT_EQ(rows[0].row->draft.ratings_count, 1234);
  EXPECT_EQ(rows[0].row->draft.rating_hundredths, 450);
  EXPECT_EQ(rows[0].row->draft.page_count, 1024);
  EXPECT_EQ(rows[1].row->key, "008");
  EXPECT_EQ(rows[1].row->draft.isbn13, "9780441478125");
  EXPECT_EQ(rows[1].row->draft.price, Money(1'290, Currency::Eur()));
  EXPECT_EQ(rows[2].row.error().message,
            "price: \"1.234\" may mean thousands or decimals; write it as 1234.00 or with two decimals");
}

TEST_F(BookFileTest, NamesTheCureForAPriceInTheWrongColumn) {
  BookFile file = Open("key,title,authors,price_minor,price\na,A,X,12.90,\nb,B,X,1290,12.90\nc,C,X,1290,\n").value();
  const std::vector<FileRow> rows = Rows(file);
  EXPECT_EQ(rows.at(0).row.error().message,
            "price_minor: \"12.90\" is no whole number of cents; an amount as 12.90 stands in a column named price");
  EXPECT_THAT(rows.at(1).row.error().message, HasSubstr("one of them is enough"));
  EXPECT_EQ(rows.at(2).row->draft.price, Money(1290, Currency::Eur()));
}

TEST_F(BookFileTest, TellsOfTheFirstProblemsOnly) {
  std::string text = "key,title,authors\n";
  for (int i = 0; i < 30; ++i) text += "too,few\n";
  EXPECT_THAT(Refusal(text), HasSubstr("and 20 more"));
}

TEST_F(BookFileTest, RefusesWhatCannotBeRead) {
  EXPECT_THAT(BookFile::Open(dir_ / "none.csv", {}), HasReason("BAD_FILE"));
  EXPECT_THAT(BookFile::Open(dir_.path(), {}), HasReason("BAD_FILE"));
}

TEST_F(BookFileTest, RefusesAPipe) {
  const std::filesystem::path pipe = dir_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto writer = std::async(std::launch::async, [&] { std::ofstream(pipe) << "key,title,authors\na,A,X\n"; });

  const Result<BookFile> file = BookFile::Open(pipe, {});

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
  const std::filesystem::path folder = given != nullptr
                                           ? std::filesystem::path(given)
                                           : std::filesystem::path(source == nullptr ? "." : source) / "../shared/data";
  const std::filesystem::path path = folder / "goodbooks-10k/books.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here; nothing was checked";
  BookFile file = BookFile::Open(path, {}).value();

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
  EXPECT_THAT(BookFile::Open(Write("key,title,authors\na,A,X\n"), {.format = BookFormat::kGoodbooks}), HasReason("BAD_FILE"));
}

}  // namespace
}  // namespace octavo::catalog
