#include "services/marketplace/assets.h"

#include <sodium.h>

#include <array>

#include "lib/base/check.h"
#include "lib/http/gzip.h"
#include "services/marketplace/embedded.h"

namespace octavo::marketplace {
namespace {

constexpr std::string_view kFolder = "static/";

std::string HashOf(std::string_view bytes) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  std::array<char, digest.size() * 2 + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return std::string(hex.data(), 10);  // 40 bits tell the versions of one file apart.
}

std::string ContentType(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  if (name.ends_with(".LICENSE")) return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

}  // namespace

Assets::Assets() {
  CHECK(sodium_init() >= 0);
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.path.starts_with(kFolder)) continue;
    std::string name(file.path.substr(kFolder.size()));
    name = name.substr(name.rfind('/') + 1);  // The folder vendor/ is for people.
    const std::string hash = HashOf(file.bytes);
    const std::size_t dot = name.rfind('.');
    CHECK(dot != std::string::npos);
    const std::string hashed = name.substr(0, dot) + "." + hash + name.substr(dot);
    auto body = std::make_shared<const http::PreparedBody>(
        http::PreparedBody{.plain = std::string(file.bytes), .gzip = http::Gzip(file.bytes, http::Effort::kBest)});
    const auto [entry, added] = by_name_.emplace(
        name, Asset{.url = "/static/" + hashed, .hash = hash, .content_type = ContentType(name), .body = std::move(body)});
    CHECK(added);
    by_hashed_name_.emplace(hashed, &entry->second);
  }
}

const std::string& Assets::Url(const std::string& name) const {
  const auto entry = by_name_.find(name);
  CHECK(entry != by_name_.end());
  return entry->second.url;
}

http::Response Assets::Serve(const std::string& hashed_name) const {
  const auto entry = by_hashed_name_.find(hashed_name);
  if (entry == by_hashed_name_.end()) return http::PlainText(404, "Not Found\n");
  return ToResponse(*entry->second, "public, max-age=31536000, immutable");
}

http::Response Assets::ServePlain(const std::string& name) const {
  const auto entry = by_name_.find(name);
  CHECK(entry != by_name_.end());
  return ToResponse(entry->second, "public, max-age=86400");
}

http::Response Assets::ToResponse(const Asset& asset, std::string cache_control) const {
  http::Response response;
  response.content_type = asset.content_type;
  response.prepared = asset.body;
  response.etag = asset.hash;
  response.headers.Add("Cache-Control", std::move(cache_control));
  return response;
}

}  // namespace octavo::marketplace
