// Removes for good what users no longer want to be kept (requirements C11, X18):
//
//   close the gate ▸ note the request ▸ end the runs ▸ remove from the store ▸ close the journal's files
//
// A request that was noted is finished, if not now, then by maintenance or at the next start. What was removed is in no
// file of the data directory after about a minute.
#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"
#include "core/types/erasure.hpp"

namespace belay::services {

// An interface, so that surfaces are tested without an engine.
class Erasures {
 public:
  virtual ~Erasures() = default;

  // Removes what was made so far; sets `through`. May be repeated. When it fails, it is tried again later.
  virtual Awaitable<Result<ErasureReport>> erase(Loop& loop, Deadline deadline, Erasure erasure) = 0;
};

}  // namespace belay::services
