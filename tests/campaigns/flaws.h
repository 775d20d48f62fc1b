// Shops that are broken on purpose, each in one way that people have broken shops before. A campaign that does not catch
// them proves nothing. README.md lists them with what catches each.
#pragma once

#include <vector>

#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {

inline Flaw NoFlaw() { return {.name = "none"}; }

// --- Of placing an order

// The intent is kept in memory until the order is stored: money moves before anything says why.
Flaw ChargesBeforeTheIntentIsStored();
// The key of an order is looked up, but never found: the same key again is another order.
Flaw SameKeyIsNotUnique();
// Reserving, or charging, again is another reservation, or charge.
Flaw ReservesAnewEachTime();
Flaw ChargesAnewEachTime();
// Nobody looks for unfinished orders.
Flaw NeverRecovers();

// --- Of transactions

// A Write says that it is stored, and the commit comes a few Writes later.
Flaw AnswersBeforeTheCommit();
// What belongs into one transaction is in two.
Flaw OutboxOutsideTheTransaction();
Flaw LedgerOutsideTheTransaction();
Flaw ClaimOutsideTheTransaction();
Flaw PositionBeforeItsEffect();

// Those above.
std::vector<Flaw> AllFlaws();

// --- Of taking back. They show only where calls arrive late (late_calls_test.cc).

// What was never seen is not remembered as released, and is taken when it comes after all.
Flaw ReleasesWithoutTombstone();
Flaw VoidsWithoutTombstone();
Flaw GivesBackWithoutTombstone();

}  // namespace octavo::campaigns
