// The way from a request to a run: the order of its steps, and what the run is asked to do.
#include "services/runs/start_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StartRunTest : public ::testing::Test, protected ServicesFixture {
 protected:
  RunRequest requested(StartRun made) { return request_of(start_run(std::move(made)).run); }
  void set_tier(const std::string& user, const std::string& tier) { users.set_tier(user, tier); }
  void choose_in_conversation(const std::string& conversation, ConversationChange change) {
    conversations.change_conversation({"ada", "talk", conversation}, std::move(change), clock.wall(),
                                      [](Result<>) {});
  }
  void expect_refused(StartRun made, ErrorCode code, std::string_view field) {
    const auto asked = ask(std::move(made));
    ASSERT_TRUE(asked->is_over());
    ASSERT_FALSE(asked->is_started());
    EXPECT_EQ(asked->code(), code);
    EXPECT_EQ(asked->error().field, field);
    EXPECT_TRUE(counters.holds_nothing());
  }
};

// ---- The order

TEST_F(StartRunTest, the_steps_of_a_start_have_one_order) {
  const Session session = used_session();
  faults.calls.clear();
  start_run(with_key(talk("Well?", session.id, caller("ada", ""))));
  EXPECT_THAT(faults.calls, ElementsAre("tier_of", "find_key", "find_by_key", "accepts_runs", "find_session",
                                        "find_conversation", "reserve", "use_session", "newest_for_prompt"));
}

TEST_F(StartRunTest, a_start_asks_only_for_what_it_needs) {
  recipe.older_messages = false;
  start_run(plain());
  EXPECT_THAT(faults.calls, ElementsAre("accepts_runs", "reserve"));
  faults.calls.clear();
  recipe.older_messages = true;
  start_run(talk());
  EXPECT_THAT(faults.calls, ElementsAre("accepts_runs", "reserve", "create_session", "newest_for_prompt"));
  faults.calls.clear();
  start_run(talk("/help"));
  EXPECT_THAT(faults.calls, ElementsAre("accepts_runs", "reserve", "create_session"));
}

TEST_F(StartRunTest, X13_the_session_of_a_caller_who_is_not_signed_in_says_whose_the_key_is) {
  const Session session = used_session(stranger());
  faults.calls.clear();
  start_run(with_key(talk("Well?", session.id, stranger())));
  EXPECT_THAT(faults.calls, ElementsAre("find_session", "find_key", "find_by_key", "accepts_runs",
                                        "find_conversation", "reserve", "use_session", "newest_for_prompt"));
}

TEST_F(StartRunTest, X13_a_repeated_request_is_answered_before_anything_else_is_looked_at) {
  start_run(with_key(talk()));
  faults.calls.clear();
  EXPECT_TRUE(start_run(with_key(talk())).is_repeated);
  EXPECT_THAT(faults.calls, ElementsAre("find_key", "session_of_run"));
}

// ---- What the run is asked to do

TEST_F(StartRunTest, a_run_knows_all_that_its_request_said) {
  StartRun made = with_key(plain("What now?", caller("ada", "premium")));
  made.conversation = "ours";
  made.tools = {{"play", "Plays.", R"({"type":"object"})"}};
  made.project = "garden";
  made.task = "roses";
  made.may_restart = true;
  const RunRequest run = requested(std::move(made));
  EXPECT_EQ(run.user, "ada");
  EXPECT_EQ(run.tier, "pro") << "the tier's own name, not its alias";
  EXPECT_EQ(run.surface, "plain");
  EXPECT_EQ(run.mode, "ask");
  EXPECT_EQ(run.conversation, "ours");
  EXPECT_EQ(run.prompt, "What now?");
  EXPECT_GT(run.prompt_tokens.value, 0u);
  EXPECT_EQ(run.model, "free");
  EXPECT_EQ(run.system, "You are default on free.");
  ASSERT_EQ(run.messages.size(), 1u);
  EXPECT_EQ(text_of(run.messages[0]), "What now?");
  ASSERT_EQ(run.tools.size(), 1u);
  EXPECT_EQ(run.tools[0].name, "play");
  EXPECT_EQ(run.idempotency_key, "key");
  EXPECT_EQ(run.body_digest, "digest");
  EXPECT_THAT(run.reserved, ElementsAre("plain.active.user/user/ada", "plain.active.server"));
  EXPECT_TRUE(run.may_restart);
  EXPECT_EQ(run.created, run.id.time);
  EXPECT_EQ(run.project, "garden");
  EXPECT_EQ(run.task, "roses");
  EXPECT_EQ(run.turn, 0u);
  EXPECT_EQ(run.share_key, "");
  EXPECT_EQ(run.precomputed_answer, "");
}

