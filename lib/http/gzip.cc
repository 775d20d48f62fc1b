#include "lib/http/gzip.h"

#include <zlib.h>

#include <cctype>
#include <cstddef>

#include "lib/base/check.h"

namespace octavo::http {
namespace {

// Window of 32 KiB; 16 asks zlib for the gzip format instead of its own.
constexpr int kGzipWindowBits = 15 + 16;

std::string Lower(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t') out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

// "q=0", "q=0.0", "q=0.000": not acceptable.
bool IsZeroWeight(std::string_view parameters) {
  if (!parameters.starts_with("q=0")) return false;
  return parameters.find_first_not_of("0.", 3) == std::string_view::npos;
}

}  // namespace

std::string Gzip(std::string_view text, Effort effort) {
  z_stream stream = {};
  const int level = effort == Effort::kQuick ? Z_BEST_SPEED : Z_BEST_COMPRESSION;
  CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib does not write to its input.
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);  // deflateBound said that it fits.
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  const std::string header = Lower(accept_encoding);
  std::string_view rest = header;
  bool by_wildcard = false;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    const std::size_t semicolon = item.find(';');
    const std::string_view coding = item.substr(0, semicolon);
    const bool allowed = semicolon == std::string_view::npos || !IsZeroWeight(item.substr(semicolon + 1));
    if (coding == "gzip" || coding == "x-gzip") return allowed;
    if (coding == "*") by_wildcard = allowed;
  }
  return by_wildcard;
}

}  // namespace octavo::http
