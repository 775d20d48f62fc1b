// The import as an owner meets it: octavo-import against octavo-catalog, two processes, one of which is killed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "lib/base/check.h"
#include "lib/identity/tool.h"
#include "lib/rpc/credentials.h"
#include "lib/testing/temp_dir.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"

namespace octavo::catalog {
namespace {

namespace v1 = ::octavo::catalog::v1;
using testing::HasSubstr;

std::string Program(const std::string& name) {
  const char* const folder = std::getenv("OCTAVO_TEST_BINARY_DIR");
  CHECK(folder != nullptr);  // ctest sets it.
  return std::string(folder) + "/" + name;
}

// A program that runs; killed when this goes. Its standard output and standard error come out of one pipe.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    CHECK(posix_spawn_file_actions_init(&actions) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO) == 0);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    CHECK(posix_spawn(&pid_, command[0].c_str(), &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }
  ~Child() {
    Kill();
    close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads until the output holds `text`; what follows it up to the next space or line end.
  std::string WaitFor(const std::string& text) {
    while (true) {
      const std::size_t at = seen_.find(text);
      const std::size_t end = at == std::string::npos ? at : seen_.find_first_of(" \n", at + text.size());
      if (end != std::string::npos) return seen_.substr(at + text.size(), end - at - text.size());
      CHECK(ReadMore());  // It ended without saying so.
    }
  }

  // Waits for its end; the exit code.
  int Wait() {
    while (ReadMore()) {
    }
    int status = 0;
    CHECK(waitpid(pid_, &status, 0) == pid_);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  void Kill() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  const std::string& output() const { return seen_; }

 private:
  bool ReadMore() {
    char buffer[4096];
    const ssize_t count = read(output_, buffer, sizeof buffer);
    if (count > 0) seen_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  pid_t pid_ = 0;
  int output_ = -1;
  std::string seen_;
};

class ImportProcessTest : public testing::Test {
 protected:
  ImportProcessTest() { StartShop(); }

  void StartShop() {
    shop_.emplace(std::vector<std::string>{Program("octavo-catalog"), "--listen=127.0.0.1:0", "--catalog.alone",
                                           "--data-dir=" + (dir_ / "data").string()});
    address_ = "127.0.0.1:" + shop_->WaitFor(" port=");
    stub_ = v1::CatalogService::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
    owner_ = identity::WorkloadOfTool({.data_dir = dir_ / "data"}, clock_);
  }

  // Exit code and output of octavo-import.
  std::pair<int, std::string> RunImport(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {Program("octavo-import"), "--address=" + address_, "--data-dir=" + (dir_ / "data").string(), "--no-stock"});
    Child import(arguments);
    const int code = import.Wait();
    return {code, import.output()};
  }

  std::filesystem::path Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name, std::ios::binary) << text;
    return dir_ / name;
  }

  // A line of the report's table.
  static std::string Line(const std::string& name, std::int64_t count) {
    const std::string digits = std::to_string(count);
    return name + std::string(28 - name.size() - digits.size(), ' ') + digits + "\n";
  }

  static std::string Title(int number) { return "The Book of Number " + std::to_string(number); }

  // A file of our format with books 1 to `count`.
  std::filesystem::path WriteBooks(int count) {
    std::string text = "key,title,authors,categories\n";
    for (int i = 1; i <= count; ++i) {
      text += "k" + std::to_string(i) + "," + Title(i) + ",Author " + std::to_string(i % 97) + ",fiction;history\n";
    }
    return Write("books.csv", text);
  }

  std::int64_t CountBooks(const std::string& category = "") {
    grpc::ClientContext context;
    v1::ListBooksRequest request;
    request.set_category(category);
    request.set_page_size(1);
    v1::ListBooksResponse response;
    CHECK(stub_->ListBooks(&context, request, &response).ok());
    return response.total_size();
  }

  // Every book by key, as a follower of the change stream sees it.
  std::map<std::string, v1::Book> ReadAll() {
    grpc::ClientContext context;
    rpc::AddCredentials(context, &owner_, nullptr);
    const auto reader = stub_->StreamChanges(&context, v1::StreamChangesRequest());
    std::map<std::string, v1::Book> books;
    v1::Change change;
    while (reader->Read(&change) && !change.caught_up()) books[change.book().key()] = change.book();
    context.TryCancel();
    (void)reader->Finish();
    return books;
  }

  v1::Import GetImport(const std::string& name) {
    grpc::ClientContext context;
    rpc::AddCredentials(context, &owner_, nullptr);
    v1::GetImportRequest request;
    request.set_name(name);
    v1::Import import;
    (void)stub_->GetImport(&context, request, &import);
    return import;
  }

