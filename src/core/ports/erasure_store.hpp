// The port that removes what users no longer want to be kept (requirements C11, X18). It is implemented together with
// Store (core/ports/store.hpp), whose rules on threads, order and bounds also apply here.
//
// An erasure has two parts, so that a crash in the middle is finished at the next start: request_erasure() keeps what
// is to be removed, erase() removes it. In between, the caller ends the runs that it concerns. The record of a run
// that was removed stays for a while without its contents, as a mark: nothing that arrives later, from a journal for
// example, can bring the run back.
#pragma once

#include <vector>

#include "core/ports/store.hpp"
#include "core/types/erasure.hpp"

namespace belay {

class ErasureStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;
  // Of a request that is kept.
  using Id = std::uint64_t;
  struct Pending {
    Id id = 0;
    Erasure erasure;
  };

  virtual ~ErasureStore() = default;

  virtual void request_erasure(Erasure erasure, Done<Id> done) = 0;
  // Those that were requested and are not finished, oldest first.
  virtual void pending_erasures(Done<std::vector<Pending>> done) = 0;
  // Removes, in many short transactions, what the erasure covers and forgets the request. The runs that it covers must
  // have ended. The files no longer hold what was removed when `done` is called, unless another process reads them.
  virtual void erase(Id id, Done<ErasureReport> done) = 0;
  // Removes these runs, settled or not, with their messages, and leaves the mark.
  virtual void erase_runs(std::vector<RunId> runs, Done<> done) = 0;
};

}  // namespace belay
