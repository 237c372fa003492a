#include "services/sessions/sessions.hpp"

#include <stdexcept>

#include "base/await.hpp"
#include "services/models.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services {

Error no_such_session() {
  return make_error(ErrorCode::not_found, "There is no such session.", std::string(kAboutSession));
}

std::string owner_of(const Session& session) {
  return session.user.empty() ? anonymous_user(session.project) : session.user;
}

Session make_session(const Parts& parts, const policy::SessionRules& rules, const Caller& caller,
                     std::string surface, std::string conversation) {
  Session session;
  session.id = rules.new_id(parts.random);
  session.user = caller.user;
  session.surface = std::move(surface);
  session.conversation = std::move(conversation);
  if (session.conversation.empty())
    session.conversation = rules.new_conversation ? rules.new_conversation(parts.random) : session.id;
  session.created = parts.clock.wall();
  session.expires = session.created + rules.time;
  return session;
}

Awaitable<Result<Session>> Sessions::find(Loop& loop, Deadline deadline, const Caller& caller,
                                          std::string surface, std::string id) {
  SessionKey key{std::move(id), caller.user, std::move(surface)};
  auto found = co_await call<&SessionStore::find_session>(loop, deadline, parts_.sessions, std::move(key));
  if (!found) co_return found.error();
  if (!*found) co_return no_such_session();
  co_return std::move(**found);
}

Awaitable<Sessions::Outcome> Sessions::create(Loop& loop, NewSession wanted) {
  if (const auto open = parts_.accepts_runs(); !open) co_return Outcome{open.error()};
  const auto runtime = parts_.runtime.take();
  const auto rules = runtime->rules.find(wanted.surface);
  if (rules == runtime->rules.end() || !rules->second.sessions)
    throw std::logic_error("the surface has no sessions");
  Limiter::Action action{wanted.surface, "session", wanted.caller, wanted.deadline};
  auto reserved = co_await limiter_.reserve(loop, std::move(action));
  if (!reserved.held) co_return Outcome{reserved.held.error(), std::move(reserved.limit)};
  // A session generates no answer. A slot was reserved only to see that one is free.
  *reserved.held = Admission();

  Session session =
      make_session(parts_, *rules->second.sessions, wanted.caller, std::move(wanted.surface), {});
  session.persona = std::move(wanted.persona);
  session.project = std::move(wanted.project);
  if (!rules->second.caller_chooses_model) session.model = default_model(*runtime, rules->second).model.alias;
  const auto created =
      co_await call<&SessionStore::create_session>(loop, wanted.deadline, parts_.sessions, session);
  if (!created) co_return Outcome{created.error()};
  co_return Outcome{std::move(session), std::move(reserved.limit)};
}

}  // namespace belay::services
