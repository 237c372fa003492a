#include "base/fair_thread_pool.hpp"

#include <future>

#include <gtest/gtest.h>

namespace belay {
namespace {

using Progress = FairThreadPool::Progress;
using Turn = FairThreadPool::Turn;

// One thread and turns of one step, so that the order of execution is deterministic.
class FairWorkersTest : public testing::Test {
 protected:
  FairWorkersTest() {
    // The thread is blocked until everything has been submitted.
    const bool taken = workers_->submit("gate", 0, [this](const Turn&) {
      kept_.set_value();
      open_.get_future().wait();
      return Progress::done;
    });
    EXPECT_TRUE(taken);
    kept_.get_future().wait();
  }
  ~FairWorkersTest() override {
    if (!opened_) open_.set_value();
  }
  // Adds a task that takes `turns` turns and writes its name in each of them.
  void add(const std::string& user, std::uint64_t place, const std::string& name, int turns) {
    ++tasks_;
    const bool taken = workers_->submit(user, place, [this, name, turns](const Turn& turn) mutable {
      EXPECT_TRUE(turn.is_over()) << "one step, and others have their turn";
      order_ += name;
      if (--turns > 0) return Progress::more;
      if (--tasks_ == 0) done_.set_value();
      return Progress::done;
    });
    EXPECT_TRUE(taken);
  }
  std::string run() {
    opened_ = true;
    open_.set_value();
    done_.get_future().wait();
    return order_;
  }

  std::promise<void> kept_, open_, done_;
  bool opened_ = false;
  std::string order_;
  std::atomic<int> tasks_{0};
  std::unique_ptr<FairThreadPool> workers_ =
      std::make_unique<FairThreadPool>(FairThreadPool::Config{1, Milliseconds(0), 8});
};

TEST_F(FairWorkersTest, X21_users_take_turns_however_much_one_of_them_asks_for) {
  add("ann", 1, "A", 3);
  add("ann", 2, "a", 3);
  add("bob", 3, "B", 2);
  add("eve", 4, "E", 1);
  EXPECT_EQ(run(), "ABEABAaaa");
}

TEST_F(FairWorkersTest, X21_within_a_user_the_first_to_come_is_served_first) {
  add("ann", 7, "2", 2);
  add("ann", 5, "1", 2);
  add("ann", 9, "3", 1);
  EXPECT_EQ(run(), "11223");
}

TEST_F(FairWorkersTest, X21_what_waits_has_a_bound) {
  for (int i = 0; i < 8; ++i) add("ann", 1, "x", 1);
  EXPECT_FALSE(workers_->submit("bob", 1, [](const Turn&) { return Progress::done; }));
  EXPECT_EQ(run(), "xxxxxxxx");
}

TEST(FairWorkersPool, X21_a_stop_ends_the_turn_and_drops_what_waits) {
  auto workers = std::make_unique<FairThreadPool>(FairThreadPool::Config{1, std::chrono::hours(1), 8});
  auto alive = std::make_shared<int>();
  std::promise<void> begun;
  const bool first = workers->submit("ann", 1, [&begun, alive](const Turn& turn) {
    begun.set_value();
    while (!turn.is_over()) std::this_thread::yield();
    return Progress::more;
  });
  const bool second = workers->submit("bob", 2, [alive](const Turn&) {
    ADD_FAILURE() << "it was never begun";
    return Progress::done;
  });
  EXPECT_TRUE(first && second);
  begun.get_future().wait();
  workers.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(FairWorkersPool, X21_all_threads_serve_one_user_while_nobody_else_waits) {
  FairThreadPool workers({2, Milliseconds(1), 8});
  std::promise<void> here, there;
  std::shared_future<void> met = there.get_future();
  const bool first = workers.submit("ann", 1, [&here, met](const Turn&) {
    here.set_value();
    met.wait();
    return Progress::done;
  });
  const bool second = workers.submit("ann", 2, [&here, &there](const Turn&) {
    here.get_future().wait();
    there.set_value();
    return Progress::done;
  });
  EXPECT_TRUE(first && second);
  met.wait();
}

}  // namespace
}  // namespace belay
