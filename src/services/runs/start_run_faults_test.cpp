// Whatever goes wrong on the way to a run, everything that was taken for it is given back.
#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

// A step of a start that calls a port, and a request that takes this step.
struct Step {
  const char* call;
  const char* of;  // which request
};

class FaultsFixture : public ServicesFixture {
 public:
  static constexpr Milliseconds kPatience{2000};

  // Before the request with the fault: what its kind needs.
  void prepare(std::string_view kind) {
    if (kind == "of_a_new_session" || kind == "without_a_session") return;
    session_ = used_session();
    if (kind == "that_is_repeated") {
      first_ = start_run(with_key(talk("Once?", session_.id), key_));
      answer("Once.");
    }
    if (kind == "that_is_repeated_after_a_crash") {
      first_ = start_run(with_key(talk("Once?", session_.id), key_));
      answer("Once.");
      crash_all();
    }
  }
  StartRun request(std::string_view kind) {
    Caller from = caller("ada", "");
    if (kind == "without_a_session") return within(kPatience, with_key(plain("Again?", from), key_));
    if (kind == "of_a_new_session") return within(kPatience, with_key(talk("Again?", {}, from), key_));
    if (kind == "of_a_session") return within(kPatience, with_key(talk("Again?", session_.id, from), key_));
    if (kind.starts_with("that_is_repeated"))
      return within(kPatience, with_key(talk("Once?", session_.id, from), key_));
    return within(kPatience, with_key(talk(std::string(kind), session_.id, from), key_));  // a command
  }
  void expect_given_back() {
    EXPECT_TRUE(counters.holds_nothing());
    EXPECT_EQ(uses(), uses_before_);
    EXPECT_EQ(runs(), runs_before_);
    EXPECT_EQ(store.settled.size(), settled_before_);
    EXPECT_EQ(engine->live_runs(), 0u);
  }
  void remember() {
    uses_before_ = uses();
    runs_before_ = runs();
    settled_before_ = store.settled.size();
    ASSERT_TRUE(counters.holds_nothing());
  }
  void expect_free(StartRun again) {
    const auto asked = ask(std::move(again));
    ASSERT_TRUE(asked->is_started()) << (asked->outcome ? asked->error().detail : "it never came back");
    EXPECT_EQ(asked->outcome->run->is_repeated, first_.has_value());
    if (first_) {
      EXPECT_EQ(asked->run(), first_->run);
    }
  }

  std::string key_ = "key";
  Session session_;
  std::optional<StartedRun> first_;
  std::size_t uses_before_ = 0, runs_before_ = 0, settled_before_ = 0;
};

class StartRunTable : public ::testing::TestWithParam<std::tuple<Step, Fault>>, protected FaultsFixture {};
class StartRunFaultsTest : public ::testing::Test, protected FaultsFixture {};

const Step kSteps[] = {
    {"tier_of", "without_a_session"},
    {"find_key", "without_a_session"},
    {"find_by_key", "without_a_session"},
    {"session_of_run", "that_is_repeated"},
    {"session_of_run", "that_is_repeated_after_a_crash"},
    {"find_session", "of_a_session"},
    {"find_conversation", "of_a_session"},
    {"reserve", "without_a_session"},
    {"reserve", "of_a_session"},
    {"create_session", "of_a_new_session"},
    {"use_session", "of_a_session"},
    {"newest_for_prompt", "of_a_session"},
    {"newest_for_prompt", "of_a_new_session"},
    {"newest_for_prompt", "/summary"},
    {"change_session", "/model free"},
    {"change_conversation", "/persona calm_coach"},
    {"request_erasure", "/clear"},
    {"erase", "/clear"},
    {"usage_since", "/usage"},
};

TEST_P(StartRunTable, whatever_a_step_does_nothing_is_held_and_the_same_request_can_be_sent_again) {
  const auto& [step, fault] = GetParam();
  prepare(step.of);
  remember();
  faults.put(step.call, fault);
  const auto asked = ask(request(step.of));
  ASSERT_TRUE(faults.happened()) << "the request never took this step";
  const bool is_late = fault == Fault::late || fault == Fault::late_answer;
  EXPECT_EQ(asked->is_over(), !is_late);
  pass(kPatience + Milliseconds(100));
  ASSERT_TRUE(asked->is_over());
  EXPECT_EQ(asked->has_thrown, fault == Fault::throws);
  if (asked->outcome) {
    ASSERT_FALSE(asked->is_started());
    EXPECT_EQ(asked->code(), ErrorCode::unavailable);
  }
  // What is granted after the deadline is given back as well.
  faults.let_go();
  turn();
  expect_given_back();
  expect_free(request(step.of));
}

