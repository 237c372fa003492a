// Which run has which idempotency key, and the requests that wait for it.
//
// A key of a stored run is forgotten some time later, in passing. When there are too many keys, the oldest of these
// are forgotten earlier: the store knows them.
//
// Owned by MemoryCounters and protected by its mutex. Not thread-safe.
#pragma once

#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/ports/counters.hpp"

namespace belay::storage {

class IdempotencyKeys {
 public:
  struct Waiter {
    ReserveRequest request;
    Counters::Done<ReserveResult> done;
  };
  struct Claim {
    RunId run;
    std::string digest;
    bool is_decided = false;    // then nothing waits
    bool is_stored = false;     // forgotten soon
    std::list<Waiter> waiters;  // all with the same digest; first come, first served
  };

 private:
  struct Hash {
    std::size_t operator()(const IdempotencyKey& key) const;
  };
  struct Equal {
    bool operator()(const IdempotencyKey& a, const IdempotencyKey& b) const {
      return a.key == b.key && a.user == b.user && a.surface == b.surface;
    }
  };
  using Keys = std::unordered_map<IdempotencyKey, Claim, Hash, Equal>;

 public:
  using Entry = Keys::value_type;  // stays in its place until it is forgotten

  explicit IdempotencyKeys(std::size_t max_keys) : max_keys_(max_keys) {}

  Entry* find(const IdempotencyKey& key);
  // False: there is no space for another key now. add() itself is not bounded.
  bool make_space();
  Entry& add(IdempotencyKey key, RunId run, std::string digest);
  // Not for a key of a stored run.
  void forget(const Entry& key);
  // The run of the key is stored: the key is forgotten at `when`. The key must be decided. `when` never decreases.
  void forget_at(SteadyTime when, Entry& key);
  // Forgets a few of the keys whose time has come.
  void sweep_some(SteadyTime now);
  // Removes all waiting requests.
  std::list<Waiter> take_waiters();
  std::size_t size() const { return keys_.size(); }

 private:
  void forget_oldest();

  const std::size_t max_keys_;
  Keys keys_;
  std::deque<std::pair<SteadyTime, Keys::const_pointer>> stored_;  // and when to forget them; oldest first
};

}  // namespace belay::storage
