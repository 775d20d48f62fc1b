// What only a server can do: let another transaction win, hang up, and fall silent while committing.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/db/database.h"
#include "lib/db/testdata/migrations.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/test_database.h"

namespace octavo::db {
namespace {

using testing::HasSubstr;

constexpr const char* kInsert = "INSERT INTO counter (name, value) VALUES ($1, 1)";
constexpr const char* kSum = "SELECT COALESCE(SUM(value), 0) FROM counter";

std::int64_t Sum(Database& database) {
  return database.Read([](Transaction& transaction) { return transaction.QueryTheOne(kSum).Int(0); });
}

class PostgresTest : public testing::Test {
 protected:
  TestDatabase database_{TestDatabaseKind::kPostgres, testdata::Migrations()};
  SeededRandom random_{1};
};

TEST_F(PostgresTest, RunsTheWholeFunctionAgainWhenAnotherTransactionWins) {
  std::latch both_have_looked(2);
  std::atomic<int> runs = 0;
  const auto add_what_was_seen = [&](const char* name) {
    database_->Write([&, first = true](Transaction& transaction) mutable {
      ++runs;
      const std::int64_t seen = transaction.QueryTheOne(kSum).Int(0);
      if (std::exchange(first, false)) both_have_looked.arrive_and_wait();
      transaction.Execute("INSERT INTO counter (name, value) VALUES ($1, $2)", name, seen + 1);
    });
  };

  std::thread other([&] { add_what_was_seen("a"); });
  add_what_was_seen("b");
  other.join();

  EXPECT_EQ(runs, 3);  // One of them had to look again.
  EXPECT_EQ(Sum(*database_), 1 + 2);
  EXPECT_EQ(database_->stats().repeats, 1);
}

// Even when the function has turned the lost statement into an answer of its own.
TEST_F(PostgresTest, RunsAgainWhateverTheFunctionMadeOfTheFailure) {
  database_->Write([](Transaction& transaction) { transaction.Execute(kInsert, "a"); });
  int runs = 0;
  const Status status = database_->Write([&](Transaction& transaction) -> Status {
    ++runs;
    const std::int64_t seen = transaction.QueryTheOne("SELECT value FROM counter WHERE name = 'a'").Int(0);
    if (runs == 1) {
      std::thread([&] {
        database_->Write([](Transaction& other) { other.Execute("UPDATE counter SET value = value + 1"); });
      }).join();
    }
    try {
      transaction.Execute("UPDATE counter SET value = $1", seen + 1);
    } catch (const Error&) {
      return octavo::Error{Code::kInternal, "GIVEN_UP", ""};
    }
    return Ok();
  });

  EXPECT_TRUE(status.ok());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Sum(*database_), 3);
}

TEST_F(PostgresTest, GivesUpAfterItsAttempts) {
  TestDatabase database(TestDatabaseKind::kPostgres, testdata::Migrations(), {.attempts_max = 3});
  database->Write([](Transaction& transaction) { transaction.Execute(kInsert, "a"); });
  int runs = 0;
  const auto always_late = [&] {
    database->Write([&](Transaction& transaction) {
      ++runs;
      transaction.QueryOne(kSum);
      std::thread([&] {
        database->Write([](Transaction& other) { other.Execute("UPDATE counter SET value = value + 1"); });
      }).join();
      transaction.Execute("UPDATE counter SET value = 0");
    });
  };

  EXPECT_THROW(always_late(), Contention);
  EXPECT_EQ(runs, 3);
}

// Ends all other sessions that this schema's tests may have.
void HangUp(const std::string& url) {
  SeededRandom random(2);
  const auto other = Open({.url = url, .connections_max = 1}, random);
  other->Write([](Transaction& transaction) {
    transaction.Query(
        "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a "
        "WHERE a.pid <> pg_backend_pid() AND a.application_name = $1",
        "hang-me-up");
  });
}

TEST_F(PostgresTest, ConnectsAgainAfterTheServerHungUp) {
  const std::string url = database_.url() + "&application_name=hang-me-up";
  const auto database = Open({.url = url}, random_);
  ASSERT_EQ(Sum(*database), 0);
  HangUp(database_.url());

  EXPECT_EQ(Sum(*database), 0);
  EXPECT_EQ(database->stats().repeats, 1);
}

TEST_F(PostgresTest, RunsAgainWhenTheConnectionBreaksBeforeCommit) {
  const std::string url = database_.url() + "&application_name=hang-me-up";
  const auto database = Open({.url = url}, random_);
  int runs = 0;
  database->Write([&](Transaction& transaction) {
    transaction.Execute(kInsert, "a");
    if (++runs == 1) std::thread([&] { HangUp(database_.url()); }).join();
    transaction.Execute(kInsert, "b");
  });

  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Sum(*database), 2);
}