std::string name_of(const ::testing::TestParamInfo<StartRunTable::ParamType>& tested) {
  const auto& [step, fault] = tested.param;
  const char* faults[] = {"fails", "throws", "is_late", "is_answered_late", "fails_although_granted"};
  std::string name = std::string(step.call) + "_of_" + step.of + "_" + faults[static_cast<int>(fault)];
  for (char& c : name)
    if (c == '/' || c == ' ') c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Steps, StartRunTable,
                         ::testing::Combine(::testing::ValuesIn(kSteps),
                                            ::testing::Values(Fault::fails, Fault::throws, Fault::late,
                                                              Fault::late_answer, Fault::fails_granted)),
                         name_of);

// ---- Steps that are not calls of a port

TEST_F(StartRunFaultsTest, a_recipe_that_refuses_or_throws_leaves_nothing_behind) {
  for (const bool throws : {false, true}) {
    for (const char* kind : {"without_a_session", "of_a_new_session", "of_a_session"}) {
      SCOPED_TRACE(kind);
      key_ = std::string(kind) + (throws ? " throws" : " fails");
      prepare(kind);
      remember();
      (throws ? recipe.throws : recipe.fails) = true;
      const auto asked = ask(request(kind));
      ASSERT_TRUE(asked->is_over());
      EXPECT_EQ(asked->has_thrown, throws);
      if (!throws) {
        EXPECT_EQ(asked->code(), ErrorCode::unprocessable);
      }
      expect_given_back();
      recipe = {};
      expect_free(request(kind));
      answer("Done.");
      crash_all();
    }
  }
}

TEST_F(StartRunFaultsTest, a_settlement_that_is_waited_for_too_long_leaves_nothing_behind) {
  prepare("of_a_session");
  store.fail_settles = 1000;
  start_run(talk("First?", session_.id));
  answer("First.");
  ASSERT_TRUE(store.settled.size() == 1) << "the second answer is not stored";
  const std::size_t used = uses();
  const auto asked = ask(request("of_a_session"));
  EXPECT_FALSE(asked->is_over());
  pass(config.settle_wait + Milliseconds(100));
  ASSERT_TRUE(asked->is_over());
  EXPECT_EQ(asked->code(), ErrorCode::unavailable);
  EXPECT_EQ(uses(), used);
  store.fail_settles = 0;
  pass(Milliseconds(6000));
  EXPECT_TRUE(counters.holds_nothing());
  expect_free(request("of_a_session"));
}

// ---- The log

TEST_F(StartRunFaultsTest, a_start_that_the_log_refuses_leaves_nothing_behind) {
  for (const char* kind : {"without_a_session", "of_a_new_session", "of_a_session", "/help"}) {
    SCOPED_TRACE(kind);
    key_ = kind;
    prepare(kind);
    remember();
    writer().refusals = 1;
    const auto asked = ask(request(kind));
    ASSERT_TRUE(asked->is_over());
    EXPECT_EQ(asked->code(), ErrorCode::storage_full);
    expect_given_back();
    pass(Milliseconds(500));  // the log tries again
    expect_free(request(kind));
    if (HasFatalFailure()) return;
    if (kind[0] != '/') answer("Done.");
    turn();
    crash_all();
  }
}

