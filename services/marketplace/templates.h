// Templates: the pages' HTML, apart from the code that fills it. Every value is escaped for its place (text,
// attribute, address, script): each template declares AUTOESCAPE, which a test checks, and our code never makes HTML
// from strings. Only a DataBlock is not escaped; structured_data.h makes it safe. Only this file uses ctemplate.
// Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "services/marketplace/structured_data.h"

namespace ctemplate {
class TemplateDictionary;
class TemplateCache;
}  // namespace ctemplate

namespace octavo::marketplace {

// Fills a template, or one repetition of a section of it. A light handle: the RootView owns everything.
class View {
 public:
  // The value of {{NAME}}.
  View& Set(std::string_view name, std::string_view value);
  View& Set(std::string_view name, std::int64_t value);
  // The text of {{NAME:none}}, which is not escaped, because it holds nothing that could end its block.
  View& SetData(std::string_view name, const DataBlock& data);
  // Shows {{#SECTION}}…{{/SECTION}} once, filled from this view.
  View& Show(std::string_view section);
  // Shows it once more, filled from the returned view (and, for names that it does not set, from this one).
  View Add(std::string_view section);
  // Puts `file` where {{>MARKER}} is, once more, filled only from the returned view.
  View Include(std::string_view marker, const std::string& file);
  // A value that every template of this page sees, unless it sets its own.
  View& SetEverywhere(std::string_view name, std::string_view value);

 protected:
  explicit View(ctemplate::TemplateDictionary* dictionary) : dictionary_(dictionary) {}
  ctemplate::TemplateDictionary* dictionary_;
};

class RootView : public View {
 public:
  RootView();
  ~RootView();
  RootView(const RootView&) = delete;
  RootView& operator=(const RootView&) = delete;

 private:
  friend class Templates;
};

class Templates {
 public:
  // The embedded templates.
  Templates();
  // The templates in a folder, read again for every page: for editing them while the shop runs.
  explicit Templates(std::filesystem::path folder);
  ~Templates();

  // The text of `file` filled from `view`. Dies (CHECK) if a template does not exist or does not parse; with a folder that is a
  // Failure instead, which ends only this page.
  std::string Render(const std::string& file, const RootView& view) const;

 private:
  const std::filesystem::path folder_;  // Empty: embedded.
  std::unique_ptr<ctemplate::TemplateCache> cache_;
};

}  // namespace octavo::marketplace
