// PostgresCluster: a private PostgreSQL server with its data in a temporary folder, reached by a Unix socket
// there and by nothing else. Ends with the object, or with the process if that dies first. Nothing is synced:
// for tests only.
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/testing/temp_dir.h"

namespace octavo {

class PostgresCluster {
 public:
  // Takes about two seconds. Prints why and ends the process when PostgreSQL is not installed or does not
  // start. As root, it runs as the user postgres, or nobody. Make it on a thread that lives as long.
  PostgresCluster();
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  const std::string& url() const { return url_; }

 private:
  TempDir folder_;
  std::string url_;
  pid_t server_ = -1;
};

}  // namespace octavo
