#include "recommender/settings.h"

#include <charconv>

namespace octavo::recommender {
namespace {

std::string Number(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), value).ptr};
}

}  // namespace

std::string ToJson(const Settings& settings) {
  std::string json = "{";
  const auto add = [&json](const char* name, const std::string& value) {
    if (json.size() > 1) json += ", ";
    json += std::string("\"") + name + "\": " + value;
  };
  add("method", settings.method == Method::kNeighbours ? "\"neighbours\"" : "\"regressions\"");
  add("weight_power", Number(settings.weight_power));
  add("neighbour_user_exponent", Number(settings.neighbour_user_exponent));
  add("row_exponent", Number(settings.row_exponent));
  add("column_exponent", Number(settings.column_exponent));
  add("shrinkage", Number(settings.shrinkage));
  add("similarity_power", Number(settings.similarity_power));
  add("candidates", std::to_string(settings.candidates));
  add("user_exponent", Number(settings.user_exponent));
  add("ridge", Number(settings.ridge));
  add("ridge_exponent", Number(settings.ridge_exponent));
  add("history_exponent", Number(settings.history_exponent));
  add("popularity_exponent", Number(settings.popularity_exponent));
  add("row_max", std::to_string(settings.row_max));
  return json + "}";
}

}  // namespace octavo::recommender
