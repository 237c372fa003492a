// Requirement X10: the phases of a shutdown, without a server.
#include "app/shutdown.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FakeServer final : public Stoppable {
 public:
  std::size_t live_runs() const override { return runs; }
  std::size_t open_streams() const override { return streams; }
  void drain() override { steps.push_back("drain"); }
  void hand_over(UniqueFunction<void()> done) override {
    steps.push_back("hand over");
    handed_over = std::move(done);
  }
  void cut_streams() override { steps.push_back("cut"); }
  void stop() override { steps.push_back("stop"); }

  std::size_t runs = 0;
  std::size_t streams = 0;
  std::vector<std::string> steps;
  UniqueFunction<void()> handed_over;
};

struct NoOutput final : ops::LogOutput {
  void write(std::string_view) override {}
};

class ShutdownTest : public testing::Test {
 protected:
  void pass(Milliseconds time) {
    clock_.advance(time);
    while (loop_.turn()) continue;
  }
  std::vector<std::string> take_steps() { return std::exchange(server_.steps, {}); }

  ManualClock clock_;
  Loop loop_{0, clock_};
  ops::Log log_{{}, clock_, std::make_unique<NoOutput>()};
  FakeServer server_;
  Shutdown shutdown_{loop_, server_, log_, Milliseconds(30'000)};
};

TEST_F(ShutdownTest, X10_an_idle_server_goes_through_all_phases_at_once) {
  shutdown_.signalled(SIGTERM);
  EXPECT_THAT(take_steps(), ElementsAre("drain", "hand over"));
  server_.handed_over();
  pass(Milliseconds(0));
  EXPECT_THAT(take_steps(), ElementsAre("cut"));
  pass(Milliseconds(99));
  EXPECT_THAT(take_steps(), IsEmpty()) << "the sockets have time to send";
  pass(Milliseconds(50));
  EXPECT_THAT(take_steps(), ElementsAre("stop"));
}

TEST_F(ShutdownTest, X10_running_answers_and_their_readers_have_the_drain_time) {
  server_.runs = 1;
  server_.streams = 1;
  shutdown_.signalled(SIGTERM);
  EXPECT_THAT(take_steps(), ElementsAre("drain"));
  pass(Milliseconds(10'000));
  server_.runs = 0;
  pass(Milliseconds(100));
  EXPECT_THAT(take_steps(), IsEmpty()) << "a reader is still there";
  server_.streams = 0;
  pass(Milliseconds(100));
  EXPECT_THAT(take_steps(), ElementsAre("hand over"));
}

TEST_F(ShutdownTest, X10_what_runs_at_the_end_of_the_drain_time_is_handed_over) {
  server_.runs = 3;
  shutdown_.signalled(SIGINT);
  take_steps();
  pass(Milliseconds(29'000));
  EXPECT_THAT(take_steps(), IsEmpty());
  pass(Milliseconds(2'000));
  EXPECT_THAT(take_steps(), ElementsAre("hand over"));
}

TEST_F(ShutdownTest, X10_a_second_signal_ends_the_drain_time) {
  server_.runs = 3;
  shutdown_.signalled(SIGTERM);
  take_steps();
  shutdown_.signalled(SIGTERM);
  pass(Milliseconds(100));
  EXPECT_THAT(take_steps(), ElementsAre("hand over"));
  shutdown_.signalled(SIGTERM);
  EXPECT_THAT(take_steps(), IsEmpty()) << "a third one changes nothing";
}

TEST_F(ShutdownTest, X10_streams_are_cut_only_after_the_runs_are_handed_over) {
  shutdown_.signalled(SIGTERM);
  take_steps();
  pass(Milliseconds(60'000));
  EXPECT_THAT(take_steps(), IsEmpty());
  server_.handed_over();
  pass(Milliseconds(1));
  EXPECT_THAT(take_steps(), ElementsAre("cut"));
}

}  // namespace
}  // namespace belay::app
