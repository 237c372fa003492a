// A complete engine on fakes, with two loops that the test turns and a clock that the test advances. It can
// crash, and start again with the stored data.
#pragma once

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "core/log/testing/test_dialect.hpp"
#include "core/log/testing/test_reader.hpp"
#include "core/ports/testing/fake_channel_store.hpp"
#include "core/ports/testing/fake_event_log.hpp"
#include "core/ports/testing/fake_provider.hpp"
#include "core/ports/testing/fake_store.hpp"
#include "core/ports/testing/fakes.hpp"
#include "core/ports/testing/logged_events.hpp"
#include "core/run/engine.hpp"

namespace belay::testing {

class EngineFixture {
 public:
  EngineFixture() {
    Model model;
    model.alias = "m";
    auto catalogue = std::make_shared<ModelCatalogue>();
    EXPECT_TRUE(catalogue->add(model, provider));
    models.replace(std::move(catalogue));
    start_process();
  }
  ~EngineFixture() {
    store.lose_waiting();
    counters.restart();
    engine.reset();
    loops.clear();
  }

  // kill -9, and a new process on the same data.
  void crash() {
    store.lose_waiting();
    counters.restart();  // while the loops of those that wait are there
    engine.reset();
    loops.clear();
    events.restart();
    start_process();
  }
  // Starts a process with the current configuration.
  void start_process() {
    engine.reset();
    loops.clear();
    events.writers.clear();
    for (std::size_t i = 0; i < 2; ++i) loops.push_back(std::make_unique<Loop>(i, clock));
    engine.emplace(Engine::Parts{clock, random, events, store, counters, models, observer,
                                 [](const Tool&, const ToolCall&) { return std::string(); }, config,
                                 answer_cache, caching, erasure_store, &channel_store},
                   std::vector<Loop*>{loops[0].get(), loops[1].get()});
  }
  Engine::Recovered recover() {
    auto recovered = engine->recover();
    EXPECT_TRUE(recovered) << recovered.error().detail;
    return recovered ? *recovered : Engine::Recovered{};
  }

  void turn(int times = 6) {
    for (int i = 0; i < times; ++i)
      for (const auto& loop : loops) loop->turn();
  }
  void pass(Milliseconds time, Milliseconds step = Milliseconds(100)) {
    for (Milliseconds done{0}; done < time; done += step) {
      clock.advance(step);
      turn(1);
    }
    turn();
  }

  template <class T>
  std::shared_ptr<std::optional<T>> spawn(Awaitable<T> work, std::size_t loop_index = 0) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(loops[loop_index]->executor(), std::move(work),
                          [result](std::exception_ptr thrown, T value) {
                            EXPECT_FALSE(thrown);
                            *result = std::move(value);
                          });
    return result;
  }
  template <class T>
  T await(Awaitable<T> work, std::size_t loop_index = 0) {
    const auto result = spawn(std::move(work), loop_index);
    for (int i = 0; i < 100 && !*result; ++i) turn(1);
    EXPECT_TRUE(result->has_value()) << "it never came back";
    return result->has_value() ? std::move(**result) : T();
  }

  RunRequest request(std::string user = "ada") {
    RunRequest made;
    made.id = engine->make_id();
    made.user = std::move(user);
    made.surface = "assistant";
    made.mode = "chat";
    made.model = "m";
    made.prompt = "Hello?";
    made.messages = {{Role::user, "Hello?"}};
    made.tools = {{"play", "", "{}"}};
    made.created = clock.wall();
    return made;
  }
  Result<> start(const RunRequest& made) { return await(engine->start(*loops[0], made)).started; }
  // Reserves the slots and the key of a request that is about to start, as its service does.
  ReserveResult reserve(const RunRequest& made) {
    ReserveRequest wanted{made.id, {made.user, made.surface, made.idempotency_key}, made.body_digest, {}};
    for (const std::string& slot : made.reserved) {
      Limit& limit = wanted.limits.emplace_back();
      limit.name = limit.key = slot;
      limit.max = 1;
    }
    std::optional<ReserveResult> reserved;
    counters.reserve(std::move(wanted), [&](Result<ReserveResult> result) { reserved = std::move(*result); });
    EXPECT_TRUE(reserved);
    return reserved.value_or(ReserveResult{});
  }
  // Who has the key of a request now.
  std::optional<KeyClaim> claim_of(const RunRequest& made) {
    std::optional<KeyClaim> found;
    counters.find_key({made.user, made.surface, made.idempotency_key},
                      [&](Result<std::optional<KeyClaim>> result) { found = std::move(*result); });
    return found;
  }
  RunId started(RunRequest made) {
    const Result<> done = start(made);
    EXPECT_TRUE(done);
    return made.id;
  }
  RunId started() { return started(request()); }
  // The error code, or nothing on success.
  template <class T>
  static std::optional<ErrorCode> code_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }
  Result<std::shared_ptr<LogBuffer>> find(const RunId& id, std::string user = "ada",
                                          std::size_t loop_index = 0) {
    return await(engine->find(*loops[loop_index], id, std::move(user)), loop_index);
  }
  std::unique_ptr<TestReader> subscribe(const std::shared_ptr<LogBuffer>& log, const Format& format,
                                        Position after = {}, std::size_t loop_index = 0) {
    std::unique_ptr<TestReader> reader;
    loops[loop_index]->post([&] {
      reader = std::make_unique<TestReader>(engine->subscribe(*loops[loop_index], log, format, after));
    });
    loops[loop_index]->turn();
    EXPECT_TRUE(reader);
    return reader;
  }
  bool read_to_end(TestReader& reader) {
    for (int i = 0; i < 200 && reader.read() != ByteSource::State::ended; ++i) turn(1);
    return reader.state == ByteSource::State::ended;
  }
  // Everything that a new reader receives after a position.
  std::string read_all(const RunId& id, const Format& format, Position after = {}) {
    const auto log = find(id);
    EXPECT_TRUE(log);
    if (!log) return {};
    const auto reader = subscribe(*log, format, after);
    EXPECT_TRUE(read_to_end(*reader));
    return reader->got;
  }
  FakeCall& call() { return provider.last_call(); }
  // The whole answer to the last call.
  void answer(std::string_view text) {
    call().accept();
    call().text(text);
    call().end();
    turn();
  }
  FakeWriter& writer(std::size_t loop_index = 0) { return *events.writers.at(loop_index); }

  const TestDialect dialect;
  ManualClock clock;
  SeededRandom random{99};
  FakeStore store;
  FakeChannelStore channel_store;
  FakeEventLog events;
  FakeCounters counters{clock};
  FakeProvider provider;
  Snapshot<ModelCatalogue> models;
  RecordingObserver observer;
  EngineConfig config;
  AnswerCache* answer_cache = nullptr;    // set by a test; used from the next start_process() on
  ErasureStore* erasure_store = nullptr;  // from the next start_process() on
  CacheConfig caching;
  std::vector<std::unique_ptr<Loop>> loops;
  std::optional<Engine> engine;
};

}  // namespace belay::testing
