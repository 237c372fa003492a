// Idempotency keys: a repeated request never starts a second run.
#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class StartRunKeysTest : public ::testing::Test, protected ServicesFixture {
 protected:
  StartRun request(const std::string& user = "ada") { return with_key(talk("Hello?", {}, caller(user))); }
  using Asks = std::vector<std::shared_ptr<Asked>>;
  // The same request so many times, on both loops, before any of them goes on.
  Asks ask_at_once(std::size_t count) {
    Asks asks;
    for (std::size_t i = 0; i < count; ++i) asks.push_back(begin(request(), i % loops.size()));
    turn();
    return asks;
  }
  std::shared_ptr<Asked> begin(StartRun made, std::size_t loop_index) {
    auto asked = std::make_shared<Asked>();
    boost::asio::co_spawn(loops[loop_index]->executor(),
                          services->runs.start(*loops[loop_index], std::move(made)),
                          [asked](std::exception_ptr thrown, StartOutcome outcome) {
                            asked->has_thrown = thrown != nullptr;
                            if (!thrown) asked->outcome = std::move(outcome);
                          });
    return asked;
  }
  static std::size_t over(const Asks& asks) {
    return static_cast<std::size_t>(
        std::count_if(asks.begin(), asks.end(), [](const auto& asked) { return asked->is_over(); }));
  }
  // One run, and the same answer for all.
  void expect_one_run(const Asks& asks) {
    EXPECT_EQ(runs(), 1u);
    EXPECT_EQ(uses(), 1u);
    std::size_t first = 0;
    for (const auto& asked : asks) {
      ASSERT_TRUE(asked->is_started());
      first += asked->outcome->run->is_repeated ? 0 : 1;
      EXPECT_EQ(asked->run(), asks.front()->run());
      EXPECT_EQ(asked->session().id, asks.front()->session().id);
      EXPECT_EQ(asked->session().conversation, asks.front()->session().conversation);
      EXPECT_EQ(asked->session().runs, std::vector{asks.front()->run()});
    }
    EXPECT_EQ(first, 1u);
    EXPECT_EQ(held("talk.active.user/user/ada"), 1u);
    EXPECT_EQ(held("talk.active.server"), 1u);
  }
  void the_first_of_200_is_given_up(bool throws) {
    // It has the key and a session, waits for the store, and its recipe will not do.
    (throws ? recipe.throws : recipe.fails) = true;
    faults.put("newest_for_prompt", Fault::late_answer);
    const auto first = ask(request());
    ASSERT_TRUE(faults.happened());
    recipe = {};
    const Asks others = ask_at_once(199);
    EXPECT_EQ(over(others), 0u) << "they wait until the first one is decided";
    faults.let_go();
    turn();
    ASSERT_TRUE(first->is_over());
    EXPECT_FALSE(first->is_started());
    EXPECT_EQ(first->has_thrown, throws);
    ASSERT_EQ(over(others), 199u) << "no clock was moved";
    expect_one_run(others);
    answer("Hello.");
    EXPECT_TRUE(counters.holds_nothing());
  }
  void sweep_sessions() {
    sessions.sweep_sessions(clock.wall(), [](Result<std::uint64_t>) {});
  }
};

TEST_F(StartRunKeysTest, X13_the_first_to_claim_a_key_runs_and_the_others_learn_of_its_run) {
  writer().holds = true;
  const auto first = ask(request());
  EXPECT_FALSE(first->is_over());
  // While the first request is still starting.
  const auto pending = ask(request());
  EXPECT_FALSE(pending->is_over());
  writer().holds = false;
  writer().finish();
  turn();
  ASSERT_TRUE(first->is_started());
  EXPECT_FALSE(first->outcome->run->is_repeated);
  // While the run is in progress.
  ASSERT_TRUE(pending->is_started());
  EXPECT_TRUE(pending->outcome->run->is_repeated);
  EXPECT_EQ(pending->run(), first->run());
  const auto running = ask(request());
  ASSERT_TRUE(running->is_started());
  EXPECT_TRUE(running->outcome->run->is_repeated);
  EXPECT_EQ(running->run(), first->run());
  // After the run was settled, also in another process.
  answer("Hello.");
  ASSERT_TRUE(store.record(first->run()));
  for (int process = 0; process < 2; ++process) {
    const auto settled = ask(request());
    ASSERT_TRUE(settled->is_started());
    EXPECT_TRUE(settled->outcome->run->is_repeated);
    EXPECT_EQ(settled->run(), first->run());
    EXPECT_EQ(settled->outcome->run->user, "ada");
    EXPECT_EQ(settled->session().id, first->session().id);
    EXPECT_EQ(settled->session().runs, std::vector{first->run()});
    crash_all();
  }
  // Keys belong to a user and a surface.
  EXPECT_FALSE(start_run(request("eve")).is_repeated);
  EXPECT_FALSE(start_run(with_key(plain())).is_repeated);
  EXPECT_FALSE(start_run(with_key(talk(), "kez")).is_repeated);
}

TEST_F(StartRunKeysTest, X13_of_two_claims_at_once_one_is_first) {
  faults.put("find_by_key", Fault::late);
  const auto one = ask(request(), 0);
  const auto other = ask(request(), 1);
  EXPECT_FALSE(one->is_over() || other->is_over());
  faults.let_go();
  turn();
  ASSERT_TRUE(one->is_started() && other->is_started());
  EXPECT_NE(one->outcome->run->is_repeated, other->outcome->run->is_repeated);
  EXPECT_EQ(one->run(), other->run());
  EXPECT_EQ(runs(), 1u);
}

