// The files of templates/ and static/ as they were when the program was built.
#pragma once

#include <span>
#include <string_view>

namespace octavo::marketplace {

struct EmbeddedFile {
  std::string_view path;  // "templates/home.tpl", "static/vendor/htmx-4.0.1.min.js".
  std::string_view bytes;
};

std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace octavo::marketplace