TEST_F(StartRunFaultsTest,
       X13_a_start_that_is_logged_too_late_is_cancelled_there_and_its_key_is_free_at_once) {
  prepare("of_a_session");
  remember();
  writer(0).holds = true;
  const auto asked = ask(request("of_a_session"), 0);
  EXPECT_FALSE(asked->is_over());
  EXPECT_EQ(uses(), uses_before_ + 1);
  pass(config.max_log_wait + Milliseconds(100));
  ASSERT_TRUE(asked->is_over());
  EXPECT_EQ(asked->code(), ErrorCode::unavailable);
  EXPECT_EQ(uses(), uses_before_) << "the use is given back at once";
  EXPECT_EQ(held("talk.active.user/user/ada"), 1u) << "the run may still reach the log";
  // The same request, on the other loop, whose log answers.
  const auto again = ask(request("of_a_session"), 1);
  ASSERT_TRUE(again->is_started()) << again->error().detail;
  EXPECT_FALSE(again->outcome->run->is_repeated);
  answer("Done.");
  // The first one reaches the log after all.
  writer(0).holds = false;
  writer(0).finish();
  turn();
  ASSERT_EQ(runs(), runs_before_ + 2);
  EXPECT_TRUE(counters.holds_nothing());
  EXPECT_EQ(engine->live_runs(), 0u);
  ASSERT_EQ(store.settled.size(), settled_before_ + 2);
  const RunRecord& late = store.settled.back();
  EXPECT_EQ(late.state, RunState::cancelled);
  EXPECT_EQ(late.idempotency_key, "");
  // The key is the second one's.
  const auto repeated = ask(request("of_a_session"));
  ASSERT_TRUE(repeated->is_started());
  EXPECT_TRUE(repeated->outcome->run->is_repeated);
  EXPECT_EQ(repeated->run(), again->run());
}

TEST_F(StartRunFaultsTest, a_start_that_is_refused_too_late_gives_its_slots_back_then) {
  prepare("of_a_session");
  remember();
  writer().holds = true;
  const auto asked = ask(request("of_a_session"));
  pass(config.max_log_wait + Milliseconds(100));
  ASSERT_TRUE(asked->is_over());
  EXPECT_EQ(held("talk.active.user/user/ada"), 1u);
  writer().refusals = 1;
  writer().holds = false;
  writer().finish();
  turn();
  expect_given_back();
  pass(Milliseconds(500));  // the log tries again
  expect_free(request("of_a_session"));
}

// ---- Coroutines that never come to an end

TEST_F(StartRunFaultsTest, a_start_that_is_destroyed_in_the_middle_gives_everything_back) {
  for (const char* call : {"reserve", "use_session", "newest_for_prompt"}) {
    SCOPED_TRACE(call);
    prepare("of_a_session");
    remember();
    recipe.alive = std::make_shared<int>(0);
    faults.put(call, Fault::late_answer);
    const auto asked = ask(request("of_a_session"));
    ASSERT_EQ(*recipe.alive, 1);
    faults.lose_waiting();
    turn();
    EXPECT_FALSE(asked->is_over());
    EXPECT_EQ(*recipe.alive, 0) << "its frames are still there";
    expect_given_back();
  }
}

TEST_F(StartRunFaultsTest, a_start_may_outlive_the_services_and_then_gives_nothing_back) {
  prepare("of_a_session");
  recipe.alive = std::make_shared<int>(0);
  for (const char* call : {"find_session", "reserve", "use_session", "newest_for_prompt"}) {
    SCOPED_TRACE(call);
    faults.put(call, Fault::late_answer);
    ask(request("of_a_session"));
    ASSERT_EQ(*recipe.alive, 1);
    const int settlements = counters.settlements;
    services.reset();
    engine.reset();
    faults.lose_waiting();
    loops.clear();
    EXPECT_EQ(counters.settlements, settlements);
    EXPECT_EQ(*recipe.alive, 0) << "its frames are still there";
    counters.restart();
    start_process();
    start_services();
  }
}

TEST_F(StartRunFaultsTest, a_start_may_be_destroyed_with_the_engine_that_it_waits_for) {
  prepare("of_a_session");
  store.fail_settles = 1000;
  start_run(talk("First?", session_.id));
  answer("First.");
  recipe.alive = std::make_shared<int>(0);
  const auto asked = ask(request("of_a_session"));
  ASSERT_FALSE(asked->is_over());
  ASSERT_EQ(*recipe.alive, 1);
  const int settlements = counters.settlements;
  services.reset();
  engine.reset();
  loops.clear();
  EXPECT_EQ(counters.settlements, settlements);
  EXPECT_EQ(*recipe.alive, 0) << "its frames are still there";
  counters.restart();
  start_process();
  start_services();
}

}  // namespace
}  // namespace belay::services::testing
