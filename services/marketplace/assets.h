// Assets: the style sheet, scripts and pictures of the shop, each under an address that holds a hash of its
// content ("/static/shop.4f2a91c0.css"), so that browsers may keep it for ever. Immutable after construction;
// thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lib/http/message.h"

namespace octavo::marketplace {

class Assets {
 public:
  // From the embedded files.
  Assets();

  // "/static/shop.4f2a91c0.css" for "shop.css". Dies (CHECK) for a file that does not exist: only our own templates name
  // files.
  const std::string& Url(const std::string& name) const;

  // The file of a hashed name; 404 for any other.
  http::Response Serve(const std::string& hashed_name) const;
  // The file of a plain name, with an entity tag, cached for a day: for files that need a fixed address.
  http::Response ServePlain(const std::string& name) const;

 private:
  struct Asset {
    std::string url;
    std::string hash;
    std::string content_type;
    std::shared_ptr<const http::PreparedBody> body;
  };

  http::Response ToResponse(const Asset& asset, std::string cache_control) const;

  std::map<std::string, Asset> by_name_;
  std::map<std::string, const Asset*> by_hashed_name_;
};

}  // namespace octavo::marketplace