TEST_F(StartRunTest, a_run_that_may_not_restart_says_so) {
  EXPECT_FALSE(requested(plain()).may_restart);
}

TEST_F(StartRunTest, C1_a_session_gives_its_runs_their_conversation_their_labels_and_their_turn) {
  StartRun made = talk("One?");
  made.project = "garden";
  made.task = "roses";
  made.session->conversation = "ours";
  const StartedRun first = start_run(std::move(made));
  EXPECT_EQ(first.session.conversation, "ours");
  RunRequest run = request_of(first.run);
  EXPECT_EQ(run.conversation, "ours");
  EXPECT_EQ(run.project, "garden");
  EXPECT_EQ(run.turn, 0u);
  answer("One.");
  run = requested(talk("Two?", first.session.id));
  EXPECT_EQ(run.conversation, "ours");
  EXPECT_EQ(run.project, "garden") << "the session's";
  EXPECT_EQ(run.task, "roses");
  EXPECT_EQ(run.turn, 1u);
  EXPECT_EQ(run.model, "free") << "the session's";
  answer("Two.");
  made = talk("Three?", first.session.id);
  made.project = "house";
  made.task = "roof";
  run = requested(std::move(made));
  EXPECT_EQ(run.project, "house");
  EXPECT_EQ(run.task, "roof");
  EXPECT_EQ(run.turn, 2u);
}

TEST_F(StartRunTest, P2_the_prompt_holds_the_older_messages_of_the_conversation) {
  const Session session = used_session();
  const RunRequest run = requested(talk("And now?", session.id));
  ASSERT_EQ(run.messages.size(), 3u);
  EXPECT_EQ(text_of(run.messages[0]), "Hi!");
  EXPECT_EQ(text_of(run.messages[1]), "Hello!");
  EXPECT_EQ(text_of(run.messages[2]), "And now?");
}

TEST_F(StartRunTest, P2_an_answer_that_is_not_stored_yet_is_waited_for) {
  const Session session = used_session();
  start_run(talk("Two?", session.id));
  store.fail_settles = 1;
  answer("Two.");
  const auto asked = ask(talk("Three?", session.id));
  EXPECT_FALSE(asked->is_over());
  pass(Milliseconds(300));
  ASSERT_TRUE(asked->is_started());
  EXPECT_EQ(request_of(asked->run()).messages.size(), 5u);
}

TEST_F(StartRunTest, P3_the_persona_is_the_sessions_else_the_conversations_else_the_requests) {
  StartRun made = plain();
  made.persona = "calm_coach";
  EXPECT_EQ(requested(std::move(made)).system, "You are calm_coach on free.");
  made = plain();
  made.persona = "nobody";
  EXPECT_EQ(requested(std::move(made)).system, "You are default on free.");
  choose_in_conversation("ours", {{}, "drill_sergeant"});
  made = talk();
  made.session->conversation = "ours";
  const StartedRun started = start_run(std::move(made));
  EXPECT_EQ(request_of(started.run).system, "You are drill_sergeant on free.");
  sessions.change_session({started.session.id, "ada", "talk"}, {{}, "fitness_coach"}, [](Result<>) {});
  EXPECT_EQ(requested(talk("Well?", started.session.id)).system, "You are fitness_coach on free.");
}

TEST_F(StartRunTest, C6_equal_prompts_share_an_answer_where_the_surface_and_the_server_say_so) {
  limit("talk", "talk", "talk.active.user", 1000);
  EXPECT_EQ(requested(talk()).share_key, "") << "the server does not";
  const auto keys = [&](CacheConfig::Scope scope) {
    answers_shared = scope;
    start_services();
    EXPECT_EQ(requested(plain()).share_key, "") << "the surface does not";
    std::vector<std::string> made;
    for (const char* user : {"eve", "bob"})
      made.push_back(requested(talk("Hello?", {}, caller(user))).share_key);
    made.push_back(requested(talk("Another?", {}, caller("bob"))).share_key);
    return made;
  };
  auto made = keys(CacheConfig::Scope::everybody);
  EXPECT_NE(made[0], "");
  EXPECT_EQ(made[0], made[1]);
  EXPECT_NE(made[1], made[2]);
  made = keys(CacheConfig::Scope::user);
  EXPECT_NE(made[0], "");
  EXPECT_NE(made[0], made[1]) << "of each user";
}

