#include "services/inventory/domain/request.h"

#include <algorithm>
#include <string_view>

#include "lib/base/quoted.h"

namespace octavo::inventory {
namespace {

constexpr std::string_view kReservations = "reservations/";

bool MayBeInRequestId(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._:~-").find(c) != std::string_view::npos;
}

std::string Text(const Demand& demand) {
  std::string text;
  for (const auto& [book, quantity] : demand) {
    text += ' ' + std::to_string(book.value()) + '=' + std::to_string(quantity);
  }
  return text;
}

std::string Number(Reason reason) { return std::to_string(static_cast<int>(reason)); }

Status CheckReason(Reason reason, std::initializer_list<Reason> allowed, const char* names) {
  if (std::find(allowed.begin(), allowed.end(), reason) != allowed.end()) return Ok();
  return InvalidField("reason", std::string("must be ") + names + ", is number " + Number(reason));
}

}  // namespace

Result<RequestId> ParseRequestId(const std::string& text, const std::string& field) {
  const bool good = !text.empty() && text.size() <= kRequestIdBytesMax && std::all_of(text.begin(), text.end(), MayBeInRequestId);
  if (good) return RequestId{text};
  return InvalidField(field, "must be 1 to 128 letters, digits and . _ : ~ -, is " + Quoted(text));
}

Result<RequestId> ParseReservationName(const std::string& name, const std::string& field) {
  if (name.starts_with(kReservations)) {
    Result<RequestId> id = ParseRequestId(name.substr(kReservations.size()), field);
    if (id.ok()) return id;
  }
  return InvalidField(field, "must be \"reservations/\" and a request_id, is " + Quoted(name));
}

Result<Demand> SumDemand(std::span<const Line> lines, std::size_t lines_max) {
  if (lines.empty() || lines.size() > lines_max) {
    return InvalidField("lines", "must be 1 to " + std::to_string(lines_max) + " lines, are " + std::to_string(lines.size()));
  }
  Demand demand;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::int64_t quantity = lines[i].quantity;
    if (quantity < 1 || quantity > kQuantityMax) {
      return InvalidField("lines[" + std::to_string(i) + "].quantity",
                          "must be from 1 to " + std::to_string(kQuantityMax) + ", is " + std::to_string(quantity));
    }
    demand[lines[i].book] += quantity;
  }
  return demand;
}

Result<std::chrono::microseconds> CheckTimeToLive(std::chrono::microseconds time_to_live) {
  if (time_to_live > std::chrono::microseconds(0) && time_to_live <= kTimeToLiveMax) return time_to_live;
  return InvalidField("time_to_live",
                      "must be above 0 and at most 7 days, is " + std::to_string(time_to_live.count()) + " microseconds");
}

Status CheckNote(const std::string& note) {
  if (note.size() <= kNoteBytesMax) return Ok();
  return InvalidField("note", "must be at most " + std::to_string(kNoteBytesMax) + " bytes, has " + std::to_string(note.size()));
}

Status CheckReceiptReason(Reason reason) {
  return CheckReason(reason, {Reason::kDelivery, Reason::kReturn, Reason::kFound, Reason::kImport, Reason::kOther},
                     "REASON_DELIVERY, _RETURN, _FOUND, _IMPORT or _OTHER");
}

Status CheckAdjustmentReason(Reason reason) {
  return CheckReason(reason, {Reason::kDamage, Reason::kTheft, Reason::kFound, Reason::kOther},
                     "REASON_DAMAGE, _THEFT, _FOUND or _OTHER");
}

std::int64_t Receipt::fingerprint() const { return Fingerprint("receive " + Number(reason) + Text(copies) + '\n' + note); }

std::int64_t Adjustment::fingerprint() const {
  return Fingerprint("adjust " + Number(reason) + Text({{book, difference}}) + '\n' + note);
}

std::int64_t Count::fingerprint() const { return Fingerprint("count" + Text({{book, on_hand}}) + '\n' + note); }

std::int64_t Return::fingerprint() const {
  return Fingerprint((only_waiting ? "strike off " : "return ") + reservation.value() + Text(copies) + '\n' + note);
}

Status CheckDifference(std::int64_t difference) {
  if (difference != 0 && difference >= -kOnHandMax && difference <= kOnHandMax) return Ok();
  return InvalidField("difference", "must be from -" + std::to_string(kOnHandMax) + " to " + std::to_string(kOnHandMax) +
                                        " and not 0, is " + std::to_string(difference));
}

Status CheckCounted(std::int64_t on_hand) {
  if (on_hand >= 0 && on_hand <= kOnHandMax) return Ok();
  return InvalidField("on_hand", "must be from 0 to " + std::to_string(kOnHandMax) + ", is " + std::to_string(on_hand));
}

}  // namespace octavo::inventory
