// Attempts of one request without an idempotency key: a library's retry never starts a second run.
#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class StartRunAttemptsTest : public ::testing::Test, protected ServicesFixture {
 protected:
  using Attempt = StartRun::Attempt;
  StartRun attempt(Attempt which, std::string digest = "digest", const std::string& user = "ada") {
    StartRun made = plain("Hello?", caller(user));
    made.digest = std::move(digest);
    made.attempt = which;
    return made;
  }
  StartedRun started(Attempt which, std::string digest = "digest", const std::string& user = "ada") {
    const auto asked = ask(attempt(which, std::move(digest), user));
    for (int i = 0; i < 10 && !asked->is_over(); ++i)
      turn();  // it asks for the log, and for how its run ended
    EXPECT_TRUE(asked->is_started()) << (asked->has_thrown ? "it threw"
                                         : asked->outcome  ? asked->error().detail
                                                           : "it never came back");
    return asked->is_started() ? *asked->outcome->run : StartedRun{};
  }
};

TEST_F(StartRunAttemptsTest, K12_a_later_attempt_is_the_run_under_way) {
  const StartedRun first = started(Attempt::first);
  EXPECT_FALSE(first.is_repeated);
  const StartedRun later = started(Attempt::later);
  EXPECT_TRUE(later.is_repeated);
  EXPECT_EQ(later.run, first.run);
  EXPECT_EQ(later.user, "ada");
  EXPECT_EQ(runs(), 1u);
}

TEST_F(StartRunAttemptsTest, K12_a_later_attempt_gets_an_answer_that_was_not_delivered) {
  const StartedRun first = started(Attempt::first);
  answer("Hello.");
  EXPECT_EQ(started(Attempt::later).run, first.run);
  services->runs.answer_delivered(first.run);
  EXPECT_NE(started(Attempt::later).run, first.run);
}

TEST_F(StartRunAttemptsTest, K12_a_first_attempt_is_a_request_of_its_own) {
  const StartedRun first = started(Attempt::first);
  const StartedRun second = started(Attempt::first);
  EXPECT_NE(second.run, first.run);
  EXPECT_EQ(started(Attempt::later).run, second.run) << "the newest";
}

TEST_F(StartRunAttemptsTest, K12_another_body_or_user_is_another_request) {
  const StartedRun first = started(Attempt::first);
  EXPECT_NE(started(Attempt::later, "other").run, first.run);
  EXPECT_NE(started(Attempt::later, "digest", "bob").run, first.run);
}

TEST_F(StartRunAttemptsTest, K12_what_was_cancelled_or_has_failed_is_not_an_answer) {
  const StartedRun first = started(Attempt::first);
  boost::asio::co_spawn(loops[0]->executor(), services->runs.cancel(*loops[0], "ada", first.run),
                        [](std::exception_ptr, const Result<>& done) { EXPECT_TRUE(done); });
  turn();
  const StartedRun second = started(Attempt::later);
  EXPECT_NE(second.run, first.run);
  call().accept();
  call().error(ErrorCode::provider_broken);
  turn();
  EXPECT_NE(started(Attempt::later).run, second.run);
}

TEST_F(StartRunAttemptsTest, K12_what_an_earlier_process_has_started_is_found_by_its_body) {
  StartRun unnamed = attempt(Attempt::only);
  const StartedRun first = start_run(std::move(unnamed));
  EXPECT_EQ(started(Attempt::later).run, first.run);
}

TEST_F(StartRunAttemptsTest, K81_a_request_that_must_repeat_one_starts_nothing) {
  StartRun made = with_key(plain("Hello?"));
  made.must_repeat = true;
  const auto refused = ask(std::move(made));
  ASSERT_TRUE(refused->is_over());
  ASSERT_FALSE(refused->is_started());
  EXPECT_EQ(refused->code(), ErrorCode::not_found);
  EXPECT_EQ(runs(), 0u);
  const StartedRun first = start_run(with_key(plain("Hello?")));
  StartRun again = with_key(plain("Hello?"));
  again.must_repeat = true;
  EXPECT_EQ(start_run(std::move(again)).run, first.run);
}

}  // namespace
}  // namespace belay::services::testing