  std::int64_t CountFound(const std::string& query) {
    grpc::ClientContext context;
    v1::SearchBooksRequest request;
    request.set_query(query);
    v1::SearchBooksResponse response;
    CHECK(stub_->SearchBooks(&context, request, &response).ok());
    return response.total_size();
  }

  TempDir dir_;
  SystemClock clock_;
  identity::Workload owner_;  // The rights of whoever has the keys in the shop's data directory.
  std::optional<Child> shop_;
  std::string address_;
  std::unique_ptr<v1::CatalogService::Stub> stub_;
};

TEST_F(ImportProcessTest, ImportsAndRepeatingChangesNothing) {
  const std::string file = WriteBooks(1200).string();

  const auto first = RunImport({file, "--source=test"});
  const auto second = RunImport({file, "--source=test"});

  EXPECT_EQ(first.first, 0) << first.second;
  EXPECT_THAT(first.second, HasSubstr(Line("created", 1200)));
  EXPECT_EQ(second.first, 0) << second.second;
  EXPECT_THAT(second.second, HasSubstr(Line("unchanged", 1200)));
  EXPECT_EQ(CountBooks(), 1200);
  const auto removed = RunImport({"--remove=test"});
  EXPECT_THAT(removed.second, HasSubstr("Removed 1200 books"));
  EXPECT_EQ(CountBooks(), 0);
}

TEST_F(ImportProcessTest, ADryRunSaysWhatWouldHappenAndChangesNothing) {
  const std::string file =
      Write("b.csv", "key,title,authors,published_year\na,A,X,1999\nc,,X,1999\nb,B,X,nineteen\nd,,X,1999\n").string();

  const auto [code, output] = RunImport({file, "--dry-run"});

  EXPECT_EQ(code, 3);
  EXPECT_THAT(output, HasSubstr("error: " + file + ":3: title: is missing\n" +  // In the order of the file, whoever found it.
                                "error: " + file + ":4: published_year: \"nineteen\" is no whole number\n" + "error: " + file +
                                ":5: title: is missing\n"));
  EXPECT_THAT(output, HasSubstr(Line("created", 1)));
  EXPECT_EQ(CountBooks(), 0);
}

TEST_F(ImportProcessTest, SaysWhatItMadeUpAndWhatIsNotForSale) {
  const std::string file = Write("g.csv",
                                 "book_id,isbn,isbn13,authors,original_publication_year,title,language_code,"
                                 "average_rating,ratings_count\n1,,,A,2008,T,eng,4,10\n")
                               .string();

  const auto [code, output] = RunImport({file, "--source=test"});
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, HasSubstr("without a price            1  in the shop, but not for sale\n"));
  EXPECT_THAT(output, testing::Not(HasSubstr("made up")));
  EXPECT_FALSE(ReadAll().at("1").has_price());

  const auto [again, made_up] = RunImport({file, "--source=test", "--make-up-prices"});
  EXPECT_EQ(again, 0) << made_up;
  EXPECT_THAT(made_up, HasSubstr("prices made up             1  6.99 to 24.99 EUR, from a hash of the key\n"));
  EXPECT_TRUE(ReadAll().at("1").has_price());
}

TEST_F(ImportProcessTest, SaysInWhichEncodingAFileIsRead) {
  const std::string file = Write("w.csv", "key;title;authors\r\nk;Der Sch\xFCler;M\xFCller\r\n").string();
  const auto [code, output] = RunImport({file, "--source=test"});
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, HasSubstr("The file is read as windows-1252; --encoding says otherwise.\n"));
  EXPECT_EQ(ReadAll().at("k").title(), "Der Schüler");
}

TEST_F(ImportProcessTest, SaysThatAnotherNumberOfCopiesChangesNothing) {
  Child inventory({Program("octavo-inventory"), "--listen=127.0.0.1:0", "--data-dir=" + (dir_ / "stock").string(),
                   "--identity-dir=" + (dir_ / "data").string()});
  const std::string stock_address = "--inventory-address=127.0.0.1:" + inventory.WaitFor(" port=");
  const auto import = [&](const std::string& rows) {
    const std::string file = Write("s.csv", "key,title,authors,stock\n" + rows).string();
    Child child({Program("octavo-import"), "--address=" + address_, "--data-dir=" + (dir_ / "data").string(), stock_address, file,
                 "--source=test", "--verbose"});
    const int code = child.Wait();
    return std::pair(code, child.output());
  };
  const auto first = import("a,A,X,5\nb,B,X,7\n");
  const auto second = import("a,A,X,5\nb,B,X,9\n");

  EXPECT_EQ(first.first, 0) << first.second;
  EXPECT_THAT(first.second, HasSubstr(Line("stock received", 2).substr(0, 28)));
  EXPECT_THAT(first.second, testing::Not(HasSubstr("stock left alone")));
  EXPECT_EQ(second.first, 0) << second.second;
  EXPECT_THAT(second.second, HasSubstr(Line("stock left alone", 1).substr(0, 28)));
  EXPECT_THAT(second.second, HasSubstr(":3: stock: 9 changes nothing, because an earlier import brought in another number"));
  EXPECT_THAT(second.second, HasSubstr("CountStock"));
}

