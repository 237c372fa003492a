// One run on fakes. The test sends the provider's answer, the log and archive are in memory, and the test
// advances the clock.
#pragma once

#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"
#include "core/ports/testing/fake_provider.hpp"
#include "core/ports/testing/fakes.hpp"
#include "core/ports/testing/logged_events.hpp"
#include "core/run/run.hpp"

namespace belay::testing {

using TestedRun = Run;  // a gtest Test has a Run() of its own

class RunFixture : public ::testing::Test, protected LogFixture {
 protected:
  RunFixture() {
    request.id = RunId::make(clock, random);
    request.user = "ada";
    request.surface = "assistant";
    request.model = "m";
    request.system = "Be good.";
    request.messages = {{Role::user, "Hello?"}};
    request.tools = {{"play", "Plays.", "{}"}};
    request.created = clock.wall();
    tool_check = [](const Tool&, const ToolCall& call) {
      return call.arguments == "{}" ? std::string() : std::string("does not fit");
    };
  }
  ~RunFixture() override {
    // Nothing that points to the run may remain.
    if (run) run->hand_over();
  }

  void make_run(Offset archived = 0) {
    const TestedRun::Context fixture{loop,     committer,  hub,    events, store,
                                     observer, tool_check, shared, config, caching};
    auto log = std::make_shared<LogBuffer>(LogHead{request.id, request.user, request.surface},
                                           std::vector<EpochStart>{{}}, archived, store, cache);
    ModelTarget target{{}, &provider};
    target.model.shows_reasoning = shows_reasoning;
    run =
        std::make_shared<TestedRun>(fixture, request, std::make_shared<const ModelTarget>(std::move(target)),
                                    std::move(log), [this] { ++ended; });
  }
  // Logs and begins the run.
  void start() {
    make_run();
    Result<> logged = make_error(ErrorCode::internal, "not told");
    run->log_request([&](Result<> result) { logged = std::move(result); });
    loop.turn();
    ASSERT_TRUE(logged);
    run->begin();
    turns();
  }
  void recover(TestedRun::RecoveredState past, Offset archived) {
    make_run(archived);
    run->recover_after(Milliseconds(0), std::move(past));
    pass(Milliseconds(20));
  }
  void pass(Milliseconds time, Milliseconds step = Milliseconds(10)) {
    for (Milliseconds done{0}; done < time; done += step) {
      clock.advance(step);
      loop.turn();
    }
    turns();
  }
  void cancel() {
    run->cancel(make_error(ErrorCode::cancelled, "The request was cancelled."), [this] { ++cancels_seen; });
    turns();
  }
  FakeCall& call() { return provider.last_call(); }
  std::vector<LoggedEvent> all() { return logged_events(events, request.id); }
  Terminal end() {
    const auto logged = all();
    EXPECT_EQ(terminals_of(logged), 1u);
    EXPECT_TRUE(!logged.empty() && is_terminal(logged.back().type));
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(observer.ends.size(), 1u);
    return logged.empty() ? Terminal{} : decode_terminal(logged.back().payload).value();
  }

  EngineConfig config;
  CacheConfig caching;
  ToolCheck tool_check;
  RecordingObserver observer;
  SharedGenerations shared{clock, nullptr, observer, caching};
  FakeProvider provider;
  bool shows_reasoning = false;
  RunRequest request;
  std::shared_ptr<TestedRun> run;
  int ended = 0;
  int cancels_seen = 0;
};

}  // namespace belay::testing
