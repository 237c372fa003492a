// What can refuse a run: its session, a limit. And runs that answer slash commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StartRunLimitsTest : public ::testing::Test, protected ServicesFixture {
 protected:
  std::shared_ptr<Asked> refused(StartRun made, ErrorCode code, std::string_view field = {}) {
    const std::size_t runs_before = runs(), uses_before = uses();
    const auto slots_before = counters.slots;
    const auto asked = ask(std::move(made));
    EXPECT_TRUE(asked->outcome);
    EXPECT_FALSE(asked->is_started());
    EXPECT_EQ(asked->code(), code);
    EXPECT_EQ(asked->error().field, field);
    EXPECT_EQ(runs(), runs_before);
    EXPECT_EQ(uses(), uses_before);
    for (const auto& [slot, count] : counters.slots) {
      const auto before = slots_before.find(slot);
      EXPECT_EQ(count, before == slots_before.end() ? 0u : before->second) << slot;
    }
    return asked;
  }
  // The outcome names the limit that refused, and only that.
  void expect_limit(const std::shared_ptr<Asked>& asked, const std::string& name) {
    EXPECT_EQ(asked->error().limit, name);
    ASSERT_EQ(asked->outcome->limits.size(), 1u);
    EXPECT_EQ(asked->outcome->limits[0].limit.name, name);
    EXPECT_TRUE(asked->outcome->limits[0].refused);
    EXPECT_EQ(asked->outcome->limits[0].remaining, 0u);
    ASSERT_FALSE(refusals.refused.empty());
    EXPECT_EQ(refusals.refused.back(), name);
  }
  std::uint64_t left_of_rate() {
    Limit rate;
    rate.key = "talk.rate/user/ada";
    rate.kind = Limit::Kind::window;
    rate.max = 1000;
    rate.window = Milliseconds(60'000);
    std::uint64_t left = 0;
    counters.used(rate, [&](Result<LimitStatus> status) { left = status->remaining; });
    return left;
  }
  // All but `left` requests of a session are used.
  Session used_up_but(std::uint32_t left) {
    const Session session = used_session();
    while (sessions.uses(session.id) < 4u - left) {
      start_run(talk("More?", session.id));
      answer("More.");
    }
    return session;
  }
  Session session_without_model() {
    const StartedRun started = start_run([&] {
      StartRun made = talk("/help");
      made.model.clear();
      return made;
    }());
    pass(Milliseconds(2000));
    return started.session;
  }
  // The answer of a command: from the log of its run.
  std::string said(StartRun made) {
    const StartedRun started = start_run(std::move(made));
    pass(Milliseconds(2000));  // it comes word by word
    EXPECT_TRUE(counters.holds_nothing()) << "its answer has ended";
    return belay::testing::text_of(belay::testing::logged_events(events, started.run));
  }
};

// ---- Sessions

TEST_F(StartRunLimitsTest, P1_an_unknown_session_and_another_users_session_do_not_exist) {
  const Session hers = used_session();
  refused(talk("Hello?", "no-such-session"), ErrorCode::not_found, kAboutSession);
  refused(talk("Hello?", hers.id, caller("eve")), ErrorCode::not_found, kAboutSession);
}

