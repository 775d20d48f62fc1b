#include "lib/obs/trace.h"

#include <charconv>
#include <cstdio>

#include "lib/base/random.h"

namespace octavo::obs {
namespace {

std::optional<std::uint64_t> ParseHex(std::string_view digits) {
  for (const char c : digits) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;  // Upper case is invalid there.
  }
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

std::uint64_t NonZero() {
  std::uint64_t value = QuickRandom();
  while (value == 0) value = QuickRandom();
  return value;
}

}  // namespace

TraceContext NewTrace(bool sampled) {
  return {.trace_high = NonZero(), .trace_low = NonZero(), .span = NonZero(), .sampled = sampled};
}

TraceContext ChildOf(const TraceContext& parent, bool sampled_if_new) {
  if (!parent.valid()) return NewTrace(sampled_if_new);
  TraceContext child = parent;
  child.span = NonZero();
  return child;
}

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  // 00-<32 hex trace id>-<16 hex span id>-<2 hex flags>; later versions may carry more behind another hyphen.
  constexpr std::size_t kLength = 55;
  if (header.size() < kLength) return std::nullopt;
  const auto version = ParseHex(header.substr(0, 2));
  if (!version || *version == 0xff) return std::nullopt;
  if (header.size() > kLength && (*version == 0 || header[kLength] != '-')) return std::nullopt;
  if (header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const auto high = ParseHex(header.substr(3, 16));
  const auto low = ParseHex(header.substr(19, 16));
  const auto span = ParseHex(header.substr(36, 16));
  const auto flags = ParseHex(header.substr(53, 2));
  if (!high || !low || !span || !flags) return std::nullopt;
  const TraceContext context{.trace_high = *high, .trace_low = *low, .span = *span, .sampled = (*flags & 1) != 0};
  if (!context.valid()) return std::nullopt;
  return context;
}

std::string ToTraceparent(const TraceContext& context) {
  char text[64];
  std::snprintf(text, sizeof text, "00-%016llx%016llx-%016llx-%02x", static_cast<unsigned long long>(context.trace_high),
                static_cast<unsigned long long>(context.trace_low), static_cast<unsigned long long>(context.span),
                context.sampled ? 1U : 0U);
  return text;
}

std::string TraceIdText(const TraceContext& context) { return ToTraceparent(context).substr(3, 32); }

}  // namespace octavo::obs