TEST_F(ImportProcessTest, ABrokenFileChangesNothing) {
  std::string text = "key,title,authors\n";
  for (int i = 0; i < 1500; ++i) text += "k" + std::to_string(i) + ",T,A\n";
  const std::string file = Write("b.csv", text + "last,\"never closed,A\n").string();

  const auto [code, output] = RunImport({file});

  EXPECT_EQ(code, 1);
  EXPECT_EQ(output, "octavo import: " + file + ":1502: a quoted field is never closed\n");
  EXPECT_EQ(CountBooks(), 0);
}

TEST_F(ImportProcessTest, SaysClearlyThatNoShopAnswers) {
  const std::string file = WriteBooks(1).string();
  shop_->Kill();
  for (const std::string& what : {file, std::string("--remove=test")}) {
    const auto [code, output] = RunImport({what, "--wait=1"});
    EXPECT_EQ(code, 1);
    EXPECT_EQ(output, "octavo import: no shop answers at " + address_ + "\n");
  }
}

// The shop is killed while rows stream in, as soon as some are acknowledged.
TEST_F(ImportProcessTest, AKilledShopHasEveryAcknowledgedRowAndNoHalfOne) {
  constexpr int kBooks = 6'000;
  const std::string name = "imports/0193583c-5a00-7abc-8def-0123456789ab";
  const std::filesystem::path file = WriteBooks(kBooks);
  std::atomic<bool> writing = true;
  std::thread sender([&] {
    grpc::ClientContext context;
    rpc::AddCredentials(context, &owner_, nullptr);
    v1::Import import;
    const auto stub = v1::CatalogService::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
    const auto writer = stub->ImportBooks(&context, &import);
    v1::ImportBooksRequest message;
    message.mutable_header()->set_import(name);
    message.mutable_header()->set_source("test");
    bool open = writer->Write(message);
    for (int i = 1; open && i <= kBooks; ++i) {
      message.mutable_row()->set_line(i + 1);
      v1::Book* book = message.mutable_row()->mutable_book();
      book->Clear();
      book->set_key("k" + std::to_string(i));
      book->set_title(Title(i));
      book->add_authors()->set_display_name("Author " + std::to_string(i % 97));
      book->add_categories("categories/fiction");
      book->add_categories("categories/history");
      open = writer->Write(message);
    }
    writer->WritesDone();
    (void)writer->Finish();
    writing = false;
  });
  v1::Import acknowledged;
  while (writing && acknowledged.row_count() < 1000) acknowledged = GetImport(name);
  shop_->Kill();
  sender.join();
  ASSERT_GE(acknowledged.row_count(), 1000);

  StartShop();

  const v1::Import durable = GetImport(name);
  EXPECT_GE(durable.row_count(), acknowledged.row_count());
  EXPECT_FALSE(durable.done());
  const std::map<std::string, v1::Book> books = ReadAll();
  EXPECT_EQ(static_cast<std::int64_t>(books.size()), durable.created_count());
  for (std::int64_t i = 1; i <= durable.row_count(); ++i) {
    const auto book = books.find("k" + std::to_string(i));
    ASSERT_NE(book, books.end()) << i;
    EXPECT_EQ(book->second.title(), Title(static_cast<int>(i)));
    EXPECT_EQ(book->second.authors_size(), 1);
  }
  EXPECT_EQ(CountBooks(), durable.created_count());
  EXPECT_EQ(CountBooks("categories/history"), durable.created_count());

  const auto [code, output] = RunImport({file.string(), "--source=test"});
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, HasSubstr(Line("unchanged", durable.created_count())));
  EXPECT_EQ(CountBooks(), kBooks);
  // The index was behind when the shop was killed; it comes up to the end by itself.
  std::int64_t found = 0;
  for (int i = 0; i < 3000 && found == 0; ++i) found = CountFound(Title(kBooks));
  EXPECT_GE(found, 1);
}

}  // namespace
}  // namespace octavo::catalog
