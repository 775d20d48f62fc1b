#include "services/marketplace/templates.h"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>

#include <cstddef>
#include <fstream>
#include <sstream>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/failure.h"
#include "services/marketplace/embedded.h"

namespace octavo::marketplace {
namespace {

constexpr std::string_view kFolder = "templates/";

ctemplate::TemplateString ToTemplateString(std::string_view text) { return ctemplate::TemplateString(text.data(), text.size()); }

// The name of a variable or a section. ctemplate writes each name without a number into a global list for debugging, under a lock
// of the whole process; a name with its number is not written there.
class Name : public ctemplate::TemplateString {
 public:
  explicit Name(std::string_view name) : TemplateString(name.data(), name.size()) { CacheGlobalId(); }
};

bool AddTemplate(ctemplate::TemplateCache& cache, const std::string& name, std::string_view text) {
  return cache.StringToTemplateCache(name, ToTemplateString(text), ctemplate::STRIP_BLANK_LINES);
}

std::unique_ptr<ctemplate::TemplateCache> LoadFolder(const std::filesystem::path& folder) {
  auto cache = std::make_unique<ctemplate::TemplateCache>();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    if (!AddTemplate(*cache, entry.path().filename().string(), text.str())) {
      throw Failure(Error{Code::kInternal, "BAD_TEMPLATE", "a template does not parse"}, entry.path().string());
    }
  }
  return cache;
}

}  // namespace

View& View::Set(std::string_view name, std::string_view value) {
  dictionary_->SetValue(Name(name), ToTemplateString(value));
  return *this;
}

View& View::Set(std::string_view name, std::int64_t value) { return Set(name, std::to_string(value)); }

View& View::SetData(std::string_view name, const DataBlock& data) { return Set(name, data.json()); }

View& View::Show(std::string_view section) {
  dictionary_->ShowSection(Name(section));
  return *this;
}

View View::Add(std::string_view section) { return View(dictionary_->AddSectionDictionary(Name(section))); }

View View::Include(std::string_view marker, const std::string& file) {
  ctemplate::TemplateDictionary* included = dictionary_->AddIncludeDictionary(Name(marker));
  included->SetFilename(file);
  return View(included);
}

View& View::SetEverywhere(std::string_view name, std::string_view value) {
  dictionary_->SetTemplateGlobalValue(Name(name), ToTemplateString(value));
  return *this;
}

RootView::RootView() : View(new ctemplate::TemplateDictionary("page")) {}
RootView::~RootView() { delete dictionary_; }

Templates::Templates() : cache_(std::make_unique<ctemplate::TemplateCache>()) {
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.path.starts_with(kFolder)) continue;
    CHECK(AddTemplate(*cache_, std::string(file.path.substr(kFolder.size())), file.bytes));
  }
  cache_->Freeze();  // Nothing is read from disk any more, and lookups need no lock.
}

Templates::Templates(std::filesystem::path folder) : folder_(std::move(folder)) {}
Templates::~Templates() = default;

std::string Templates::Render(const std::string& file, const RootView& view) const {
  const std::unique_ptr<ctemplate::TemplateCache> fresh = folder_.empty() ? nullptr : LoadFolder(folder_);
  ctemplate::TemplateCache& cache = fresh == nullptr ? *cache_ : *fresh;
  std::string out;
  const bool expanded = cache.ExpandWithData(file, ctemplate::STRIP_BLANK_LINES, view.dictionary_, nullptr, &out);
  if (!expanded && fresh != nullptr) {
    throw Failure(Error{Code::kInternal, "BAD_TEMPLATE", "a template is missing"}, file);
  }
  CHECK(expanded);
  return out;
}

}  // namespace octavo::marketplace
