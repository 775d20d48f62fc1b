// Import: sends a file of what readers did to the recommendations service, and takes a source back out. What `octavo demo`
// calls for demo/readers.csv.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/rpc/client.h"

namespace octavo::recommendations {

struct ImportRequest {
  std::filesystem::path file;  // event_file.h says what is in it.
  std::string source;          // "demo". The keys are those of the catalogue's books of this source.
};

struct ImportReport {
  std::int64_t rows = 0;
  std::int64_t recorded = 0;
  std::int64_t repeated = 0;          // Known from an earlier import of the same file.
  std::int64_t refused = 0;           // By the service, or for a key that the catalogue does not have.
  std::vector<std::string> problems;  // The first 100 of those, "file:line: rule".
};

// Called with the rows sent so far and all rows.
using ImportProgress = std::function<void(std::int64_t sent, std::int64_t rows)>;

struct ImportPeers {
  std::shared_ptr<grpc::Channel> catalog;
  std::shared_ptr<grpc::Channel> recommendations;
  rpc::Telemetry telemetry;
};

// Reader n of the file becomes readers/n; days_ago counts back from now. Each row's event id is made of the source and the
// row's line, so that importing the file again changes nothing. All rows are durable when it returns. Fails with
// BAD_FILE before anything is sent, or with what the services answer; repeating it goes on where it failed.
Result<ImportReport> ImportReaders(const ImportRequest& request, const ImportPeers& peers, const ImportProgress& progress = {});

// Forgets every event of the source; how many there were.
Result<std::int64_t> RemoveReaders(const std::string& source, const ImportPeers& peers);

}  // namespace octavo::recommendations
