#include "base/run_in_turn.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace belay {
namespace {

class RunInTurn : public ::testing::Test {
 protected:
  // The result, after as many turns of the loop as that takes.
  template <class Work>
  Result<int> run(Work work) {
    std::optional<Result<int>> result;
    boost::asio::co_spawn(loop_.executor(), run_in_turn<int>(loop_, *pool_, "ada", 1, std::move(work)),
                          [&](std::exception_ptr, Result<int> value) { result = std::move(value); });
    while (!result)
      if (!loop_.turn()) std::this_thread::yield();
    return *result;
  }

  ManualClock clock_;
  Loop loop_{0, clock_};
  std::optional<FairThreadPool> pool_{FairThreadPool::Config{1, Milliseconds(0), 1}};
};

TEST_F(RunInTurn, X21_work_runs_on_the_pool_and_its_result_comes_to_the_loop) {
  const auto caller = std::this_thread::get_id();
  auto work = [caller](const FairThreadPool::Turn&) {
    EXPECT_NE(std::this_thread::get_id(), caller);
    return std::optional<Result<int>>(7);
  };
  EXPECT_EQ(run(std::move(work)).value(), 7);
}

TEST_F(RunInTurn, X21_work_may_need_several_turns_and_may_fail) {
  auto work = [left = 3](const FairThreadPool::Turn&) mutable -> std::optional<Result<int>> {
    if (--left > 0) return std::nullopt;
    return make_error(ErrorCode::unprocessable, "no");
  };
  EXPECT_EQ(run(std::move(work)).error().detail, "no");
}

TEST_F(RunInTurn, X21_a_full_pool_refuses) {
  // The pool may look at them after the end of this function.
  struct Flags {
    std::atomic<bool> go{false}, begun{false};
  };
  const auto flags = std::make_shared<Flags>();
  auto block = [flags](const FairThreadPool::Turn&) {
    flags->begun = true;
    while (!flags->go) std::this_thread::yield();
    return FairThreadPool::Progress::done;
  };
  ASSERT_TRUE(pool_->submit("eve", 1, block));
  while (!flags->begun) std::this_thread::yield();
  ASSERT_TRUE(
      pool_->submit("eve", 2, [](const FairThreadPool::Turn&) { return FairThreadPool::Progress::done; }));
  auto work = [](const FairThreadPool::Turn&) { return std::optional<Result<int>>(7); };
  EXPECT_EQ(run(std::move(work)).error().code, ErrorCode::unavailable);
  flags->go = true;
}

}  // namespace
}  // namespace belay
