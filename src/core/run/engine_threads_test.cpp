// The engine on real threads: runs on both loops, readers and cancellations from the other loop. Intended for
// the thread sanitizer.

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "core/log/testing/eager_reader.hpp"
#include "core/log/testing/test_dialect.hpp"
#include "core/ports/testing/fake_counters.hpp"
#include "core/ports/testing/fake_event_log.hpp"
#include "core/ports/testing/fake_store.hpp"
#include "core/run/engine.hpp"

namespace belay {
namespace {

using testing::EagerReader;
using testing::FakeEventLog;
using testing::FakeStore;
using testing::TestDialect;

// Sends a number of words, one per turn of the loop.
class ChattyProvider final : public Provider {
 public:
  static constexpr int kWords = 50;
  bool can_continue(const Model&) const override { return false; }
  std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest&, GenerationSink& sink) override {
    auto call = std::make_shared<Call>(Call{loop, &sink});
    say(call, 0);
    return std::make_unique<Handle>(std::move(call));
  }

 private:
  struct Call {
    Loop& loop;
    GenerationSink* sink;  // null: closed
  };
  struct Handle final : Generation {
    explicit Handle(std::shared_ptr<Call> c) : call(std::move(c)) {}
    ~Handle() override { call->sink = nullptr; }
    void pause() override {}
    void resume() override {}
    const std::shared_ptr<Call> call;
  };
  static void say(const std::shared_ptr<Call>& call, int word) {
    call->loop.post([call, word] {
      if (!call->sink) return;
      if (word == kWords) return call->sink->on_end(FinishReason::stop);
      call->sink->on_text("word ");
      say(call, word + 1);
    });
  }
};

struct SilentObserver final : EngineObserver {
  void provider_failed(std::string_view, std::string_view, const Error&) override {}
  void run_started(const RunRequest&) override {}
  void first_delta(const RunRequest&, Milliseconds) override {}
  void events_published(std::uint64_t) override {}
  void run_ended(const RunRequest&, RunState, const Terminal&, Milliseconds) override { ended.fetch_add(1); }
  void run_recovered(const RunRequest&, Recovery) override {}
  void answer_from(AnswerSource) override {}
  void limit_refused(std::string_view) override {}
  void subscribed(const RunId&, const Position&) override {}
  void storage_error(std::string_view, const Error&) override {}
  std::atomic<int> ended{0};
};

struct ThreadedFixture {
  ThreadedFixture() {
    Model model;
    model.alias = "m";
    auto catalogue = std::make_shared<ModelCatalogue>();
    EXPECT_TRUE(catalogue->add(model, provider));
    models.replace(std::move(catalogue));
    engine.emplace(Engine::Parts{clock,
                                 random,
                                 events,
                                 store,
                                 counters,
                                 models,
                                 observer,
                                 [](const Tool&, const ToolCall&) { return std::string(); },
                                 {}},
                   std::vector<Loop*>{&loops[0], &loops[1]});
  }
  SystemClock clock;
  SecureRandom random;
  FakeStore store;
  FakeEventLog events;
  testing::FakeCounters counters;
  ChattyProvider provider;
  Snapshot<ModelCatalogue> models;
  SilentObserver observer;
  Loop loops[2] = {{0, clock}, {1, clock}};
  std::optional<Engine> engine;
  const TestDialect dialect;
  std::vector<std::unique_ptr<EagerReader>> readers[2];  // each used only on its loop
  std::atomic<int> read_to_end{0};
  std::atomic<int> cancelled{0};
};

Awaitable<void> watch(ThreadedFixture& fixture, std::size_t at, RunId id) {
  Loop& loop = fixture.loops[at];
  const auto log = co_await fixture.engine->find(loop, id, "ada");
  EXPECT_TRUE(log);
  if (!log) co_return;
  auto source = fixture.engine->subscribe(loop, *log, fixture.dialect, {});
  fixture.readers[at].push_back(std::make_unique<EagerReader>(std::move(source), fixture.read_to_end));
}

Awaitable<void> cancel(ThreadedFixture& fixture, std::size_t at, RunId id) {
  const Result<> done = co_await fixture.engine->cancel(fixture.loops[at], id, "ada");
  EXPECT_TRUE(done);
  fixture.cancelled.fetch_add(1);
}

Awaitable<void> ask(ThreadedFixture& fixture, std::size_t at, int number) {
  RunRequest request;
  request.id = fixture.engine->make_id();
  request.user = "ada";
  request.surface = "assistant";
  request.model = "m";
  request.created = fixture.clock.wall();
  request.conversation = std::to_string(number);
  const RunId id = request.id;
  const Engine::StartResult result = co_await fixture.engine->start(fixture.loops[at], std::move(request));
  EXPECT_TRUE(result.started);
  for (std::size_t where = 0; where < 2; ++where)
    boost::asio::co_spawn(fixture.loops[where].executor(), watch(fixture, where, id), boost::asio::detached);
  const std::size_t other = 1 - at;
  if (number % 3 == 0)
    boost::asio::co_spawn(fixture.loops[other].executor(), cancel(fixture, other, id), boost::asio::detached);
}

TEST(EngineThreads, X4_X5_runs_readers_and_cancels_on_two_threads_all_come_to_their_end) {
  ThreadedFixture fixture;
  constexpr int kRuns = 90;
  for (int i = 0; i < kRuns; ++i) {
    const auto at = static_cast<std::size_t>(i % 2);
    boost::asio::co_spawn(fixture.loops[at].executor(), ask(fixture, at, i), boost::asio::detached);
  }
  std::thread threads[2] = {std::thread([&] { fixture.loops[0].run(); }),
                            std::thread([&] { fixture.loops[1].run(); })};
  const auto all_done = [&] {
    return fixture.read_to_end.load() == 2 * kRuns && fixture.cancelled.load() == kRuns / 3 &&
           fixture.observer.ended.load() == kRuns && fixture.engine->live_runs() == 0;
  };
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!all_done() && std::chrono::steady_clock::now() < give_up_at) std::this_thread::yield();
  EXPECT_TRUE(all_done());
  for (std::size_t i = 0; i < 2; ++i) {
    fixture.loops[i].post([&fixture, i] { fixture.readers[i].clear(); });
    fixture.loops[i].stop();
  }
  for (std::thread& thread : threads) thread.join();

  ASSERT_EQ(fixture.store.settled.size(), std::size_t(kRuns));
  int completed = 0;
  for (const RunRecord& record : fixture.store.settled) {
    EXPECT_TRUE(record.state == RunState::completed || record.state == RunState::cancelled);
    if (record.state != RunState::completed) continue;
    ++completed;
    EXPECT_EQ(record.text_bytes, 5u * ChattyProvider::kWords);
  }
  EXPECT_GE(completed, kRuns - kRuns / 3);
}

}  // namespace
}  // namespace belay
