// A delta's way from the provider to the socket costs no allocation but for the blocks and chunks that it
// fills now and then.

#include <gtest/gtest.h>

#include "core/run.hpp"
#include "core/testing/count_allocations.hpp"
#include "core/testing/fake_provider.hpp"
#include "core/testing/fakes.hpp"
#include "core/testing/log_fixture.hpp"

namespace belay {
namespace {

using testing::FakeProvider;
using testing::LogHouse;
using TestedRun = Run;  // a test has a Run() of its own

// Renders without a helper that allocates.
class BareDialect final : public Dialect {
 public:
  void render(const RunHead&, const Event& event, const Position&, Frame& out) const override {
    out.bytes.append("data: ").append(event.payload).append("\n\n");
  }
};

TEST(Allocations, F6_a_delta_in_flight_costs_less_than_a_tenth_of_one) {
  LogHouse house;
  house.events.keep_bytes = false;
  EngineConfig config;
  config.log_window = {8 << 20};  // the archive is another story
  config.most_appendix = {0};
  testing::RecordingObserver observer;
  FakeProvider provider;
  const ToolCheck check;
  RunRequest request;
  request.id = RunId::make(house.clock, house.random);
  request.created = house.clock.wall();
  const CacheConfig caching;
  SharedGenerations shared(house.clock, nullptr, observer, caching);
  const TestedRun::House parts{house.loop, house.committer, house.hub, house.events, house.store,
                               observer,   check,           shared,    config,       caching};
  auto log = std::make_shared<RunLog>(RunHead{request.id, "ada", "assistant"}, std::vector<EpochStart>{{}}, 0,
                                      house.store, house.cache);
  const auto run = std::make_shared<TestedRun>(parts, request, ModelTarget{{}, &provider}, log, [] {});
  run->log_request([](Result<>) {});
  house.loop.turn();
  run->begin();
  const BareDialect dialect;
  const auto subscription = std::make_unique<Subscription>(log, dialect, 0, house.hub);
  std::size_t bytes = 0;
  const auto speak = [&](int deltas) {
    ByteRanges ranges;
    for (int i = 0; i < deltas; ++i) {
      provider.last_call().text("a token ");
      if (i % 20 != 19) continue;  // what one turn reads of a fast provider
      house.loop.turn();
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
  run->abandon();
}

}  // namespace
}  // namespace belay
