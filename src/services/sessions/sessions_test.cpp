#include "services/sessions/sessions.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class SessionsTest : public ::testing::Test, protected ServicesFixture {
 protected:
  SessionsTest() {
    // As on a surface whose sessions start with a request of their own: a free slot is needed.
    change_rules("talk", [](policy::SurfaceRules& rules) {
      const policy::Active active{"talk", "answers", 3, 1000, 2, Milliseconds(5000)};
      rules.limits["session"].push_back(active_of_server(active));
    });
  }

  Sessions::NewSession wanted(Caller from = caller()) {
    Sessions::NewSession made;
    made.caller = std::move(from);
    made.surface = "talk";
    made.deadline = Deadline::in(Milliseconds(1000), clock);
    return made;
  }
  std::optional<Sessions::Outcome> create(Sessions::NewSession made) {
    std::optional<Sessions::Outcome> outcome;
    boost::asio::co_spawn(loops[0]->executor(), services->sessions.create(*loops[0], std::move(made)),
                          [&](std::exception_ptr thrown, Sessions::Outcome result) {
                            has_thrown = thrown != nullptr;
                            if (!thrown) outcome = std::move(result);
                          });
    turn();
    if (faults.waiting() > 0) {
      pass(Milliseconds(1100));
      faults.let_go();
    }
    return outcome;
  }
  Result<Session> find(const std::string& id, const Caller& from = caller(),
                       const std::string& surface = "talk") {
    return await(services->sessions.find(*loops[0], Deadline::never(), from, surface, id));
  }

  bool has_thrown = false;
};

TEST_F(SessionsTest, P1_a_new_session_is_its_users_and_lasts_as_long_as_the_rules_say) {
  Sessions::NewSession made = wanted();
  made.persona = "calm_coach";
  made.project = "garden";
  const auto outcome = create(std::move(made));
  ASSERT_TRUE(outcome && outcome->session);
  const Session& session = *outcome->session;
  EXPECT_TRUE(session.id.starts_with("s_"));
  EXPECT_TRUE(session.conversation.starts_with("c_"));
  EXPECT_EQ(session.user, "ada");
  EXPECT_EQ(session.surface, "talk");
  EXPECT_EQ(session.persona, "calm_coach");
  EXPECT_EQ(session.project, "garden");
  EXPECT_EQ(session.model, "") << "its caller chooses";
  EXPECT_EQ(session.created, clock.wall());
  EXPECT_EQ(session.expires, clock.wall() + Milliseconds(600'000));
  EXPECT_TRUE(session.runs.empty());
  EXPECT_EQ(owner_of(session), "ada");
  ASSERT_TRUE(outcome->limit);
  EXPECT_EQ(outcome->limit->limit.name, "talk.new_sessions");
  EXPECT_EQ(find(session.id)->persona, "calm_coach");
  EXPECT_TRUE(counters.holds_nothing()) << "a session generates no answer";
}

TEST_F(SessionsTest, P1_a_session_of_a_caller_who_is_not_signed_in_belongs_to_the_name_they_give) {
  Sessions::NewSession made = wanted(stranger());
  made.project = "ann";
  const auto outcome = create(std::move(made));
  ASSERT_TRUE(outcome && outcome->session);
  EXPECT_EQ(outcome->session->user, "");
  EXPECT_EQ(owner_of(*outcome->session), anonymous_user("ann"));
  EXPECT_TRUE(find(outcome->session->id, stranger("192.0.2.9")));
}

TEST_F(SessionsTest, P1_a_session_of_another_user_or_surface_does_not_exist) {
  const std::string id = create(wanted())->session->id;
  for (const auto& found :
       {find(id, caller("eve")), find(id, stranger()), find(id, caller(), "plain"), find("")}) {
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
    EXPECT_EQ(found.error().field, kAboutSession);
  }
  EXPECT_TRUE(find(id));
}

TEST_F(SessionsTest, P1_where_callers_do_not_choose_the_session_has_the_surfaces_model) {
  change_rules("talk", [](policy::SurfaceRules& rules) { rules.caller_chooses_model = false; });
  EXPECT_EQ(create(wanted())->session->model, "free") << "the catalogue's first";
  change_rules("talk", [](policy::SurfaceRules& rules) { rules.default_model = "pro"; });
  EXPECT_EQ(create(wanted())->session->model, "pro");
}

TEST_F(SessionsTest, P1_a_conversation_has_its_sessions_name_where_the_rules_make_no_other) {
  change_rules("talk", [](policy::SurfaceRules& rules) { rules.sessions->new_conversation = nullptr; });
  const auto outcome = create(wanted());
  EXPECT_EQ(outcome->session->conversation, outcome->session->id);
}

TEST_F(SessionsTest, A5_a_session_that_a_limit_refuses_is_not_created) {
  for (const char* name : {"talk.new_sessions", "talk.active.server"}) {
    limit("talk", "session", name, 0);
    const auto outcome = create(wanted());
    ASSERT_TRUE(outcome && !outcome->session);
    EXPECT_EQ(outcome->session.error().limit, name);
    ASSERT_TRUE(outcome->limit);
    EXPECT_EQ(outcome->limit->limit.name, name);
    limit("talk", "session", name, 1000);
  }
  EXPECT_TRUE(sessions.all().empty());
}

TEST_F(SessionsTest, P1_a_server_that_takes_no_runs_creates_no_session) {
  closed = make_error(ErrorCode::draining, "The server is being restarted.");
  const auto outcome = create(wanted());
  ASSERT_TRUE(outcome && !outcome->session);
  EXPECT_EQ(outcome->session.error().code, ErrorCode::draining);
  EXPECT_TRUE(sessions.all().empty());
  EXPECT_TRUE(counters.slots.empty());
}

TEST_F(SessionsTest, P1_whatever_a_step_does_nothing_is_held) {
  for (const char* call : {"reserve", "create_session"})
    for (const Fault fault :
         {Fault::fails, Fault::throws, Fault::late, Fault::late_answer, Fault::fails_granted}) {
      SCOPED_TRACE(call);
      faults.put(call, fault);
      const auto outcome = create(wanted());
      ASSERT_TRUE(faults.happened());
      EXPECT_EQ(has_thrown, fault == Fault::throws);
      if (outcome) {
        ASSERT_FALSE(outcome->session);
        EXPECT_EQ(outcome->session.error().code, ErrorCode::unavailable);
      }
      EXPECT_TRUE(counters.holds_nothing());
      has_thrown = false;
    }
  EXPECT_TRUE(create(wanted())->session);
}

TEST_F(SessionsTest, a_surface_without_sessions_is_a_mistake_of_the_program) {
  Sessions::NewSession made = wanted();
  made.surface = "plain";
  create(std::move(made));
  EXPECT_TRUE(has_thrown);
}

TEST_F(SessionsTest, P1_a_store_that_fails_is_not_taken_for_a_session_that_does_not_exist) {
  faults.put("find_session", Fault::fails);
  const auto found = find("anything");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace belay::services::testing