TEST_F(StartRunKeysTest, X13_a_claim_that_can_not_be_looked_up_is_given_back) {
  store.fail_finds = 1;
  const auto failed = ask(request());
  ASSERT_TRUE(failed->is_over());
  EXPECT_EQ(failed->code(), ErrorCode::storage_full);
  EXPECT_FALSE(start_run(request()).is_repeated);
}

TEST_F(StartRunKeysTest, X13_two_hundred_requests_at_once_under_one_key_start_one_run) {
  const Asks asks = ask_at_once(200);
  ASSERT_EQ(over(asks), 200u) << "no clock was moved";
  expect_one_run(asks);
  answer("Hello.");
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunKeysTest, X13_if_the_first_of_two_hundred_fails_exactly_one_other_runs) {
  the_first_of_200_is_given_up(false);
}
TEST_F(StartRunKeysTest, X13_if_the_first_of_two_hundred_throws_exactly_one_other_runs) {
  the_first_of_200_is_given_up(true);
}

TEST_F(StartRunKeysTest, X13_the_second_of_two_is_answered_as_soon_as_the_first_is_decided) {
  for (const bool refused : {false, true}) {
    writer(0).holds = true;
    const std::string key = refused ? "one" : "two";
    const auto first = ask(with_key(talk(), key), 0);
    const auto second = ask(with_key(talk(), key), 1);
    EXPECT_FALSE(first->is_over() || second->is_over());
    if (refused) writer(0).refusals = 1;
    writer(0).holds = false;
    writer(0).finish();
    turn();
    ASSERT_TRUE(first->is_over() && second->is_started()) << "no clock was moved";
    EXPECT_EQ(first->is_started(), !refused);
    EXPECT_EQ(second->outcome->run->is_repeated, !refused);
    answer("Hello.");
    EXPECT_TRUE(counters.holds_nothing());
  }
}

TEST_F(StartRunKeysTest, X13_the_second_of_two_has_a_deadline_of_its_own_and_takes_nothing_with_it) {
  writer(0).holds = true;
  const auto first = ask(request(), 0);
  const auto second = ask(within(Milliseconds(300), request()), 1);
  pass(Milliseconds(400));
  EXPECT_FALSE(first->is_over());
  ASSERT_TRUE(second->is_over());
  EXPECT_EQ(second->code(), ErrorCode::unavailable);
  writer(0).holds = false;
  writer(0).finish();
  turn();
  ASSERT_TRUE(first->is_started());
  EXPECT_EQ(runs(), 1u);
  EXPECT_EQ(uses(), 1u);
  answer("Hello.");
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunKeysTest, X13_a_key_with_another_body_is_refused_whatever_the_first_request_does_just_then) {
  const auto expect_refused = [&](const std::shared_ptr<Asked>& asked) {
    ASSERT_TRUE(asked->is_over());
    ASSERT_FALSE(asked->is_started());
    EXPECT_EQ(asked->code(), ErrorCode::idempotency_mismatch);
    EXPECT_EQ(asked->error().field, "Idempotency-Key");
  };
  const auto other = [&] { return with_key(talk("Something else?"), "key", "another digest"); };
  // Both are looked up at the same time.
  faults.put("find_by_key", Fault::late);
  const auto first = ask(request());
  auto refused = ask(other());
  writer().holds = true;
  faults.let_go();
  turn();
  expect_refused(refused);
  EXPECT_FALSE(first->is_over());
  expect_refused(ask(other()));  // the first one is being logged
  writer().holds = false;
  writer().finish();
  turn();
  ASSERT_TRUE(first->is_started());
  expect_refused(ask(other()));  // it is in progress
  answer("Hello.");
  expect_refused(ask(other()));  // it is settled
  crash_all();
  expect_refused(ask(other()));  // another process
  EXPECT_EQ(uses(), 1u);
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunKeysTest, X13_a_repeated_request_is_answered_although_nothing_new_may_start) {
  const StartedRun first = start_run(request());
  closed = make_error(ErrorCode::draining, "The server is being restarted.");
  const StartedRun again = start_run(request());
  EXPECT_TRUE(again.is_repeated);
  EXPECT_EQ(again.run, first.run);
}

TEST_F(StartRunKeysTest, X13_a_key_whose_session_is_gone_is_expired) {
  const StartedRun first = start_run(request());
  answer("Hello.");
  clock.advance(Milliseconds(3'600'000));
  sweep_sessions();
  ASSERT_TRUE(sessions.all().empty());
  const auto asked = ask(request());
  ASSERT_TRUE(asked->is_over());
  EXPECT_EQ(asked->code(), ErrorCode::expired);
  EXPECT_EQ(asked->error().field, "Idempotency-Key");
}

TEST_F(StartRunKeysTest, X13_the_key_of_a_caller_who_is_not_signed_in_is_the_sessions) {
  std::vector<StartedRun> firsts;
  for (const char* name : {"ann", "bob"}) {
    StartRun made = talk("Hi!", {}, stranger());
    made.project = name;
    firsts.push_back(start_run(std::move(made)));
    answer("Hello!");
  }
  const StartedRun first = start_run(with_key(talk("Well?", firsts[0].session.id, stranger())));
  EXPECT_EQ(first.user, anonymous_user("ann"));
  const StartedRun again = start_run(with_key(talk("Well?", firsts[0].session.id, stranger("192.0.2.2"))));
  EXPECT_TRUE(again.is_repeated);
  EXPECT_EQ(again.run, first.run);
  EXPECT_EQ(again.session.id, firsts[0].session.id);
  const StartedRun bobs = start_run(with_key(talk("Well?", firsts[1].session.id, stranger())));
  EXPECT_FALSE(bobs.is_repeated);
  EXPECT_EQ(bobs.user, anonymous_user("bob"));
}

}  // namespace
}  // namespace belay::services::testing
