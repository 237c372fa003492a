// The port to sessions. It is implemented together with Store (core/ports/store.hpp), whose rules on threads, order
// and bounds also apply here. Every call names the user on whose behalf it is made, and a session of another user is treated as if it did
// not exist.
#pragma once

#include <optional>
#include <string>

#include "core/ports/store.hpp"
#include "core/types/session.hpp"

namespace belay {

class SessionStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~SessionStore() = default;

  // Fails with `conflict` if the id is already used.
  virtual void create_session(Session session, Done<> done) = 0;
  virtual void find_session(SessionKey session, Done<std::optional<Session>> done) = 0;
  // The session in which this run was requested. Used to answer a repeated request.
  virtual void session_of_run(std::string user, std::string surface, RunId run,
                              Done<std::optional<Session>> done) = 0;
  // Counts a request and records its run, in one step, so that two simultaneous requests never both get the
  // last slot. The result is the session with the new run as its last one. A repeated call changes nothing. Fails with `not_found`, with
  // `expired`, or with `session_used_up` if the session has had all its requests.
  virtual void use_session(SessionUse use, Done<Session> done) = 0;
  // The run was not created, so its request does not count. Runs that are not in the session are ignored.
  virtual void release_use(SessionKey session, RunId run, Done<> done) = 0;
  virtual void change_session(SessionKey session, SessionChange change, Done<> done) = 0;
  // Deletes sessions that have ended, except those whose last run is not settled yet: such a session may
  // still be read. The result is the number of deleted sessions.
  virtual void sweep_sessions(WallTime now, Done<std::uint64_t> done) = 0;
};

}  // namespace belay
