// The operators' API (requirement X19). Every route needs a token with the role `operator`.
//
//   GET    /api/admin/users?q=                users by name, q: the beginning of it
//   GET    /api/admin/users/{name}            one of them
//   PATCH  /api/admin/users/{name}            {tier?, phase?}
//   POST   /api/admin/users/{name}/climbs     {climbs: […]}: adds them to the user's context
//   GET    /api/admin/users/{name}/usage      what the user has used
//   GET    /api/admin/usage?from=&to=&by=     what all have used, by user, model, day or surface
//   GET    /api/admin/runs                    the answers in progress
//   DELETE /api/admin/runs/{run_id}           204: the answer is cancelled, or had ended
//   GET    /api/admin/revocations             those in effect
//   POST   /api/admin/revocations             {user | token_id, reason?, expires_in?}: open streams end with `revoked`
//   DELETE /api/admin/revocations?user=       or ?token_id=: lifts one
//   GET    /api/admin/uploads/rotation        which keys have encrypted how many uploads
//   POST   /api/admin/uploads/rotation        202: all are encrypted with the current key
//   POST   /api/admin/notices                 {message}: to all open connections of the goal coach
//   GET    /api/admin/audit?target=&action=   who changed what, newest first
//
// Served on the operations listener; on the main one only to direct requests of this machine (X22, app/routing.cpp).
// It is no surface of the table in app/: it starts no runs, and has no limits and no settings. Holds no state. One
// object serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "auth/authenticator.hpp"
#include "services/operators/operators.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::admin {

class AdminRoutes {
 public:
  // Everything outlives the object.
  AdminRoutes(services::Operators& operators, auth::Authenticator& authenticator, const Clock& clock)
      : operators_(operators), authenticator_(authenticator), clock_(clock) {}

  std::vector<transport::Route> routes() { return routes(this); }
  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(AdminRoutes* self);

 private:
  using Call = services::Operators::Call;
  using Method = Awaitable<transport::Response> (AdminRoutes::*)(transport::Request&, Call);

  static transport::HandlerFunction handler(AdminRoutes* self, Method method);
  // The caller of an operator's request; refuses all others.
  Awaitable<Result<Caller>> find_operator(const transport::Request& request);
  Awaitable<std::optional<transport::Response>> check_head(transport::Request& request);
  Awaitable<transport::Response> answer(transport::Request& request, Method method);

  Awaitable<transport::Response> users(transport::Request& request, Call call);
  Awaitable<transport::Response> user(transport::Request& request, Call call);
  Awaitable<transport::Response> change_user(transport::Request& request, Call call);
  Awaitable<transport::Response> erase_user(transport::Request& request, Call call);
  Awaitable<transport::Response> add_climbs(transport::Request& request, Call call);
  Awaitable<transport::Response> user_usage(transport::Request& request, Call call);
  Awaitable<transport::Response> usage(transport::Request& request, Call call);
  Awaitable<transport::Response> runs(transport::Request& request, Call call);
  Awaitable<transport::Response> cancel_run(transport::Request& request, Call call);
  Awaitable<transport::Response> revocations(transport::Request& request, Call call);
  Awaitable<transport::Response> revoke(transport::Request& request, Call call);
  Awaitable<transport::Response> lift(transport::Request& request, Call call);
  Awaitable<transport::Response> upload_rotation(transport::Request& request, Call call);
  Awaitable<transport::Response> rotate_uploads(transport::Request& request, Call call);
  Awaitable<transport::Response> notify(transport::Request& request, Call call);
  Awaitable<transport::Response> audit(transport::Request& request, Call call);
  Awaitable<transport::Response> answer_usage(transport::Request& request, Call call, UsageQuery query);

  services::Operators& operators_;
  auth::Authenticator& authenticator_;
  const Clock& clock_;
};

}  // namespace belay::surfaces::admin
