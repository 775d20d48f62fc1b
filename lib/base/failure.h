// Failure: an Error that ends the request, thrown. Caught only at the RPC boundary and in main.
// error() may be shown to the caller; what() says more and is for the log.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "lib/base/error.h"

namespace octavo {

class Failure : public std::runtime_error {
 public:
  Failure(Error error, const std::string& detail) : std::runtime_error(detail), error_(std::move(error)) {}

  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace octavo
