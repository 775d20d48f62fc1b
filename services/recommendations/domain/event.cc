#include "services/recommendations/domain/event.h"

#include <algorithm>
#include <utility>

#include "lib/base/quoted.h"

namespace octavo::recommendations {
namespace {

constexpr std::string_view kReaders = "readers/";

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool IsName(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::all_of(text.begin(), text.end(), IsNameCharacter);
}

Error Invalid(std::string_view field, std::string description) {
  return InvalidField(std::string(field), std::move(description));
}

}  // namespace

Result<ReaderId> ParseReader(std::string_view name, std::string_view field) {
  if (!name.starts_with(kReaders) || !IsName(name.substr(kReaders.size()), kReaderBytesMax)) {
    return Invalid(field, Quoted(name) + " is no reader: write \"readers/\" and 1 to 64 letters, digits, '-', '_' or '.'");
  }
  return ReaderId(std::string(name.substr(kReaders.size())));
}

Status CheckShelf(std::string_view shelf, std::string_view field) {
  if (shelf.empty() || IsName(shelf, kShelfBytesMax)) return Ok();
  return Invalid(field, Quoted(shelf) + " is no shelf's name: at most 64 letters, digits, '-', '_' or '.'");
}

Status CheckSource(std::string_view source, std::string_view field) {
  if (source.empty() || IsName(source, kSourceBytesMax)) return Ok();
  return Invalid(field, Quoted(source) + " is no source: at most 64 letters, digits, '-', '_' or '.'");
}

Status CheckEvent(const Event& event, Timestamp now) {
  const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
  if (event.id.size() > kEventIdBytesMax || !std::all_of(event.id.begin(), event.id.end(), is_printable)) {
    return Invalid("event_id", Quoted(event.id) + " is no event id: at most 128 printable ASCII characters, no space");
  }
  if (event.type < EventType::kImpression || event.type > EventType::kDismiss) {
    return Invalid("type", std::to_string(static_cast<int>(event.type)) + " is no type of event");
  }
  if (event.type == EventType::kRating && (event.rating < 1 || event.rating > kStarsMax)) {
    return Invalid("rating", std::to_string(event.rating) + " is not from 1 to 5");
  }
  if (event.type != EventType::kRating && event.rating != 0) {
    return Invalid("rating", std::to_string(event.rating) + " is given, but only a rating has one");
  }
  if (event.time < Timestamp{}) return Invalid("event_time", ToString(event.time) + " is before 1970");
  if (event.time > now + kFutureMax) {
    return Invalid("event_time", ToString(event.time) + " is more than a day in the future");
  }
  TRY(CheckShelf(event.shelf));
  return CheckSource(event.source);
}

std::string ReaderName(const ReaderId& reader) { return std::string(kReaders) + reader.value(); }

}  // namespace octavo::recommendations
