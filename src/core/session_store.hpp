// The port to sessions, and to what is known of users beside their tokens. Implemented beside Store
// (core/store.hpp), whose rules on threads, order and bounds hold here too.
//
// A session is a short-lived name under which a user asks: it belongs to a user and a surface, has a
// conversation, a model and a persona, ends at a fixed time, and allows a number of requests. Knowing its id
// is not enough: every call says in whose name it is made, and another user's session is as if it did not
// exist.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store.hpp"

namespace belay {

struct Session {
  std::string id;  // unguessable; the surface makes it
  std::string user;
  std::string surface;
  std::string conversation;
  std::string model;
  std::string persona;
  std::string project;
  std::string task;
  WallTime created;
  WallTime expires;
  std::vector<RunId> runs;  // one for each request, in order: a run's turn is its place here
};

struct SessionKey {
  std::string id;
  std::string user;
  std::string surface;
};

// One more request.
struct SessionUse {
  SessionKey session;
  RunId run;
  WallTime now;
  std::uint32_t most_requests = 10;
  std::string limit;  // the name of the setting, for the refusal: "chat.session_requests"
};

struct SessionChange {
  std::optional<std::string> model;
  std::optional<std::string> persona;
};

class SessionStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~SessionStore() = default;

  // Fails with `conflict` when the id is taken.
  virtual void create_session(Session session, Done<> done) = 0;
  virtual void find_session(SessionKey session, Done<std::optional<Session>> done) = 0;
  // The session under which this run was asked for: what a repeated request is answered with.
  virtual void session_of_run(std::string user, std::string surface, RunId run,
                              Done<std::optional<Session>> done) = 0;
  // Counts a request and remembers its run, in one step: two requests at once never both take the last place.
  // The session with the new run as its last; `not_found`, `expired`, or `session_used_up` when it has had
  // its requests.
  virtual void use_session(SessionUse use, Done<Session> done) = 0;
  // The run did not come to be: its request does not count. Only the last one can be given back.
  virtual void give_back_use(SessionKey session, RunId run, Done<> done) = 0;
  virtual void change_session(SessionKey session, SessionChange change, Done<> done) = 0;
  // Deletes the sessions that have ended, but for those whose last run is not settled yet: it is still being
  // read. How many went.
  virtual void sweep_sessions(WallTime now, Done<std::uint64_t> done) = 0;

  // A user's tier, as an operator set it; empty: none.
  virtual void tier_of(std::string user, Done<std::string> done) = 0;
  virtual void set_tier(std::string user, std::string tier, WallTime now, Done<> done) = 0;
};

}  // namespace belay
