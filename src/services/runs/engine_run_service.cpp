#include "services/runs/engine_run_service.hpp"

#include <boost/asio/co_spawn.hpp>

#include "base/await.hpp"
#include "core/log/log_buffer.hpp"
#include "services/runs/start_run.hpp"
#include "services/runs/whole_answer.hpp"

namespace belay::services {
namespace {

EventType last_type(const LogBlock& block) {
  EventReader reader(block.published_range());
  Event event;
  while (reader.next(event)) {
  }
  return event.type;
}

}  // namespace

// A run that appears in a channel lives on the channel's loop. No coroutine of its own: every start passes here.
Awaitable<StartOutcome> EngineRunService::start(Loop& loop, StartRun request) {
  if (!request.channel) return start_here(loop, std::move(request));
  Loop& home = engine_.channels()->home_of(request.caller.user, request.surface);
  return &home == &loop ? start_here(loop, std::move(request)) : start_at(loop, home, std::move(request));
}

Awaitable<StartOutcome> EngineRunService::start_at(Loop& loop, Loop& home, StartRun request) {
  struct Started {
    std::exception_ptr thrown;
    std::optional<StartOutcome> outcome;
  };
  auto start_there = [this, &home, request = std::move(request)](UniqueFunction<void(Started)> done) mutable {
    home.post([this, &home, request = std::move(request), done = std::move(done)]() mutable {
      auto ended = [done = std::move(done)](std::exception_ptr thrown, StartOutcome outcome) mutable {
        done(Started{thrown, std::move(outcome)});
      };
      boost::asio::co_spawn(home.executor(), start_here(home, std::move(request)), std::move(ended));
    });
  };
  Started started = co_await await_callback<Started>(loop, std::move(start_there));
  if (started.thrown) std::rethrow_exception(started.thrown);
  co_return std::move(*started.outcome);
}

Awaitable<StartOutcome> EngineRunService::start_here(Loop& loop, StartRun request) {
  std::string attempt;  // the name of the request among the recent ones; empty: it is not remembered
  if (request.attempt != StartRun::Attempt::only && request.key.empty())
    attempt = RecentRequests::name_of(request.caller.user, request.surface, request.digest);
  if (!attempt.empty() && request.attempt == StartRun::Attempt::first) recent_.remove(attempt);
  if (!attempt.empty() && request.attempt == StartRun::Attempt::later)
    if (auto earlier = co_await find_earlier(loop, request, attempt))
      co_return StartOutcome{std::move(*earlier), {}, {}, {}};
  StartingRun starting(parts_, engine_, desk_, erasures_, loop, std::move(request));
  auto run = co_await starting.start();
  if (run && !run->is_repeated && starting.wants_title())
    titles_.make(loop, starting.conversation(), starting.question(), starting.title_model());
  if (run && !attempt.empty()) recent_.add(attempt, run->run);
  co_return std::move(starting).outcome(std::move(run));
}

Awaitable<std::optional<StartedRun>> EngineRunService::find_earlier(Loop& loop, const StartRun& request,
                                                                    const std::string& attempt) {
  std::optional<RunId> run = recent_.find(attempt);
  // What an earlier process has started.
  if (!run) run = engine_.find_live_by_body(request.caller.user, request.surface, request.digest);
  if (!run) co_return std::nullopt;
  const auto log = co_await engine_.find(loop, *run, request.caller.user);
  if (!log) co_return std::nullopt;
  const Offset terminal = (*log)->terminal();
  const auto block = terminal == 0 ? nullptr : (*log)->find(terminal);
  if (block && last_type(*block) != EventType::completed) co_return std::nullopt;
  if (terminal != 0 && !block) {  // settled long ago
    const auto record = co_await call<&Store::find_run>(loop, request.deadline, parts_.runs, *run);
    if (!record || !*record || (*record)->state != RunState::completed) co_return std::nullopt;
  }
  StartedRun started;
  started.run = *run;
  started.is_repeated = true;
  started.user = request.caller.user;
  started.question = {*run, Role::user};
  co_return started;
}

void EngineRunService::answer_delivered(const RunId& run) {
  recent_.remove(run);
  deliveries_.sent(run);
}

void EngineRunService::answer_seen(const RunId& run) {
  deliveries_.seen(run);
}

bool EngineRunService::was_seen(const RunId& run) {
  return deliveries_.was_seen(run);
}

Awaitable<Result<OpenLog>> EngineRunService::open(Loop& loop, std::string user, RunId run,
                                                  std::optional<Position> after) {
  auto found = co_await engine_.find(loop, run, std::move(user));
  if (!found) co_return found.error();
  OpenLog log;
  log.log = std::move(*found);
  if (after) log.after = *after;
  if (const auto fine = log.log->check(log.after); !fine) co_return fine.error();
  log.turn = log.log->head().turn;
  const Offset terminal = log.log->terminal();
  log.has_ended = terminal != 0;
  log.is_over = log.has_ended && log.after.offset >= terminal;
  co_return log;
}

std::unique_ptr<ByteSource> EngineRunService::read(Loop& loop, OpenLog log, const Format& format) {
  return engine_.subscribe(loop, std::move(log.log), format, log.after, log.skip);
}

Awaitable<Result<WholeAnswer>> EngineRunService::wait(Loop& loop, std::string user, RunId run, WaitFor how) {
  const auto log = co_await engine_.find(loop, run, user);
  if (!log) co_return log.error();
  auto subscription = engine_.subscribe(loop, *log, whole_answer_format(), Position{1, 0});
  auto answer = co_await read_whole_answer(loop, std::move(subscription), how.deadline, how.client);
  const bool left = (how.client && how.client->is_gone()) ||
                    (!answer && answer.error().code == ErrorCode::deadline_exceeded);
  if (left && how.cancel_if_unread && (*log)->terminal() == 0 && (*log)->readers() == 0)
    (void)co_await engine_.cancel(loop, run, std::move(user));
  co_return answer;
}

Awaitable<Result<>> EngineRunService::cancel(Loop& loop, std::string user, RunId run) {
  auto cancelled = co_await engine_.cancel(loop, run, std::move(user));
  if (cancelled) recent_.remove(run);
  co_return cancelled;
}

std::vector<RunningAnswer> EngineRunService::running(const std::string& user, const std::string& surface) {
  std::vector<RunningAnswer> running;
  for (Engine::UserRun& run : engine_.live_runs(user, surface))
    if (!run.has_ended)
      running.push_back({run.run, std::move(run.conversation), std::move(run.session), std::move(run.key)});
  return running;
}

std::optional<RunningAnswer> EngineRunService::find_unstored(const std::string& user,
                                                             const std::string& surface,
                                                             const MessageId& message) {
  if (message.role != Role::assistant) return std::nullopt;
  auto run = engine_.find_live(message.run, user, surface);
  if (!run) return std::nullopt;
  return RunningAnswer{run->run, std::move(run->conversation), std::move(run->session), std::move(run->key)};
}

}  // namespace belay::services
