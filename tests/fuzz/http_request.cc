// Heads and bodies of HTTP/1.1, in one piece and in pieces: both are read alike, and nothing of a stranger's bytes ends the
// process.
#include <algorithm>
#include <string>

#include "lib/http/request_reader.h"
#include "tests/fuzz/fuzz.h"

namespace octavo::http {
namespace {

struct Outcome {
  RequestReader::State state;
  int status;
  std::string target;
  std::string body;
  std::size_t header_count;

  bool operator==(const Outcome&) const = default;
};

// Feeds as a connection does: what is left over comes again, with more behind it.
Outcome Read(std::string_view bytes, std::size_t piece) {
  constexpr std::size_t kHeaderBytesMax = 2048;
  constexpr std::size_t kBodyBytesMax = 4096;
  RequestReader reader(kHeaderBytesMax);
  std::string buffer;
  while (true) {
    const bool reads = reader.state() == RequestReader::State::kHead || reader.state() == RequestReader::State::kBody;
    if (reader.state() == RequestReader::State::kHasHead) {
      reader.ReadBody(kBodyBytesMax);
    } else if (!reads || (bytes.empty() && buffer.empty())) {
      break;
    } else {
      const auto before = reader.state();
      const std::size_t used = reader.Feed(buffer);
      PROMISE(used <= buffer.size());
      buffer.erase(0, used);
      if (reader.state() != before) continue;
      if (bytes.empty()) break;
      const std::size_t length = std::min(piece, bytes.size());
      buffer += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  const bool has_head = reader.state() != RequestReader::State::kHead;
  const Request& request = reader.request();
  PROMISE(request.body.size() <= kBodyBytesMax);
  return {reader.state(), reader.status(), has_head ? request.target : "", request.body, request.headers.items().size()};
}

}  // namespace
}  // namespace octavo::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using octavo::http::RequestReader;
  octavo::fuzz::Input input(data, size);
  const std::size_t piece = input.Byte() % 16 + 1;
  const auto whole = octavo::http::Read(input.Rest(), input.Rest().size() + 1);
  const auto pieces = octavo::http::Read(input.Rest(), piece);
  // Where a limit is met depends on how much comes at once; whether a request is taken does not.
  if (whole.state == RequestReader::State::kDone && pieces.state == RequestReader::State::kDone) PROMISE(whole == pieces);
  return 0;
}
