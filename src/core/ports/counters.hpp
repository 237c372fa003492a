// The port to the counters: idempotency keys, concurrent runs, requests in a time window, quotas of a month. In
// memory now, later in Redis.
//
//   reserve(run) ─▶ granted ─▶ confirm(run): the run is in the log ─▶ settle(run): it has ended ─▶ stored(run)
//                      └─────▶ settle(run, never_ran): nothing was started. Slots, quotas and the key are free;
//                                              a count in a window stays
//
// What a run holds is known by its id, so nobody else keeps a list of it. All times are by the counters' own
// clock. Calls take effect in the order in which they were made. Thread-safe. The memory engine answers inside
// the call, except a reservation that waits for another one with the same key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/limit.hpp"

namespace belay {

// Chosen by a client, so that a repeated request does not start a second run.
struct IdempotencyKey {
  std::string user;
  std::string surface;
  std::string key;  // empty: the request has none

  bool empty() const { return key.empty(); }
};

struct ReserveRequest {
  RunId run;
  IdempotencyKey key;
  std::string digest;         // of the request's body: distinguishes two requests under one key
  std::vector<Limit> limits;  // in the order in which they are checked; none of the kind `total`
};

struct ReserveResult {
  enum class State {
    granted,
    limited,   // by `limit`, the first that refused; nothing is held
    full,      // no limit was reached, but there is no space to count another key; nothing is held
    repeated,  // another request has the key: `first` and `digest`; nothing is held
  };
  State state = State::granted;
  // granted: the window or quota with the least left, if there is one. limited and full: what refused.
  std::optional<LimitStatus> limit;
  RunId first;
  std::string digest;
};

// Who has an idempotency key.
struct KeyClaim {
  RunId run;
  std::string digest;
  bool is_decided = false;  // the run is in the log; else its request may still fail
};

enum class Charge {
  counted,    // the run ended and counts
  refunded,   // the run ended; quotas get it back, windows do not
  never_ran,  // there is no run; quotas get it back, and the key is free
};

class Counters {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~Counters() = default;

  // Takes the key and a place in every limit in one atomic step, or nothing. While another request with the same
  // key and digest is not decided, `done` waits for it: if that one is given up, this one has its turn.
  virtual void reserve(ReserveRequest request, Done<ReserveResult> done) = 0;
  // The run is in the log. Requests that wait for its key get `repeated`.
  virtual void confirm(RunId run) = 0;
  // Gives back the slots, and a refunded run's quota, in the month of its reservation. May be repeated, and
  // called for a run that is not known. A reservation that still waits for its key is withdrawn.
  virtual void settle(RunId run, Charge charge, Done<> done) = 0;
  // The run's request was answered with an error although it may still reach the log: its key is free.
  virtual void release_key(RunId run) = 0;
  // The store knows the run by its key from now on. The counters forget the key, but not before any request
  // that looked for it in the store earlier is decided.
  virtual void stored(RunId run) = 0;

  // Who has the key now. A key of a run that is stored may be unknown here.
  virtual void find_key(IdempotencyKey key, Done<std::optional<KeyClaim>> done) = 0;
  // How much of a window or a quota is used; reserves nothing.
  virtual void used(Limit limit, Done<LimitStatus> done) = 0;

  // ---- At start, from the ledger and the open runs: first restore(), then restore_count(). Nothing is checked
  // against a limit.
  struct OpenRun {
    RunId run;
    IdempotencyKey key;
    std::string digest;
    std::vector<std::string> slots;  // the keys of its concurrent limits
  };
  virtual void restore(OpenRun run) = 0;
  // A run that was reserved at `when` counts against a window or a quota. settle() refunds a quota if the run is
  // open. The ledger is read in any order.
  virtual void restore_count(const Limit& limit, RunId run, WallTime when) = 0;
};

}  // namespace belay
