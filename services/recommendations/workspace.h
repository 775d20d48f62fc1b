// The workspace of the thread that runs: answers run inline on gRPC's threads, which are few and live long, so each keeps
// its own instead of asking a shared pool under a lock. Used up within one answer; holds nothing between two.
#pragma once

#include "services/recommendations/shelves.h"

namespace octavo::recommendations {

inline Workspace& WorkspaceOfThisThread() {
  thread_local Workspace workspace;
  return workspace;
}

}  // namespace octavo::recommendations
