// What a request holds before its run exists: its idempotency key, a place in each limit, one use of its session.
//
//   Admission admission(desk, run);
//   … = co_await counters.reserve(run, …);  admission.holds_limits();
//   … = co_await sessions.use_session(…);   admission.holds_session(…);
//   … = co_await engine.start(…);           std::move(admission).commit();
//
// Without commit() the destructor gives everything back, also when an exception unwinds or the coroutine is
// destroyed. It does not wait. holds_…() is called before the call whose result may be late: counters and stores
// take calls in order, so that what is granted after its deadline is given back, too. Used on one loop.
#pragma once

#include <memory>
#include <optional>

#include "core/ports/counters.hpp"
#include "core/ports/session_store.hpp"

namespace belay::services {

// Where admissions give things back. The services close it when they are destroyed: coroutines that are destroyed
// later, with their loops, find nobody to give back to.
struct AdmissionDesk {
  Counters* counters = nullptr;
  SessionStore* sessions = nullptr;

  void close() { counters = nullptr, sessions = nullptr; }
};

class Admission {
 public:
  Admission() = default;
  Admission(std::shared_ptr<const AdmissionDesk> desk, RunId run) : desk_(std::move(desk)), run_(run) {}
  Admission(Admission&&) noexcept = default;
  Admission& operator=(Admission&& other) noexcept;
  ~Admission() { release(); }

  const RunId& run() const { return run_; }
  void holds_limits() { limits_ = true; }
  void holds_session(SessionKey session) { session_ = std::move(session); }

  // The run is in the log: its settlement gives back from here on.
  void commit() &&;
  // The request is refused, but its run may still reach the log: only its settlement gives back the limits. The key
  // and the use of the session are free now.
  void commit_refused() &&;

 private:
  void release() noexcept;
  void release_session() noexcept;

  std::shared_ptr<const AdmissionDesk> desk_;
  RunId run_;
  bool limits_ = false;
  std::optional<SessionKey> session_;
};

}  // namespace belay::services