TEST_F(PostgresTest, SaysWhenNobodyIsThere) {
  const TempDir empty;
  try {
    (void)Open({.url = "postgresql://octavo:pass-word@/postgres?host=" + empty.path().string()}, random_);
    FAIL() << "connected";
  } catch (const Unavailable& unavailable) {
    EXPECT_THAT(unavailable.what(), HasSubstr(empty.path().string()));
    EXPECT_THAT(unavailable.what(), testing::Not(HasSubstr("pass-word")));
  }
}

TEST_F(PostgresTest, RefusesCallsThatFindNoConnectionInTime) {
  const auto database = Open({.url = database_.url(), .connections_max = 1, .wait_max = std::chrono::milliseconds(20)}, random_);
  const std::int64_t sum = database->Read([&](Transaction& transaction) {
    std::thread([&] { EXPECT_THROW(Sum(*database), Overloaded); }).join();
    return transaction.QueryTheOne(kSum).Int(0);
  });

  EXPECT_EQ(sum, 0);
}

// ---- The connection breaks while committing.

// Passes bytes between libpq and the real server, over a Unix socket, until it sees a COMMIT that it is to
// spoil.
class SpoilingProxy {
 public:
  enum class Spoil { kNothing, kBeforeCommit, kAfterCommit, kSilence };

