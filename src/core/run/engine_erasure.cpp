// What an engine does when something is removed for good (requirements C11, X18): it ends the runs that are concerned,
// and sees to it that none of them comes back.

#include <algorithm>
#include <future>

#include "base/await.hpp"
#include "core/run/engine.hpp"
#include "core/run/recovery.hpp"
#include "core/types/channel_erasure.hpp"

namespace belay {
namespace {

// A run that is late is at most as old as the longest run, and that is at most a day (core/run/config.cpp).
constexpr Milliseconds kMaxLate = std::chrono::hours(25);
constexpr std::size_t kMaxErasures = 100'000;

bool covers(const Erasure& erasure, const RunRequest& request) {
  return erasure.covers(request.user, request.surface, request.conversation, request.id);
}

}  // namespace

std::vector<Engine::UserRun> Engine::live_runs(const std::string& user, const std::string& surface) const {
  std::vector<UserRun> runs;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, live] : live_) {
      const RunRequest& request = live.run->request();
      if (live.user == user && request.surface == surface)
        runs.push_back(
            {id, request.conversation, request.session, live.log->terminal() != 0, request.idempotency_key});
    }
  }
  std::sort(runs.begin(), runs.end(), [](const UserRun& a, const UserRun& b) { return a.run < b.run; });
  return runs;
}

std::optional<Engine::UserRun> Engine::find_live(RunId run, const std::string& user,
                                                 const std::string& surface) const {
  const std::lock_guard lock(mutex_);
  const auto found = live_.find(run);
  if (found == live_.end() || found->second.user != user) return std::nullopt;
  const RunRequest& request = found->second.run->request();
  if (request.surface != surface) return std::nullopt;
  return UserRun{run, request.conversation, request.session, found->second.log->terminal() != 0,
                 request.idempotency_key};
}

std::optional<RunId> Engine::find_live_by_body(const std::string& user, const std::string& surface,
                                               std::string_view digest) const {
  const std::lock_guard lock(mutex_);
  std::optional<RunId> newest;
  for (const auto& [id, live] : live_) {
    if (live.user != user || live.log->terminal() != 0 || (newest && id < *newest)) continue;
    const RunRequest& request = live.run->request();
    if (request.surface == surface && request.idempotency_key.empty() && request.body_digest == digest)
      newest = id;
  }
  return newest;
}

bool Engine::is_erased(const RunRequest& request) const {
  const std::lock_guard lock(mutex_);
  return is_covered(request);
}

bool Engine::is_covered(const RunRequest& request) const {
  return parts_.erasures && std::any_of(erasures_.begin(), erasures_.end(),
                                        [&](const Erasure& erasure) { return covers(erasure, request); });
}

Awaitable<Result<>> Engine::end_covered(Loop& loop, Erasure erasure, Deadline deadline) {
  std::vector<std::shared_ptr<Run>> runs;
  {
    const std::lock_guard lock(mutex_);
    const WallTime oldest = parts_.clock.wall() - kMaxLate;
    std::erase_if(erasures_, [&](const Erasure& earlier) { return earlier.through < oldest; });
    if (erasures_.size() >= kMaxErasures) erasures_.erase(erasures_.begin());
    erasures_.push_back(erasure);
    for (auto& [id, live] : live_) {
      if (!covers(erasure, live.run->request())) continue;
      live.is_erased = true;
      runs.push_back(live.run);
    }
  }
  const std::string_view what =
      erasure.what == Erasure::What::run ? "This answer was deleted." : kConversationDeleted;
  for (const auto& run : runs) {
    Error reason = make_error(ErrorCode::cancelled, std::string(what));
    const auto cancelled = co_await cancel_run(loop, run, std::move(reason));
    if (!cancelled) co_return cancelled;
  }
  for (const auto& run : runs) {
    const auto settled = co_await wait_until_settled(loop, run->request().id, deadline);
    if (!settled) co_return settled;
  }
  if (channels_ && erasure.what != Erasure::What::run) {
    const auto erased = co_await call<&Channels::erase>(loop, deadline, *channels_, erasure);
    if (!erased) co_return erased;
  }
  co_return Result<>();
}

Awaitable<Result<>> Engine::wait_until_settled(Loop& loop, RunId run, Deadline deadline) {
  auto wait = [this, run, &loop, deadline](UniqueFunction<void(Result<>)> done) {
    auto waiting = std::make_shared<Waiting>(loop, std::move(done));
    waiting->deadline.emplace(loop.timers(), [waiting = std::weak_ptr(waiting)] {
      const auto late = waiting.lock();
      if (!late) return;
      late->tell(Error{ErrorCode::unavailable,
                       "What is deleted is still being stored. Try again in a moment.",
                       {},
                       {},
                       Milliseconds(1000)});
    });
    waiting->deadline->arm(deadline.left(parts_.clock));
    {
      const std::lock_guard lock(mutex_);
      const auto found = live_.find(run);
      if (found != live_.end()) return found->second.until_settled.push_back(std::move(waiting));
    }
    waiting->tell({});
  };
  const Result<> waited = co_await await_callback<Result<>>(loop, std::move(wait));
  co_return waited;
}

// Runs that an unfinished erasure covers are neither settled nor taken over.
Result<> Engine::erase_recovered(RecoveredLogs& found) {
  std::vector<RunId> erased;
  for (const auto& [id, log] : found.logs())
    if (log.is_erased) erased.push_back(id);
  if (erased.empty()) return {};
  for (const RunId& id : erased) found.logs().erase(id);
  // Shared: the store's thread may still be inside set_value() when the result arrives here.
  auto done = std::make_shared<std::promise<Result<>>>();
  parts_.erasures->erase_runs(std::move(erased),
                              [done](Result<> result) { done->set_value(std::move(result)); });
  return done->get_future().get();
}

}  // namespace belay
