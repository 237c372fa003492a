#include "base/await.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace belay {
namespace {

// A port whose results come when the test says so.
class Port {
 public:
  void find(int key, std::string name, Done<std::string> done) {
    asked.push_back(std::to_string(key) + name);
    if (answers_at_once) return done(Result<std::string>("at once"));
    waiting = std::move(done);
  }
  void forget(Done<> done) { done(make_error(ErrorCode::not_found, "nothing there")); }

  std::vector<std::string> asked;
  bool answers_at_once = false;
  Done<std::string> waiting;
};

class AwaitTest : public testing::Test {
 protected:
  template <class T>
  std::shared_ptr<std::optional<Result<T>>> start(Awaitable<Result<T>> work) {
    auto result = std::make_shared<std::optional<Result<T>>>();
    boost::asio::co_spawn(loop_.executor(), std::move(work),
                          [result](std::exception_ptr, Result<T> value) { *result = std::move(value); });
    turn();
    return result;
  }
  void turn() {
    while (loop_.turn()) continue;
  }

  ManualClock clock_;
  Loop loop_{0, clock_};
  Port port_;
  const Deadline in_a_second_ = Deadline::in(Milliseconds(1000), clock_);
};

TEST_F(AwaitTest, a_result_that_comes_inside_the_call_suspends_nothing) {
  port_.answers_at_once = true;
  const auto result = start(call<&Port::find>(loop_, in_a_second_, port_, 7, std::string("x")));
  ASSERT_TRUE(*result);
  EXPECT_EQ((*result)->value(), "at once");
  EXPECT_EQ(port_.asked, std::vector<std::string>{"7x"});
  EXPECT_EQ(loop_.timers().armed(), 0u);
}

TEST_F(AwaitTest, an_error_is_a_result_like_any_other) {
  const auto result = start(call<&Port::forget>(loop_, Deadline::never(), port_));
  ASSERT_TRUE(*result);
  EXPECT_EQ((*result)->error().code, ErrorCode::not_found);
}

TEST_F(AwaitTest, a_result_from_another_thread_resumes_on_the_loop) {
  const auto result = start(call<&Port::find>(loop_, in_a_second_, port_, 1, std::string()));
  EXPECT_FALSE(*result);
  std::thread([&] { port_.waiting(Result<std::string>("later")); }).join();
  EXPECT_FALSE(*result) << "not before the loop turns";
  turn();
  ASSERT_TRUE(*result);
  EXPECT_EQ((*result)->value(), "later");
  EXPECT_EQ(loop_.timers().armed(), 0u) << "the deadline is gone";
}

TEST_F(AwaitTest, at_the_deadline_it_is_unavailable_and_a_late_result_is_dropped) {
  const auto result = start(call<&Port::find>(loop_, in_a_second_, port_, 1, std::string()));
  clock_.advance(Milliseconds(900));
  turn();
  EXPECT_FALSE(*result);
  clock_.advance(Milliseconds(200));
  loop_.turn();
  turn();
  ASSERT_TRUE(*result);
  EXPECT_EQ((*result)->error().code, ErrorCode::unavailable);
  port_.waiting(Result<std::string>("too late"));
  turn();
  EXPECT_EQ((*result)->error().code, ErrorCode::unavailable);
}

TEST_F(AwaitTest, without_a_deadline_it_waits_as_long_as_it_takes) {
  const auto result = start(call<&Port::find>(loop_, Deadline::never(), port_, 1, std::string()));
  clock_.advance(std::chrono::hours(1000));
  turn();
  EXPECT_FALSE(*result);
  port_.waiting(Result<std::string>("at last"));
  turn();
  EXPECT_EQ((*result)->value(), "at last");
}

TEST_F(AwaitTest, a_port_that_never_answers_destroys_the_coroutine_when_it_drops_its_done) {
  const auto result = start(call<&Port::find>(loop_, in_a_second_, port_, 7, std::string("x")));
  EXPECT_EQ(result.use_count(), 2) << "ours, and the coroutine's";
  port_.waiting = nullptr;
  turn();
  EXPECT_EQ(result.use_count(), 1);
  EXPECT_FALSE(*result);
  EXPECT_EQ(loop_.timers().armed(), 0u);
}

TEST_F(AwaitTest, a_deadline_that_has_passed_still_lets_an_immediate_result_through) {
  const Deadline passed = Deadline::in(Milliseconds(-1), clock_);
  EXPECT_TRUE(passed.has_passed(clock_));
  EXPECT_EQ(passed.left(clock_), Milliseconds(0));
  port_.answers_at_once = true;
  EXPECT_EQ((*start(call<&Port::find>(loop_, passed, port_, 1, std::string())))->value(), "at once");
}

TEST(DeadlineTest, callees_only_shorten_it) {
  ManualClock clock;
  const Deadline one = Deadline::in(Milliseconds(1000), clock);
  const Deadline two = Deadline::in(Milliseconds(2000), clock);
  EXPECT_EQ(one.sooner(two), one);
  EXPECT_EQ(two.sooner(one), one);
  EXPECT_EQ(one.sooner(Deadline::never()), one);
  EXPECT_TRUE(Deadline::never().sooner(Deadline::never()).is_never());
  EXPECT_EQ(two.left(clock), Milliseconds(2000));
}

}  // namespace
}  // namespace belay
