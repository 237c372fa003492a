#include "services/limits/limiter.hpp"

#include <algorithm>

#include "base/await.hpp"
#include "policy/limits.hpp"
#include "policy/surface_rules.hpp"

namespace belay::services {

std::optional<Error> refused_by_limits(const ReserveResult& result, EngineObserver& observer) {
  if (result.state != ReserveResult::State::limited && result.state != ReserveResult::State::full)
    return std::nullopt;
  observer.limit_refused(result.limit->limit.name);
  if (result.state == ReserveResult::State::limited) return policy::limit_error(*result.limit);
  Error full = make_error(ErrorCode::server_full,
                          "The server has too many users to count at the moment. Try again in a moment.");
  full.limit = "limits.max_keys";
  full.retry_after = result.limit->retry_after;
  return full;
}

Awaitable<Limiter::Outcome> Limiter::reserve(Loop& loop, Action action) {
  const auto runtime = parts_.runtime.take();
  ReserveRequest request;
  request.run = RunId::make(parts_.clock, parts_.random);
  if (const auto rules = runtime->rules.find(action.rules); rules != runtime->rules.end())
    request.limits = policy::limits_of(rules->second, action.action, policy::subject_of(action.caller));
  Admission held(desk_, request.run);
  held.holds_limits();
  auto reserved =
      co_await call<&Counters::reserve>(loop, action.deadline, parts_.counters, std::move(request));
  if (!reserved) co_return Outcome{reserved.error()};
  if (auto refused = refused_by_limits(*reserved, parts_.observer)) {
    // No header says how many keys there are.
    if (reserved->state == ReserveResult::State::full) reserved->limit.reset();
    co_return Outcome{std::move(*refused), std::move(reserved->limit)};
  }
  co_return Outcome{std::move(held), std::move(reserved->limit)};
}

Awaitable<Result<std::optional<LimitStatus>>> Limiter::left_of_quota(Loop& loop, Action action) {
  const auto runtime = parts_.runtime.take();
  std::vector<Limit> limits;
  if (const auto rules = runtime->rules.find(action.rules); rules != runtime->rules.end())
    limits = policy::limits_of(rules->second, action.action, policy::subject_of(action.caller));
  const auto quota = std::find_if(limits.begin(), limits.end(),
                                  [](const Limit& limit) { return limit.kind == Limit::Kind::quota; });
  if (quota == limits.end()) co_return std::optional<LimitStatus>();
  auto status = co_await call<&Counters::used>(loop, action.deadline, parts_.counters, std::move(*quota));
  if (!status) co_return status.error();
  co_return std::optional(std::move(*status));
}

}  // namespace belay::services
