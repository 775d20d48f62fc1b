#include "lib/names/resource_names.h"

#include "lib/base/quoted.h"
#include "lib/base/uuid.h"
#include "lib/names/numbers.h"

namespace octavo::names {
namespace {

Error NoName(std::string_view collection, std::string_view name, const std::string& field, const char* form) {
  return InvalidField(field, Quoted(name) + " is not of the form " + NameOf(collection, form));
}

}  // namespace

std::string NameOf(std::string_view collection, std::string_view id) { return std::string(collection).append(id); }

std::optional<std::string_view> FindId(std::string_view collection, std::string_view name) {
  if (!name.starts_with(collection) || name.size() == collection.size()) return std::nullopt;
  return name.substr(collection.size());
}

std::optional<std::string> FindUuid(std::string_view collection, std::string_view name) {
  const auto id = FindId(collection, name);
  return id && IsUuid(*id) ? std::optional(std::string(*id)) : std::nullopt;
}

Result<std::string> ParseUuid(std::string_view collection, std::string_view name, const std::string& field) {
  if (auto id = FindUuid(collection, name)) return *std::move(id);
  return NoName(collection, name, field, "<uuid>");
}

Result<std::int64_t> ParseNumber(std::string_view collection, std::string_view name, const std::string& field) {
  const auto id = FindId(collection, name);
  if (const auto number = id ? FindNumber(*id, INT64_MAX) : std::nullopt) return *number;
  return NoName(collection, name, field, "<number>");
}

}  // namespace octavo::names