TEST_F(StartRunTest, K8_K9_what_a_request_wants_reaches_the_run_and_calls_in_pieces_are_not_shared) {
  limit("talk", "talk", "talk.active.user", 1000);
  answers_shared = CacheConfig::Scope::everybody;
  start_services();
  StartRun start = talk();
  start.sampling.temperature = 0.5;
  start.unwatched = Unwatched::cancel_after(std::chrono::seconds(10));
  start.streams_parts = true;
  const RunRequest run = requested(std::move(start));
  EXPECT_EQ(run.sampling.temperature, 0.5);
  EXPECT_EQ(run.unwatched, Unwatched::cancel_after(std::chrono::seconds(10)));
  EXPECT_TRUE(run.streams_parts);
  EXPECT_NE(run.share_key, "") << "it has no tools";
  start = talk("Hello?", {}, caller("bob"));
  start.streams_parts = true;
  start.tools = {{"play", "", "{}"}};
  EXPECT_EQ(requested(std::move(start)).share_key, "");
}

TEST_F(StartRunTest, C6_a_share_key_depends_on_all_that_an_answer_depends_on) {
  Model model;
  model.alias = "free";
  RunRequest run;
  run.system = "You are.";
  run.messages = {{Role::user, "ab"}, {Role::assistant, "c"}};
  std::vector<std::string> keys{share_key("", model, run), share_key("ada", model, run)};
  const auto add = [&](auto change) {
    Model other_model = model;
    RunRequest other_run = run;
    change(other_model, other_run);
    keys.push_back(share_key("", other_model, other_run));
  };
  add([](Model& m, RunRequest&) { m.alias = "pro"; });
  add([](Model& m, RunRequest&) { m.provider = "another"; });
  add([](Model& m, RunRequest&) { m.upstream_name = "newer"; });
  add([](Model& m, RunRequest&) { m.max_output = {7}; });
  add([](Model&, RunRequest& r) { r.system = "You are not."; });
  add([](Model&, RunRequest& r) { r.sampling.temperature = 0; });
  add([](Model&, RunRequest& r) { r.sampling.max_output = {3}; });
  add([](Model&, RunRequest& r) { r.sampling.stop = {"END"}; });
  add([](Model&, RunRequest& r) { r.messages[0] = {Role::user, "abc"}; });
  add([](Model&, RunRequest& r) { r.messages[1].role = Role::user; });
  add([](Model&, RunRequest& r) { r.messages[1].parts.emplace_back(ToolCall{"1", "play", "{}"}); });
  add([](Model&, RunRequest& r) { r.messages = {{Role::user, "a"}, {Role::assistant, "bc"}}; });
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
  EXPECT_EQ(share_key("", model, run), share_key("", model, run));
}

// ---- Tier and model

TEST_F(StartRunTest, X15_the_tier_is_the_tokens_else_the_stores_else_the_lowest) {
  const auto tier = [&](Caller from) { return requested(plain("Hello?", std::move(from))).tier; };
  set_tier("eve", "enterprise");
  EXPECT_EQ(tier(caller("ada", "pro")), "pro");
  EXPECT_EQ(tier(caller("eve", "")), "enterprise") << "the store's counts when the token names none";
  EXPECT_EQ(tier(caller("eve", "basic")), "basic");
  EXPECT_EQ(tier(caller("bob", "")), "basic");
}

TEST_F(StartRunTest, X15_C4_the_stores_tier_allows_a_model) {
  set_tier("eve", "pro");
  StartRun made = talk("Hello?", {}, caller("eve", ""));
  made.model = "pro";
  EXPECT_EQ(requested(std::move(made)).model, "pro");
}

TEST_F(StartRunTest, C4_a_model_above_the_tier_is_refused_and_the_outcome_says_which) {
  StartRun made = talk();
  made.model = "pro";
  const auto asked = ask(std::move(made));
  ASSERT_FALSE(asked->is_started());
  EXPECT_EQ(asked->code(), ErrorCode::forbidden);
  EXPECT_EQ(asked->error().field, kAboutModel);
  EXPECT_EQ(asked->outcome->model, "pro");
  EXPECT_EQ(asked->outcome->tier, policy::Tier{0});
  EXPECT_TRUE(counters.holds_nothing());
  EXPECT_TRUE(sessions.all().empty());
}

