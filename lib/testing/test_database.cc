#include "lib/testing/test_database.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/testing/postgres_cluster.h"
#include "lib/testing/temp_dir.h"

namespace octavo {
namespace {

// A name no other test has at the same time, in this process or another on the same server.
std::string NewSchemaName() {
  static SystemRandom random;
  return "test_" + std::to_string(getpid()) + "_" + std::to_string(random.Below(1'000'000'000));
}

std::string WithSearchPath(const std::string& url, const std::string& schema) {
  const char* separator = url.find('?') == std::string::npos ? "?" : "&";
  return url + separator + "options=-csearch_path%3D" + schema;
}

}  // namespace

class TestDatabase::Place {
 public:
  explicit Place(TestDatabaseKind kind) {
    if (kind == TestDatabaseKind::kSqlite) {
      folder_.emplace();
      url_ = (*folder_ / "test.db").string();
      return;
    }
    schema_ = NewSchemaName();
    OnServer("CREATE SCHEMA " + schema_);
    url_ = WithSearchPath(TestPostgresUrl(), schema_);
  }
  ~Place() {
    if (schema_.empty()) return;
    try {
      OnServer("DROP SCHEMA " + schema_ + " CASCADE");
    } catch (const db::Error& error) {
      std::fprintf(stderr, "left behind: %s\n", error.what());
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::string& url() const { return url_; }

 private:
  static void OnServer(const std::string& sql) {
    SeededRandom random(static_cast<std::uint64_t>(getpid()));
    const auto server = db::Open({.url = TestPostgresUrl(), .connections_max = 1}, random);
    server->Write([&](db::Transaction& transaction) { transaction.Script(sql); });
  }

  std::optional<TempDir> folder_;
  std::string schema_;
  std::string url_;
};

TestDatabase::TestDatabase(TestDatabaseKind kind, std::span<const db::Migration> migrations)
    : TestDatabase(kind, migrations, db::Options{}) {}

TestDatabase::TestDatabase(TestDatabaseKind kind, std::span<const db::Migration> migrations, db::Options options)
    : place_(std::make_unique<Place>(kind)), options_(std::move(options)) {
  options_.url = place_->url();
  Reopen();
  const Status migrated = db::Migrate(*database_, migrations);
  if (!migrated.ok()) std::fprintf(stderr, "%s\n", ToString(migrated.error()).c_str());
  CHECK(migrated.ok());
}

TestDatabase::~TestDatabase() { Close(); }

void TestDatabase::Reopen() {
  Close();
  database_ = db::Open(options_, random_);
}

std::string TestPostgresUrl() {
  constexpr const char* kVariable = "OCTAVO_TEST_POSTGRES_URL";
  const char* const given = std::getenv(kVariable);
  if (given != nullptr && *given != '\0') return given;
  static const PostgresCluster cluster;
  setenv(kVariable, cluster.url().c_str(), /*overwrite=*/1);  // For programs that the test starts.
  return cluster.url();
}

}  // namespace octavo
