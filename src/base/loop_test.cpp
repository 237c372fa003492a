#include "base/loop.hpp"

#include <string>
#include <vector>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LoopTest : public ::testing::Test, private Loop::TurnHook {
 protected:
  LoopTest() { loop_.add_turn_hook(*this); }

  void post_handler(const std::string& name, Milliseconds takes) {
    boost::asio::post(loop_.context(), work(name, takes));
  }
  void post_task(const std::string& name, Milliseconds takes) { loop_.post(work(name, takes)); }
  // What ran in the next turn. The end of the turn is recorded too.
  std::vector<std::string> turn() {
    ran_.clear();
    loop_.turn();
    return ran_;
  }

  ManualClock clock_;
  Loop loop_{0, clock_};
  std::vector<std::string> ran_;

 private:
  std::function<void()> work(std::string name, Milliseconds takes) {
    return [this, name = std::move(name), takes] {
      ran_.push_back(name);
      clock_.advance(takes);
    };
  }
  void turn_ended() override { ran_.emplace_back("end"); }
};

TEST_F(LoopTest, F4_a_turn_runs_all_that_is_ready) {
  for (const char* name : {"a", "b", "c"}) post_handler(name, Milliseconds(0));
  EXPECT_THAT(turn(), ElementsAre("a", "b", "c", "end"));
}

TEST_F(LoopTest, F4_a_turn_that_has_lasted_long_enough_ends_and_the_rest_runs_in_the_next) {
  for (const char* name : {"a", "b"}) post_handler(name, Milliseconds(1));
  post_handler("c", Milliseconds(0));
  EXPECT_THAT(turn(), ElementsAre("a", "end"));
  EXPECT_THAT(turn(), ElementsAre("b", "end"));
  EXPECT_THAT(turn(), ElementsAre("c", "end"));
}

TEST_F(LoopTest, F4_posted_tasks_are_divided_over_turns_and_keep_their_order) {
  post_task("a", Milliseconds(1));
  post_task("b", Milliseconds(0));
  post_task("c", Milliseconds(1));
  EXPECT_THAT(turn(), ElementsAre("a", "end"));
  post_task("d", Milliseconds(0));
  EXPECT_THAT(turn(), ElementsAre("b", "c", "end"));
  EXPECT_THAT(turn(), ElementsAre("d", "end"));
  EXPECT_THAT(turn(), ElementsAre("end"));
}

TEST_F(LoopTest, F4_a_handler_asks_whether_the_turn_is_over) {
  std::vector<bool> answers;
  boost::asio::post(loop_.context(), [&] {
    answers.push_back(loop_.turn_is_over());
    clock_.advance(Milliseconds(1));
    answers.push_back(loop_.turn_is_over());
  });
  turn();
  boost::asio::post(loop_.context(), [&] { answers.push_back(loop_.turn_is_over()); });
  turn();
  EXPECT_THAT(answers, ElementsAre(false, true, false));
}

TEST_F(LoopTest, F4_a_task_that_posts_itself_again_does_not_keep_a_turn_open) {
  // The clock stands still: the number of handlers is bounded.
  std::function<void()> again = [&] { boost::asio::post(loop_.context(), again); };
  again();
  EXPECT_THAT(turn(), ElementsAre("end"));
  again = [] {};
}

TEST_F(LoopTest, F4_tasks_that_a_stopped_loop_has_not_run_are_destroyed_with_it) {
  auto kept = std::make_shared<int>();
  {
    Loop other(1, clock_);
    other.post([kept] {});
  }
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace belay