TEST_F(StartRunTest, C4_an_unknown_model_is_refused) {
  StartRun made = talk();
  made.model = "best";
  auto asked = ask(std::move(made));
  ASSERT_FALSE(asked->is_started());
  EXPECT_EQ(asked->error().detail, "There is no model \"best\".");
  EXPECT_EQ(asked->outcome->model, "best");
  made = talk();
  made.model = "best";
  expect_refused(std::move(made), ErrorCode::invalid_request, kAboutModel);
}

TEST_F(StartRunTest, C13_without_a_model_the_default_answers_or_the_first_that_the_tier_may_use) {
  const auto model_of = [&](const std::string& tier) {
    StartRun made = talk("Hello?", {}, caller("ada", tier));
    made.model.clear();
    return requested(std::move(made)).model;
  };
  EXPECT_EQ(model_of("basic"), "free");
  change_rules("talk", [](policy::SurfaceRules& rules) { rules.default_model = "pro"; });
  EXPECT_EQ(model_of("pro"), "pro");
  EXPECT_EQ(model_of("basic"), "free") << "the configured one needs a higher tier";
}

TEST_F(StartRunTest, C4_the_model_is_the_requests_else_the_sessions_else_the_conversations) {
  choose_in_conversation("ours", {"pro", {}});
  const auto ours = [&](const std::string& session, const std::string& model) {
    StartRun made = talk("Hello?", session, caller("ada", "pro"));
    made.session->conversation = "ours";
    made.model = model;
    return made;
  };
  const StartedRun of_conversation = start_run(ours("", ""));
  EXPECT_EQ(request_of(of_conversation.run).model, "pro");
  const StartedRun of_request = start_run(ours("", "free"));
  EXPECT_EQ(request_of(of_request.run).model, "free");
  EXPECT_EQ(of_request.session.model, "free");
  EXPECT_EQ(requested(ours(of_request.session.id, "")).model, "free") << "the session's";
}

TEST_F(StartRunTest, C4_a_surface_whose_callers_do_not_choose_has_a_model_of_its_own) {
  EXPECT_EQ(requested(plain()).model, "free");
  change_rules("plain", [](policy::SurfaceRules& rules) { rules.default_model = "pro"; });
  EXPECT_EQ(requested(plain()).model, "pro") << "whatever the tier is";
  change_rules("plain", [](policy::SurfaceRules& rules) { rules.default_model = ""; });
  EXPECT_EQ(requested(plain()).model, "free") << "the catalogue's first";
}

// ---- Callers who are not signed in

TEST_F(StartRunTest, X8_a_caller_who_is_not_signed_in_is_counted_by_address_and_owned_by_the_session) {
  StartRun made = talk("Hi!", {}, stranger());
  made.project = "ann";
  const StartedRun first = start_run(std::move(made));
  EXPECT_EQ(first.user, anonymous_user("ann"));
  RunRequest run = request_of(first.run);
  EXPECT_EQ(run.user, anonymous_user("ann"));
  EXPECT_EQ(run.tier, "basic");
  EXPECT_THAT(run.reserved, ElementsAre("talk.active.user/address/192.0.2.1", "talk.active.server"));
  EXPECT_EQ(first.session.user, "");
  EXPECT_EQ(first.session.project, "ann");
  answer("Hello!");
  made = talk("Well?", first.session.id, stranger("192.0.2.2"));
  const StartedRun second = start_run(std::move(made));
  EXPECT_EQ(second.user, anonymous_user("ann"));
  run = request_of(second.run);
  EXPECT_EQ(run.project, "") << "it is the caller's name, not a label";
  EXPECT_THAT(run.reserved, ElementsAre("talk.active.user/address/192.0.2.2", "talk.active.server"));
}

TEST_F(StartRunTest, X8_nobody_who_is_not_signed_in_uses_the_session_of_a_user) {
  const Session session = used_session();
  expect_refused(talk("Well?", session.id, stranger()), ErrorCode::not_found, kAboutSession);
}

// ---- Nothing new may start

TEST_F(StartRunTest, a_server_that_takes_no_runs_refuses_before_anything_is_looked_up) {
  engine->begin_drain();
  expect_refused(with_key(talk("Hello?", "no-such-session")), ErrorCode::draining, "");
  EXPECT_THAT(faults.calls, ElementsAre("find_key", "find_by_key", "accepts_runs"));
}

TEST_F(StartRunTest, a_full_disk_refuses_a_run) {
  events.full = true;
  expect_refused(talk(), ErrorCode::storage_full, "");
  EXPECT_THAT(refusals.refused, IsEmpty());
  events.full = false;
  start_run(talk());
}

}  // namespace
}  // namespace belay::services::testing