TEST_F(StartRunLimitsTest, C1_a_session_that_has_ended_is_expired) {
  const Session session = used_session();
  clock.advance(Milliseconds(600'000));
  refused(talk("Hello?", session.id), ErrorCode::expired, kAboutSession);
}

TEST_F(StartRunLimitsTest, C1_a_session_belongs_to_one_conversation) {
  const Session session = used_session();
  StartRun made = talk("Hello?", session.id);
  made.session->conversation = "another";
  refused(std::move(made), ErrorCode::conflict, kAboutConversation);
  made = talk("Hello?", session.id);
  made.session->conversation = session.conversation;
  start_run(std::move(made));
}

TEST_F(StartRunLimitsTest, C8_a_session_that_is_used_up_is_refused_before_a_window_is_charged) {
  const Session session = used_up_but(0);
  const std::uint64_t left = left_of_rate();
  expect_limit(refused(talk("Hello?", session.id), ErrorCode::session_used_up), "talk.session_requests");
  EXPECT_EQ(left_of_rate(), left);
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunLimitsTest, C8_the_last_request_of_a_session_is_given_to_one_of_two_at_once) {
  const Session session = used_up_but(1);
  faults.put("reserve", Fault::late_answer);
  const auto one = ask(talk("One?", session.id), 0);
  const auto other = ask(talk("Other?", session.id), 1);
  ASSERT_TRUE(other->is_started());
  answer("Other.");
  faults.let_go();
  turn();
  ASSERT_TRUE(one->is_over());
  ASSERT_FALSE(one->is_started());
  EXPECT_EQ(one->code(), ErrorCode::session_used_up);
  expect_limit(one, "talk.session_requests");
  EXPECT_EQ(sessions.uses(session.id), 4u);
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunLimitsTest, C8_the_outcome_says_how_much_of_the_session_is_left) {
  const auto first = ask(talk());
  ASSERT_TRUE(first->is_started());
  ASSERT_EQ(first->outcome->limits.size(), 2u);
  EXPECT_EQ(first->outcome->limits[0].limit.name, "talk.rate") << "the tightest window";
  EXPECT_EQ(first->outcome->limits[0].remaining, 999u);
  EXPECT_EQ(first->outcome->limits[1].limit.name, "talk.session_requests");
  EXPECT_EQ(first->outcome->limits[1].remaining, 3u);
  EXPECT_FALSE(first->outcome->limits[1].refused);
  const auto second = ask(talk("Again?", first->session().id));
  EXPECT_EQ(second->outcome->limits.back().remaining, 2u);
}

// ---- Limits

TEST_F(StartRunLimitsTest, A5_a_limit_that_is_reached_refuses_holds_nothing_and_is_named) {
  struct Case {
    const char* action;
    const char* limit;
    ErrorCode code;
  };
  const Case cases[] = {{"talk", "talk.active.user", ErrorCode::too_many_active},
                        {"talk", "talk.rate", ErrorCode::rate_limited},
                        {"talk", "talk.active.server", ErrorCode::server_full},
                        {"session", "talk.new_sessions", ErrorCode::rate_limited}};
  for (const Case& each : cases) {
    SCOPED_TRACE(each.limit);
    const std::string user = std::string("user of ") + each.limit;
    start_run(talk("Hello?", {}, caller(user)));
    limit("talk", each.action, each.limit, 1);
    expect_limit(refused(with_key(talk("Hello?", {}, caller(user))), each.code), each.limit);
    limit("talk", each.action, each.limit, 1000);
    const StartedRun again = start_run(with_key(talk("Hello?", {}, caller(user))));
    EXPECT_FALSE(again.is_repeated) << "its key was free";
  }
}

TEST_F(StartRunLimitsTest, A5_callers_who_are_not_signed_in_are_limited_by_address) {
  for (int i = 0; i < 2; ++i) start_run(talk("Hello?", {}, stranger()));
  expect_limit(refused(talk("Hello?", {}, stranger()), ErrorCode::too_many_active), "talk.active.address");
  start_run(talk("Hello?", {}, stranger("192.0.2.2")));
  start_run(talk());
}

TEST_F(StartRunLimitsTest, A5_a_run_that_ends_frees_its_slots) {
  limit("talk", "talk", "talk.active.user", 1);
  start_run(talk());
  refused(talk(), ErrorCode::too_many_active);
  answer("Hello.");
  start_run(talk());
}

TEST_F(StartRunLimitsTest, A6_a_session_that_exists_already_is_not_counted_as_a_new_one) {
  const Session session = used_session();
  limit("talk", "session", "talk.new_sessions", 1);
  start_run(talk("Hello?", session.id));
  refused(talk(), ErrorCode::rate_limited);
}

// ---- Commands

TEST_F(StartRunLimitsTest, C5_a_command_is_answered_without_the_model_and_counts_as_a_command) {
  limit("talk", "talk", "talk.active.user", 0);
  const StartedRun started = start_run(talk("/help"));
  const RunRequest run = request_of(started.run);
  EXPECT_EQ(run.mode, "command");
  EXPECT_EQ(run.prompt, "/help");
  EXPECT_THAT(run.precomputed_answer, HasSubstr("`/model [NAME]`"));
  EXPECT_THAT(run.reserved, ElementsAre("talk.active.server"));
  EXPECT_THAT(run.messages, IsEmpty());
  EXPECT_EQ(run.share_key, "");
  EXPECT_THAT(provider.calls, IsEmpty());
  EXPECT_EQ(started.session.runs.size(), 1u) << "it is a request of its session";
  pass(Milliseconds(2000));  // it comes word by word
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunLimitsTest, C5_a_command_needs_no_model) {
  StartRun made = talk("/model");
  made.model.clear();
  EXPECT_THAT(said(std::move(made)), HasSubstr("The model is `free`.")) << "the default";
  made = talk("/help");
  made.model = "best";
  EXPECT_THAT(said(std::move(made)), HasSubstr("/help"));
}

TEST_F(StartRunLimitsTest, C5_a_command_that_the_model_answers_counts_as_a_message_and_needs_an_open_model) {
  const Session session = used_session();
  const StartedRun started = start_run(talk("/summary", session.id));
  const RunRequest run = request_of(started.run);
  EXPECT_EQ(run.mode, "command");
  EXPECT_EQ(run.precomputed_answer, "");
  EXPECT_EQ(run.model, "free");
  EXPECT_THAT(run.reserved, ElementsAre("talk.active.user/user/ada", "talk.active.server"));
  ASSERT_EQ(run.messages.size(), 3u);
  EXPECT_THAT(text_of(run.messages.back()), HasSubstr("Sum up our conversation"));
  EXPECT_EQ(run.prompt, "/summary");
  answer("We said hello.");
  // In the same conversation.
  StartRun made = talk("/summary");
  made.model = "pro";
  made.session->conversation = session.conversation;
  refused(std::move(made), ErrorCode::forbidden, kAboutModel);
  EXPECT_TRUE(counters.holds_nothing());
}

TEST_F(StartRunLimitsTest, C5_a_command_that_has_nothing_for_the_model_is_answered_without_it) {
  EXPECT_THAT(said(talk("/summary")), HasSubstr("nothing to sum up"));
  EXPECT_THAT(provider.calls, IsEmpty());
}

TEST_F(StartRunLimitsTest, C5_a_model_that_was_chosen_by_a_command_answers_from_then_on) {
  const Session session = session_without_model();
  const auto pro = [](StartRun made) {
    made.caller.tier = "pro";
    return made;
  };
  EXPECT_THAT(said(pro(talk("/model pro", session.id))), HasSubstr("`pro` answers"));
  EXPECT_EQ(request_of(start_run(pro(talk("Hello?", session.id))).run).model, "pro");
}

}  // namespace
}  // namespace belay::services::testing
