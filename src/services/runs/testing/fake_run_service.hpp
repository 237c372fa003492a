// A run service for tests of surfaces: real logs, no engine, no provider, no store. A test says what a run answers:
//
//   FakeRunService runs(log_fixture);
//   …the surface starts a run…
//   EXPECT_EQ(runs.started().mode, "edit");
//   runs.answer("Hello.");
//
// It passes run_service_contract.hpp. It knows no limits, no commands and no prompts: what a surface must do with
// them is set by `limits` and `refuse_next`. Used on the fixture's loop.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/await.hpp"
#include "core/log/testing/log_fixture.hpp"
#include "core/types/payloads.hpp"
#include "services/runs/run_service.hpp"
#include "services/runs/whole_answer.hpp"

namespace belay::services::testing {

using belay::testing::LogFixture;
using belay::testing::TestLog;

class FakeRunService final : public RunService {
 public:
  explicit FakeRunService(LogFixture& fixture) : fixture_(fixture) {}

  // ---- What tests set
  std::vector<LimitStatus> limits;            // of the next outcomes
  std::optional<StartOutcome> refuse_next{};  // the next start is answered with this
  // By id. A run in another session is refused, also in one of another user or surface; a new one is made up.
  // It knows no limit of requests of a session.
  std::map<std::string, Session> sessions;

  // ---- What surfaces asked for
  const StartRun& started(std::size_t back = 0) const { return requests.at(requests.size() - 1 - back); }
  std::vector<StartRun> requests;
  std::vector<RunId> cancelled;
  bool holds_cancels = false;  // cancel() ends the run, and returns when the test calls `held_cancel`
  UniqueFunction<void(Result<>)> held_cancel = nullptr;
  std::vector<RunId> delivered;
  std::vector<RunId> seen;
  RunId last_run() const { return order_.back(); }

  // ---- What the runs do
  TestLog& log(const RunId& run) { return *runs_.at(run).log; }
  // Appends these pieces of text to the newest run.
  void text(std::string piece) { log(last_run()).delta(std::move(piece)); }
  void append(EventType type, std::string payload) { log(last_run()).append(type, std::move(payload)); }
  void end(EventType type, const Terminal& terminal) {
    append(type, encode(terminal));
    fixture_.turns(8);
  }
  // The whole answer of the newest run.
  void answer(std::string text_of_answer, Usage usage = {}) {
    text(std::move(text_of_answer));
    Terminal terminal;
    terminal.text_from = 2;
    terminal.usage = usage;
    end(EventType::completed, terminal);
  }

  // Nothing of a run is kept. Nobody reads it.
  void forget(const RunId& run) { runs_.erase(run); }

  // ---- RunService
  Awaitable<StartOutcome> start(Loop&, StartRun request) override {
    if (refuse_next) {
      requests.push_back(std::move(request));
      StartOutcome refused = std::move(*refuse_next);
      refuse_next.reset();
      co_return refused;
    }
    StartOutcome outcome{begin(request), limits, request.model, {}};
    requests.push_back(std::move(request));
    co_return outcome;
  }
  Awaitable<Result<OpenLog>> open(Loop&, std::string user, RunId run,
                                  std::optional<Position> after) override {
    const auto found = find(user, run);
    if (!found) co_return found.error();
    OpenLog opened;
    opened.log = (*found)->log->shared();
    if (after) opened.after = *after;
    if (const auto fine = opened.log->check(opened.after); !fine) co_return fine.error();
    opened.turn = opened.log->head().turn;
    const Offset terminal = opened.log->terminal();
    opened.has_ended = terminal != 0;
    opened.is_over = opened.has_ended && opened.after.offset >= terminal;
    co_return opened;
  }
  std::unique_ptr<ByteSource> read(Loop&, OpenLog opened, const Format& format) override {
    return std::make_unique<Subscription>(std::move(opened.log), format, opened.after.offset, fixture_.hub,
                                          opened.skip);
  }
  Awaitable<Result<WholeAnswer>> wait(Loop& loop, std::string user, RunId run, WaitFor how) override {
    const auto found = find(user, run);
    if (!found) co_return found.error();
    const std::shared_ptr<LogBuffer> log = (*found)->log->shared();
    auto source = std::make_unique<Subscription>(log, whole_answer_format(), Offset{0}, fixture_.hub);
    auto answer = co_await read_whole_answer(loop, std::move(source), how.deadline, how.client);
    const bool left = !answer && log->terminal() == 0;
    if (left && how.cancel_if_unread && log->readers() == 0) end_cancelled(run);
    co_return answer;
  }
  Awaitable<Result<>> cancel(Loop& loop, std::string user, RunId run) override {
    if (const auto found = find(user, run); !found) co_return found.error();
    end_cancelled(run);
    if (!holds_cancels) co_return Result<>();
    auto hold = [this](UniqueFunction<void(Result<>)> done) { held_cancel = std::move(done); };
    const Result<> ended = co_await await_callback<Result<>>(loop, std::move(hold));
    co_return ended;
  }
  void answer_delivered(const RunId& run) override { delivered.push_back(run); }
  void answer_seen(const RunId& run) override { seen.push_back(run); }
  bool was_seen(const RunId& run) override { return std::find(seen.begin(), seen.end(), run) != seen.end(); }
  std::vector<RunningAnswer> running(const std::string& user, const std::string& surface) override {
    std::vector<RunningAnswer> running;
    for (const auto& [id, run] : runs_)
      if (run.user == user && run.surface == surface && run.log->log().terminal() == 0)
        running.push_back({id, run.session.conversation, run.session.id, run.key});
    return running;
  }
  // The fake stores nothing after an end.
  std::optional<RunningAnswer> find_unstored(const std::string& user, const std::string& surface,
                                             const MessageId& message) override {
    if (message.role != Role::assistant) return std::nullopt;
    for (RunningAnswer& answer : running(user, surface))
      if (answer.run == message.run) return std::move(answer);
    return std::nullopt;
  }

