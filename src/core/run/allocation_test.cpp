// The path of a delta from the provider to the socket allocates no memory, except for the blocks and chunks
// that fill up from time to time.

#include <gtest/gtest.h>

#include "core/log/testing/count_allocations.hpp"
#include "core/log/testing/log_fixture.hpp"
#include "core/ports/testing/fake_provider.hpp"
#include "core/ports/testing/fakes.hpp"
#include "core/run/run.hpp"

namespace belay {
namespace {

using testing::FakeProvider;
using testing::LogFixture;
using TestedRun = Run;  // a test has a Run() of its own

// A dialect that renders without allocating.
class BareDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    writer.begin({}).append("data: ").append(event.payload).append("\n\n");
    writer.end();
  }
};

TEST(Allocations, F6_a_delta_in_flight_costs_less_than_a_tenth_of_one) {
  LogFixture fixture;
  fixture.events.keep_bytes = false;
  EngineConfig config;
  config.log_window = {8 << 20};  // archiving is not tested here
  config.max_appendix = {0};
  testing::RecordingObserver observer;
  FakeProvider provider;
  const ToolCheck check;
  RunRequest request;
  request.id = RunId::make(fixture.clock, fixture.random);
  request.created = fixture.clock.wall();
  const CacheConfig caching;
  SharedGenerations shared(fixture.clock, nullptr, observer, caching);
  const TestedRun::Context parts{fixture.loop,  fixture.committer,
                                 fixture.hub,   fixture.events,
                                 fixture.store, observer,
                                 check,         shared,
                                 config,        caching};
  auto log = std::make_shared<LogBuffer>(LogHead{request.id, "ada", "assistant"}, std::vector<EpochStart>{{}},
                                         0, fixture.store, fixture.cache);
  const auto target = std::make_shared<const ModelTarget>(ModelTarget{{}, &provider});
  const auto run = std::make_shared<TestedRun>(parts, request, target, log, [] {});
  run->log_request([](Result<>) {});
  fixture.loop.turn();
  run->begin();
  const BareDialect dialect;
  const auto subscription =
      std::make_unique<Subscription>(log, Format{dialect, plain_framing()}, 0, fixture.hub);
  std::size_t bytes = 0;
  const auto speak = [&](int deltas) {
    ByteRanges ranges;
    for (int i = 0; i < deltas; ++i) {
      provider.last_call().text("a token ");
      if (i % 20 != 19) continue;  // what one turn reads from a fast provider
      fixture.loop.turn();
      while (subscription->peek(ranges) == ByteSource::State::ready) {
        bytes += ranges.bytes;
        subscription->consume(ranges.bytes);
      }
    }
  };
  speak(1000);
  const std::uint64_t before = allocations.load();
  constexpr int kDeltas = 10'000;
  speak(kDeltas);
  const std::uint64_t spent = allocations.load() - before;
  EXPECT_GE(bytes, (1000u + kDeltas) * std::string("data: a token \n\n").size());
  EXPECT_LT(spent, kDeltas / 10u);
  RecordProperty("allocations", static_cast<int>(spent));
  run->hand_over();
}

}  // namespace
}  // namespace belay
