// Shops that are broken on purpose, each in one way that real shops were broken. A campaign that does not catch them proves
// nothing. README.md lists them with what catches each.
#pragma once

#include <vector>

#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {

inline Flaw NoFlaw() { return {.name = "none"}; }

// --- Of placing an order

// The intent is only in memory until the order is stored: money moves before anything durable says why.
Flaw ChargesBeforeTheIntentIsStored();
// The key of an order is never found: the same key again makes another order.
Flaw SameKeyIsNotUnique();
// Reserving or charging again makes another reservation or charge.
Flaw ReservesAnewEachTime();
Flaw ChargesAnewEachTime();
// Nobody looks for unfinished orders.
Flaw NeverRecovers();

// --- Of transactions

// A Write returns before its commit, which comes a few Writes later.
Flaw AnswersBeforeTheCommit();
// Changes that belong into one transaction are in two.
Flaw OutboxOutsideTheTransaction();
Flaw LedgerOutsideTheTransaction();
Flaw ClaimOutsideTheTransaction();
Flaw PositionBeforeItsEffect();

// Those above.
std::vector<Flaw> AllFlaws();

// --- Of taking back. Only calls that arrive late show them (late_calls_test.cc).

// Releasing something unknown is not remembered, so it is taken when it comes later.
Flaw ReleasesWithoutTombstone();
Flaw VoidsWithoutTombstone();
Flaw GivesBackWithoutTombstone();

}  // namespace octavo::campaigns
