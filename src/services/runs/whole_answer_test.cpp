#include "services/runs/whole_answer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"
#include "core/types/payloads.hpp"
#include "services/runs/read_to_end.hpp"

namespace belay::services {
namespace {

// A client that disconnects when the test says so.
class Watch final : public Presence {
 public:
  bool is_gone() const override { return is_gone_; }
  void when_gone(UniqueFunction<void()> callback) override { gone_ = std::move(callback); }
  void go() {
    is_gone_ = true;
    std::exchange(gone_, nullptr)();
  }
  bool watched() const { return static_cast<bool>(gone_); }

 private:
  bool is_gone_ = false;
  UniqueFunction<void()> gone_;
};

class WholeAnswerTest : public ::testing::Test {
 protected:
  ~WholeAnswerTest() override { fixture_.turns(); }

  // Starts reading the whole answer from the log. The result is stored in `answer_`.
  void ask(Milliseconds max_wait = Milliseconds(0)) {
    auto read = [this, max_wait]() -> Awaitable<void> {
      auto subscription =
          std::make_unique<Subscription>(log_->shared(), whole_answer_format(), Offset{0}, fixture_.hub);
      const Deadline deadline =
          max_wait.count() > 0 ? Deadline::in(max_wait, fixture_.clock) : Deadline::never();
      auto answer = co_await read_whole_answer(fixture_.loop, std::move(subscription), deadline, &watch_);
      answer_.emplace(std::move(answer));
    };
    boost::asio::co_spawn(fixture_.loop.executor(), std::move(read), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    fixture_.turns();
  }
  void end(EventType type, Terminal terminal) {
    log_->append(type, encode(terminal));
    fixture_.turns(8);
  }

  Watch watch_;
  testing::LogFixture fixture_;
  std::unique_ptr<testing::TestLog> log_ = fixture_.new_log();
  std::optional<Result<WholeAnswer>> answer_;
};

TEST_F(WholeAnswerTest, P1_it_waits_for_the_end_and_leaves_out_what_is_no_text) {
  log_->append(EventType::started, "…");
  log_->delta("He said \"no\"\n");
  ask();
  log_->append(EventType::stage, encode(Stage{"answer", {}}));
  log_->delta("and left \\ 🚪.");
  fixture_.turns();
  EXPECT_FALSE(answer_) << "it is not whole";
  Terminal terminal;
  terminal.text_from = 2;
  terminal.usage = {{7}, {8}, {}, {}, true, {}};
  end(EventType::completed, terminal);
  ASSERT_TRUE(answer_ && *answer_);
  EXPECT_EQ((*answer_)->text, "He said \"no\"\nand left \\ 🚪.");
  EXPECT_EQ((*answer_)->usage.input, TokenCount{7});
  EXPECT_EQ((*answer_)->usage.output, TokenCount{8});
  EXPECT_TRUE((*answer_)->usage.estimated);
  EXPECT_EQ(fixture_.hub.readers(), 0u);
}

TEST_F(WholeAnswerTest, P1_what_was_said_before_a_restart_is_dropped) {
  log_->append(EventType::started, "…");
  log_->delta("Half an ans");
  log_->append(EventType::restarted, encode(Restarted{"Again."}));
  log_->delta("All of it.");
  Terminal terminal;
  terminal.text_from = 4;
  end(EventType::completed, terminal);
  ask();
  ASSERT_TRUE(answer_ && *answer_);
  EXPECT_EQ((*answer_)->text, "All of it.");
}

TEST_F(WholeAnswerTest, K22_what_there_is_now_is_read_as_soon_as_there_is_something) {
  const belay::testing::TestDialect dialect;
  std::optional<Result<std::string>> got;
  const auto begin = [&] {
    auto read = [&]() -> Awaitable<void> {
      const Format format = dialect;
      auto source = std::make_unique<Subscription>(log_->shared(), format, Offset{0}, fixture_.hub);
      const Deadline deadline = Deadline::in(Milliseconds(1000), fixture_.clock);
      auto bytes = co_await read_first(fixture_.loop, std::move(source), deadline);
      got.emplace(std::move(bytes));
    };
    got.reset();
    boost::asio::co_spawn(fixture_.loop.executor(), std::move(read), boost::asio::detached);
    fixture_.turns();
  };
  begin();
  EXPECT_FALSE(got) << "there is nothing";
  log_->append(EventType::started, "…");
  fixture_.turns();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, "[1-1 started]");
  log_->delta("a");
  fixture_.turns();
  begin();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, "[1-1 started][1-2 delta a]");
}

TEST_F(WholeAnswerTest, X9_any_other_end_is_its_error) {
  const std::pair<EventType, ErrorCode> ends[] = {{EventType::failed, ErrorCode::provider_timeout},
                                                  {EventType::cancelled, ErrorCode::cancelled},
                                                  {EventType::interrupted, ErrorCode::interrupted}};
  for (const auto& [type, code] : ends) {
    log_ = fixture_.new_log();
    answer_.reset();
    log_->delta("Half an ans");
    Terminal terminal;
    terminal.code = code;
    terminal.message = "It \"ended\".";
    ask();
    end(type, terminal);
    ASSERT_TRUE(answer_);
    ASSERT_FALSE(*answer_);
    EXPECT_EQ(answer_->error().code, code);
    EXPECT_EQ(answer_->error().detail, "It \"ended\".");
  }
}

TEST_F(WholeAnswerTest, P1_a_wait_that_is_over_leaves_the_run_alone) {
  log_->delta("Half an ans");
  ask(Milliseconds(1000));
  EXPECT_FALSE(answer_);
  fixture_.clock.advance(Milliseconds(1500));
  fixture_.turns();
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(fixture_.hub.readers(), 0u);
  end(EventType::completed, {});
}

TEST_F(WholeAnswerTest, X21_a_client_that_goes_ends_the_wait_and_leaves_no_reader) {
  log_->delta("Half an ans");
  ask();
  EXPECT_FALSE(answer_);
  ASSERT_TRUE(watch_.watched());
  watch_.go();
  fixture_.turns();
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->error().code, ErrorCode::cancelled);
  EXPECT_EQ(fixture_.hub.readers(), 0u);
  EXPECT_FALSE(watch_.watched());
  end(EventType::completed, {});
}

TEST_F(WholeAnswerTest, P1_an_answer_that_outgrew_memory_comes_back_from_the_store) {
  std::string text;
  log_->append(EventType::started, "…");
  for (int i = 0; i < 20'000; ++i) {
    log_->delta("word ");
    text += "word ";
    if (i % 1000 == 0) fixture_.turns();
  }
  Terminal terminal;
  terminal.text_from = 2;
  end(EventType::completed, terminal);
  fixture_.spill(log_->log(), 0);
  ask();
  fixture_.turns(64);
  ASSERT_TRUE(answer_ && *answer_);
  EXPECT_EQ((*answer_)->text, text);
  EXPECT_GT(fixture_.store.reads, 0u);
}

}  // namespace
}  // namespace belay::services
