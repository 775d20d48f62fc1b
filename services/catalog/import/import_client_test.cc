// The import client against a shop that refuses for the moment, as one on an empty PostgreSQL does.
#include "services/catalog/import/import_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <set>

#include "lib/rpc/status.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"

namespace octavo::catalog {
namespace {

namespace v1 = ::octavo::catalog::v1;
namespace inventory_v1 = ::octavo::inventory::v1;

const Error kContention{Code::kAborted, "DATABASE_CONTENTION", "too many changes of the same data at once"};

// Takes books, and tells of them; refuses the first imports.
class FakeCatalog final : public v1::CatalogService::Service {
 public:
  std::atomic<int> refusals = 0;
  std::set<std::string> keys;  // One import at a time.

  grpc::Status ListCategories(grpc::ServerContext*, const v1::ListCategoriesRequest*, v1::ListCategoriesResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status GetImport(grpc::ServerContext*, const v1::GetImportRequest*, v1::Import*) override { return grpc::Status::OK; }
  grpc::Status ImportBooks(grpc::ServerContext*, grpc::ServerReader<v1::ImportBooksRequest>* reader,
                           v1::Import* import) override {
    v1::ImportBooksRequest message;
    while (reader->Read(&message)) {
      if (message.has_row()) keys.insert(message.row().book().key());
    }
    if (refusals-- > 0) return rpc::ToGrpcStatus(kContention);
    import->set_row_count(static_cast<std::int64_t>(keys.size()));
    return grpc::Status::OK;
  }
  grpc::Status StreamChanges(grpc::ServerContext*, const v1::StreamChangesRequest*,
                             grpc::ServerWriter<v1::Change>* writer) override {
    for (const std::string& key : keys) {
      v1::Change change;
      change.mutable_book()->set_name("books/" + key);
      change.mutable_book()->set_key(key);
      change.mutable_book()->set_source("test");
      writer->Write(change);
    }
    v1::Change end;
    end.set_caught_up(true);
    writer->Write(end);
    return grpc::Status::OK;
  }
};

// Refuses each book's copies for the moment before it takes them.
class FakeInventory final : public inventory_v1::InventoryService::Service {
 public:
  int refusals_of_each = 0;
  std::mutex mutex;
  std::map<std::string, int> calls;  // Guarded by mutex.

  grpc::Status ReceiveStock(grpc::ServerContext*, const inventory_v1::ReceiveStockRequest* request,
                            inventory_v1::ReceiveStockResponse*) override {
    const std::lock_guard lock(mutex);
    const bool refused = ++calls[request->request_id()] <= refusals_of_each;
    return refused ? rpc::ToGrpcStatus(kContention) : grpc::Status::OK;
  }
};

class NoProgress final : public ImportProgress {
 public:
  void Show(Step, std::int64_t, std::int64_t) override {}
};

class ImportClientTest : public testing::Test {
 protected:
  ImportClientTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&catalog_);
    builder.RegisterService(&inventory_);
    server_ = builder.BuildAndStart();
    std::ofstream(dir_ / "books.csv") << "key,title,authors,stock\n1,One,Ann,3\n2,Two,Ann,4\n";
  }
  ~ImportClientTest() override { server_->Shutdown(); }

  Result<ImportReport> Import() {
    BookFile file = *BookFile::Open(dir_ / "books.csv", {});
    ImportClient client({server_->InProcessChannel({}), server_->InProcessChannel({})}, caller_, clock_, random_);
    NoProgress progress;
    return client.Run(file, {.source = "test"}, progress);
  }

  TempDir dir_;
  SystemClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  rpc::Caller caller_{{*log_, metrics_, tracer_, clock_}};
  FakeCatalog catalog_;
  FakeInventory inventory_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(ImportClientTest, CopiesThatAreRefusedForTheMomentComeInAllTheSame) {
  inventory_.refusals_of_each = 2;

  const auto report = Import();

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->stock_received_count, 2);
  for (const auto& [request, calls] : inventory_.calls) EXPECT_EQ(calls, 3) << request;
}

TEST_F(ImportClientTest, BooksThatAreRefusedForTheMomentAreSentAgain) {
  catalog_.refusals = 2;

  const auto report = Import();

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->import.row_count(), 2);
}

TEST_F(ImportClientTest, WhatIsRefusedForLongIsTold) {
  catalog_.refusals = 1000;

  EXPECT_THAT(Import(), HasReason("DATABASE_CONTENTION"));
}

}  // namespace
}  // namespace octavo::catalog
