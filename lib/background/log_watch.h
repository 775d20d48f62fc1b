// What another process has written to the same database, nobody tells this one: it looks at the last position of the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "lib/background/repeater.h"
#include "lib/base/change_signal.h"

namespace octavo::background {

// How long what another process wrote stays unseen at most, where one read tells of it.
inline constexpr std::chrono::milliseconds kWatchInterval{200};

// A turn that notifies `signal`, which must outlive it, whenever the last position is another one than before, at the first
// time too.
inline Repeater::Turn NotifyOfNew(std::function<std::int64_t()> last_position, ChangeSignal& signal) {
  return
      [last_position = std::move(last_position), &signal, known = std::optional<std::int64_t>()](const std::stop_token&) mutable {
        const std::int64_t position = last_position();
        if (position != known) signal.Notify();
        known = position;
      };
}

}  // namespace octavo::background