  explicit SpoilingProxy(const std::string& server_url) : server_url_(server_url) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = (folder_ / ".s.PGSQL.5432").string();
    CHECK(path.size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(listen(listener_, 8) == 0);
    thread_ = std::thread([this] {
      for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0;) Serve(client);
    });
  }
  ~SpoilingProxy() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  // The server's URL with the host replaced; the port has to be the default of the socket's name.
  std::string url() const {
    const std::size_t query = server_url_.find('?');
    const std::size_t path = server_url_.find('/', std::strlen("postgresql://"));
    const std::string authority = server_url_.substr(0, path);
    const std::size_t at = authority.find('@');
    const std::string user = at == std::string::npos ? "postgresql://" : authority.substr(0, at + 1);
    std::string url =
        user + server_url_.substr(path, query - path) + "?port=5432&sslmode=disable&host=" + folder_.path().string();
    const std::size_t options = server_url_.find("options=");
    return url + "&" + server_url_.substr(options);
  }
  void SpoilNext(Spoil spoil) { spoil_ = spoil; }
  // From now on the server seems to hang: what clients send is taken, and nothing answers it.
  void Hang() { hangs_ = true; }
  // How often clients sent something since then.
  int unanswered() const { return unanswered_; }

 private:
  int ConnectToServer() const {
    // libpq finds the server for us; its socket is all we want. A copy, because PQfinish would close it.
    PGconn* finder = PQconnectdb(server_url_.c_str());
    CHECK(PQstatus(finder) == CONNECTION_OK);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    CHECK(getpeername(PQsocket(finder), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    PQfinish(finder);
    const int server = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(server, reinterpret_cast<sockaddr*>(&address), size) == 0);
    return server;
  }

  void Serve(int client) {
    const int server = ConnectToServer();
    std::array<pollfd, 2> sockets{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    bool open = true;
    while (open && poll(sockets.data(), sockets.size(), -1) > 0) {
      if (sockets[0].revents != 0) open = FromClient(client, server);
      if (open && sockets[1].revents != 0) open = !Pass(server, client).empty();
    }
    close(client);
    close(server);
  }

  static std::string Pass(int from, int to) {
    std::array<char, 65536> buffer;
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count <= 0) return "";
    const std::string bytes(buffer.data(), static_cast<std::size_t>(count));
    if (to >= 0) CHECK(write(to, bytes.data(), bytes.size()) == count);
    return bytes;
  }

  // False to hang up.
  bool FromClient(int client, int server) {
    const std::string bytes = Pass(client, -1);
    if (bytes.empty()) return false;
    if (hangs_) {
      ++unanswered_;
      return true;
    }
    const bool commits = bytes.find(std::string_view("COMMIT\0", 7)) != std::string::npos;
    const Spoil spoil = commits ? spoil_.exchange(Spoil::kNothing) : Spoil::kNothing;
    if (spoil == Spoil::kBeforeCommit) return false;
    CHECK(write(server, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    if (spoil == Spoil::kNothing) return true;
    (void)Pass(server, -1);  // The server has done it; nobody hears.
    if (spoil == Spoil::kSilence) (void)Pass(client, -1);
    return false;
  }

  const std::string server_url_;
  const TempDir folder_;
  int listener_ = -1;
  std::atomic<Spoil> spoil_ = Spoil::kNothing;
  std::atomic<bool> hangs_ = false;
  std::atomic<int> unanswered_ = 0;
  std::thread thread_;
};

class PostgresCommitTest : public PostgresTest {
 protected:
  using Spoil = SpoilingProxy::Spoil;

  // One at a time, because the proxy serves one connection after the other.
  std::unique_ptr<Database> OpenThroughProxy() {
    return Open({.url = proxy_.url(), .connections_max = 1, .statement_timeout = std::chrono::milliseconds(100)}, random_);
  }

  SpoilingProxy proxy_{database_.url()};
};

TEST_F(PostgresCommitTest, AnOutcomeNobodyKnowsIsNeitherRepeatedNorGuessed) {
  struct Case {
    Spoil spoil;
    std::int64_t stored;
  };
  const auto database = OpenThroughProxy();
  std::int64_t stored = 0;
  for (const Case& c : {Case{Spoil::kBeforeCommit, 0}, Case{Spoil::kAfterCommit, 1}, Case{Spoil::kSilence, 1}}) {
    int runs = 0;
    proxy_.SpoilNext(c.spoil);
    EXPECT_THROW(database->Write([&](Transaction& transaction) {
      ++runs;
      transaction.Execute(kInsert, std::to_string(static_cast<int>(c.spoil)));
    }),
                 UnknownOutcome);

    stored += c.stored;
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(Sum(*database_), stored);
    EXPECT_EQ(Sum(*database), stored);  // It has connected again.
  }
}

TEST_F(PostgresCommitTest, AGroupWaitsForAServerThatHangsOnceAndNotOnceForEachMember) {
  const auto database = OpenThroughProxy();
  proxy_.Hang();
  std::atomic<int> failed = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < 64; ++i) {
    writers.emplace_back([&, i] {
      try {
        database->WriteTogether([&](Transaction& transaction) { transaction.Execute(kInsert, std::to_string(i)); });
      } catch (const Error&) {
        ++failed;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();

  EXPECT_EQ(failed, 64);
  EXPECT_LT(proxy_.unanswered(), 32) << "each tried by itself";
}

TEST_F(PostgresCommitTest, AReadThatLosesItsCommitRunsAgain) {
  const auto database = OpenThroughProxy();
  proxy_.SpoilNext(Spoil::kBeforeCommit);

  EXPECT_EQ(Sum(*database), 0);
  EXPECT_EQ(database->stats().repeats, 1);
}

}  // namespace
}  // namespace octavo::db