 private:
  struct Started {
    std::string user;
    std::unique_ptr<TestLog> log;
    std::string surface, key, digest;
    Session session;
    bool has_ended = false;
  };

  Result<StartedRun> begin(const StartRun& request) {
    Session session;
    std::string owner = request.caller.user;
    if (request.session) {
      auto found = session_of(request, *request.session);
      if (!found) return found.error();
      session = std::move(*found);
      if (session.user.empty()) owner = anonymous_user(session.project);
    }
    if (!request.key.empty())
      for (const auto& [id, run] : runs_)
        if (run.user == owner && run.surface == request.surface && run.key == request.key) {
          if (run.digest != request.digest)
            return make_error(
                ErrorCode::idempotency_mismatch,
                "This Idempotency-Key was used with another body. Use a new key for a new request.",
                std::string(kAboutKey));
          return StartedRun{id, true, owner, {id, Role::user}, run.session, {}};
        }
    if (request.must_repeat)
      return make_error(
          ErrorCode::not_found,
          "There is no request with this Idempotency-Key. Send a new request, without a position.",
          std::string(kAboutKey));
    const RunId id = RunId::make(fixture_.clock, fixture_.random);
    if (request.session) {
      if (auto fine = check(session, *request.session); !fine) return fine.error();
      session.runs.push_back(id);
      sessions[session.id] = session;
    }
    const auto turn = session.runs.empty() ? 0u : static_cast<std::uint32_t>(session.runs.size() - 1);
    Started& run = runs_[id];
    run.user = owner;
    run.log = fixture_.new_log(
        LogHead{id, owner, request.surface, turn, request.model, id.time, request.conversation, request.key});
    run.surface = request.surface;
    run.key = request.key;
    run.digest = request.digest;
    run.session = session;
    if (!request.session) run.session.conversation = request.conversation;
    order_.push_back(id);
    run.log->append(EventType::started, started_event(id, owner, request));
    fixture_.loop.post([] {});
    StartedRun started{id, false, owner, {id, Role::user}, session, {}};
    if (request.channel) started.in_channel = Position{1, 0};
    return started;
  }
  // Most surfaces do not look into it.
  static std::string started_event(const RunId& id, const std::string& owner, const StartRun& request) {
    if (request.surface_data.empty()) return "…";
    RunRequest logged;
    logged.id = id;
    logged.user = owner;
    logged.surface = request.surface;
    logged.mode = request.mode;
    logged.model = request.model;
    logged.tools = request.tools;
    logged.sampling = request.sampling;
    logged.surface_data = request.surface_data;
    return encode(logged);
  }
  Result<Session> session_of(const StartRun& request, const StartRun::InSession& wanted) {
    if (wanted.id.empty()) return new_session(request, wanted);
    const auto found = sessions.find(wanted.id);
    if (found == sessions.end() || found->second.user != request.caller.user ||
        found->second.surface != request.surface)
      return make_error(ErrorCode::not_found, "There is no such session.", std::string(kAboutSession));
    return found->second;
  }
  Result<> check(const Session& session, const StartRun::InSession& wanted) {
    if (session.expires <= fixture_.clock.wall())
      return make_error(ErrorCode::expired, "This session has ended. Start a new one.",
                        std::string(kAboutSession));
    if (!wanted.conversation.empty() && wanted.conversation != session.conversation)
      return make_error(ErrorCode::conflict, "This session belongs to another conversation.",
                        std::string(kAboutConversation));
    return {};
  }
  Session new_session(const StartRun& request, const StartRun::InSession& wanted) {
    Session session;
    session.id = "session-" + std::to_string(sessions.size() + 1);
    session.user = request.caller.user;
    session.surface = request.surface;
    session.model = request.model;
    session.project = request.project;
    session.task = request.task;
    session.conversation =
        wanted.conversation.empty() ? "chat-" + std::to_string(sessions.size() + 1) : wanted.conversation;
    session.created = fixture_.clock.wall();
    session.expires = session.created + std::chrono::hours(1);
    return session;
  }
  Result<Started*> find(const std::string& user, const RunId& run) {
    const auto found = runs_.find(run);
    if (found == runs_.end() || found->second.user != user)
      return make_error(ErrorCode::not_found, "There is no such request. Check its id.", "request_id");
    return &found->second;
  }
  void end_cancelled(const RunId& run) {
    cancelled.push_back(run);
    Started& ended = runs_.at(run);
    if (std::exchange(ended.has_ended, true) || ended.log->log().terminal() != 0) return;
    Terminal terminal;
    terminal.code = ErrorCode::cancelled;
    terminal.message = "The request was cancelled.";
    ended.log->append(EventType::cancelled, encode(terminal));
  }

  LogFixture& fixture_;
  std::map<RunId, Started> runs_;
  std::vector<RunId> order_;
};

}  // namespace belay::services::testing
