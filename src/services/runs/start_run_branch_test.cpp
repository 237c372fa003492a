// Answers that are made again or go on, and questions that are edited (requirements C13, C15).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runs/start_run.hpp"
#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

using ::testing::ElementsAre;

class StartRunBranchTest : public ::testing::Test, protected ServicesFixture {
 protected:
  // A question with its answer, in the conversation "c".
  RunId exchange(const std::string& question, const std::string& text,
                 FinishReason finish = FinishReason::stop) {
    StartRun made = talk(question);
    made.session->conversation = "c";
    const RunId run = start_run(std::move(made)).run;
    call().accept();
    call().text(text);
    call().end(finish);
    turn();
    clock.advance(Milliseconds(10));
    return run;
  }
  StartRun replace(Branch::Kind how, RunId run, Role role = Role::assistant, std::string prompt = {}) {
    StartRun made = talk(std::move(prompt));
    made.replaces = StartRun::Replaces{how, {run, role}, false};
    return made;
  }
  std::vector<std::string> prompt_of(const RunId& run) const {
    std::vector<std::string> texts;
    for (const Message& message : request_of(run).messages) texts.push_back(text_of(message));
    return texts;
  }
  std::vector<std::string> shown() {
    std::optional<MessagePage> page;
    conversations.page({"ada", "talk", "c", {}, {}}, {}, {}, [&](Result<MessagePage> read) { page = *read; });
    std::vector<std::string> texts;
    for (const StoredMessage& message : page->messages) texts.push_back(message.content);
    return texts;
  }
  void expect_refused(StartRun made, ErrorCode code) {
    const auto asked = ask(std::move(made));
    ASSERT_TRUE(asked->is_over());
    ASSERT_FALSE(asked->is_started());
    EXPECT_EQ(asked->code(), code);
    EXPECT_EQ(asked->error().field, kAboutMessage);
    EXPECT_TRUE(counters.holds_nothing());
  }
};

TEST_F(StartRunBranchTest, C13_an_answer_is_made_again_to_the_same_question) {
  exchange("One?", "First.");
  const RunId two = exchange("Two?", "Second.");
  const StartedRun again = start_run(replace(Branch::Kind::regenerate, two));
  EXPECT_EQ(again.session.conversation, "c");
  EXPECT_EQ(again.question, (MessageId{two, Role::user}));
  EXPECT_THAT(prompt_of(again.run), ElementsAre("One?", "First.", "Two?"));
  answer("Better.");
  EXPECT_THAT(shown(), ElementsAre("One?", "First.", "Two?", "Better."));
}

TEST_F(StartRunBranchTest, C13_a_question_whose_answer_failed_can_be_answered_again) {
  const RunId one = exchange("One?", "");
  const StartedRun again = start_run(replace(Branch::Kind::regenerate, one, Role::user));
  EXPECT_THAT(prompt_of(again.run), ElementsAre("One?"));
}

TEST_F(StartRunBranchTest, C13_an_edited_question_is_answered_without_what_followed_the_old_one) {
  const RunId one = exchange("One?", "First.");
  exchange("Two?", "Second.");
  const StartedRun edited = start_run(replace(Branch::Kind::edit, one, Role::user, "One, please?"));
  EXPECT_EQ(edited.question, (MessageId{edited.run, Role::user}));
  EXPECT_THAT(prompt_of(edited.run), ElementsAre("One, please?"));
  answer("Gladly.");
  EXPECT_THAT(shown(), ElementsAre("One, please?", "Gladly."));
}

TEST_F(StartRunBranchTest, C15_an_answer_that_was_cut_off_goes_on) {
  const RunId one = exchange("One?", "It begins", FinishReason::length);
  const StartedRun more = start_run(replace(Branch::Kind::continuation, one));
  EXPECT_THAT(prompt_of(more.run), ElementsAre("One?", "It begins"));
  answer(" and ends.");
  EXPECT_THAT(shown(), ElementsAre("One?", "It begins", " and ends."));
}

TEST_F(StartRunBranchTest, K73_a_whole_answer_goes_on_with_the_results_of_its_tool_calls) {
  const RunId one = exchange("One?", "", FinishReason::tool_calls);
  StartRun more = replace(Branch::Kind::continuation, one);
  more.replaces->has_results = true;
  start_run(std::move(more));
  answer("Done.");
  EXPECT_THAT(shown(), ElementsAre("One?", "", "Done."));
  StartRun question = replace(Branch::Kind::continuation, one, Role::user);
  question.replaces->has_results = true;
  expect_refused(std::move(question), ErrorCode::unprocessable);
}

TEST_F(StartRunBranchTest, C13_the_messages_of_a_branch_survive_a_crash_before_they_are_stored) {
  const RunId one = exchange("One?", "First.");
  store.fail_prompts = 1;
  start_run(replace(Branch::Kind::regenerate, one));
  crash_all();
  const auto recovered = recover();
  EXPECT_EQ(recovered.taken_over, 1u);
  EXPECT_EQ(recovered.unreadable, 0u);
  pass(Milliseconds(3'000));
  ASSERT_EQ(provider.calls.size(), 3u) << "recovery has asked again";
  answer("Again.");
  EXPECT_THAT(shown(), ElementsAre("One?", "Again."));
}

TEST_F(StartRunBranchTest, C13_only_a_message_of_the_caller_and_of_the_right_kind_can_be_replaced) {
  const RunId one = exchange("One?", "First.");
  expect_refused(replace(Branch::Kind::edit, one, Role::assistant, "x"), ErrorCode::unprocessable);
  expect_refused(replace(Branch::Kind::continuation, one, Role::user), ErrorCode::unprocessable);
  expect_refused(replace(Branch::Kind::continuation, one), ErrorCode::unprocessable);  // it is complete
  expect_refused(replace(Branch::Kind::regenerate, RunId::make(clock, random)), ErrorCode::not_found);
  StartRun foreign = replace(Branch::Kind::regenerate, one);
  foreign.caller = caller("eve");
  expect_refused(std::move(foreign), ErrorCode::not_found);
  StartRun elsewhere = replace(Branch::Kind::regenerate, one);
  elsewhere.session->conversation = "another";
  expect_refused(std::move(elsewhere), ErrorCode::not_found);
}

TEST_F(StartRunBranchTest, C13_C15_an_answer_that_is_still_being_written_is_no_unknown_message) {
  StartRun made = talk("One?");
  made.session->conversation = "c";
  const RunId one = start_run(std::move(made)).run;
  call().accept();
  call().text("First");
  turn();
  for (const Branch::Kind how : {Branch::Kind::regenerate, Branch::Kind::continuation}) {
    const auto asked = ask(replace(how, one));
    ASSERT_TRUE(asked->is_over());
    EXPECT_EQ(asked->code(), ErrorCode::conflict);
    EXPECT_EQ(asked->error().field, kAboutMessage);
  }
  StartRun foreign = replace(Branch::Kind::regenerate, one);
  foreign.caller = caller("eve");
  StartRun elsewhere = replace(Branch::Kind::regenerate, one);
  elsewhere.session->conversation = "another";
  for (StartRun* each : {&foreign, &elsewhere})
    EXPECT_EQ(ask(std::move(*each))->code(), ErrorCode::not_found)
        << "another's, and in another conversation";
  call().end();
  turn();
  EXPECT_TRUE(ask(replace(Branch::Kind::regenerate, one))->is_started());
}

TEST_F(StartRunBranchTest, C14_an_answer_whose_end_was_read_is_not_running_before_it_is_settled) {
  StartRun made = talk("One?");
  made.session->conversation = "c";
  const RunId one = start_run(std::move(made)).run;
  call().accept();
  call().text("First.");
  turn();
  ASSERT_EQ(services->runs.running("ada", "talk").size(), 1u);
  store.hold();
  call().end();
  turn();
  EXPECT_TRUE(services->runs.running("ada", "talk").empty());
  EXPECT_TRUE(services->runs.find_unstored("ada", "talk", {one, Role::assistant}));
  store.let_go();
  turn();
  EXPECT_FALSE(services->runs.find_unstored("ada", "talk", {one, Role::assistant}));
}

TEST_F(StartRunBranchTest, C13_a_command_can_not_be_replaced) {
  const StartedRun help = start_run(talk("/help"));
  pass(Milliseconds(500));
  expect_refused(replace(Branch::Kind::regenerate, help.run), ErrorCode::unprocessable);
}

TEST_F(StartRunBranchTest, C13_an_answer_that_is_made_again_is_never_from_the_cache) {
  answers_shared = CacheConfig::Scope::user;
  services.reset();
  start_services();
  const RunId one = exchange("One?", "First.");
  EXPECT_FALSE(request_of(one).share_key.empty());
  EXPECT_TRUE(request_of(start_run(replace(Branch::Kind::regenerate, one)).run).share_key.empty());
  StartRun fresh = talk("One?");
  fresh.bypass_cache = true;
  EXPECT_TRUE(request_of(start_run(std::move(fresh)).run).share_key.empty());
}

// ---- Removal

TEST_F(StartRunBranchTest, C11_a_running_answer_is_stopped_and_removed_with_its_chat) {
  const RunId one = exchange("One?", "First.");
  StartRun made = talk("Two?");
  made.session->conversation = "c";
  const RunId two = start_run(std::move(made)).run;
  call().accept();
  call().text("Secret");
  Erasure chat{Erasure::What::conversation, "ada", "talk", "c", {}};
  const auto report = await(services->erasures.erase(*loops[0], Deadline::never(), chat));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->messages, 4u);
  EXPECT_TRUE(shown().empty());
  EXPECT_EQ(store.stored_through(one), 0u);
  EXPECT_EQ(store.stored_through(two), 0u);
  EXPECT_TRUE(counters.holds_nothing());
  EXPECT_GE(events.closes, 1);
}

TEST_F(StartRunBranchTest, C11_a_crash_in_the_middle_of_a_removal_brings_nothing_back) {
  exchange("One?", "First.");
  StartRun made = talk("Two?");
  made.session->conversation = "c";
  start_run(std::move(made));
  call().accept();
  call().text("Secret");
  turn();
  Erasure chat{Erasure::What::conversation, "ada", "talk", "c", clock.wall()};
  erasures.request_erasure(chat, [](Result<ErasureStore::Id>) {});
  crash_all();
  EXPECT_EQ(recover().taken_over, 0u);
  const auto finished = await(services->erasures.finish_pending(*loops[0], Deadline::never()));
  EXPECT_EQ(*finished, 1u);
  EXPECT_TRUE(shown().empty());
  EXPECT_TRUE(store.messages({"ada", "talk", "c"}).empty());
}

TEST_F(StartRunBranchTest, C11_a_removal_that_a_crash_cut_off_is_finished_before_the_start) {
  exchange("One?", "First.");
  Erasure chat{Erasure::What::conversation, "ada", "talk", "c", clock.wall()};
  erasures.request_erasure(chat, [](Result<ErasureStore::Id>) {});
  crash_all();
  recover();
  EXPECT_EQ(*services->erasures.finish_before_start(Milliseconds(0)), 1u);
  EXPECT_TRUE(store.messages({"ada", "talk", "c"}).empty());
  EXPECT_EQ(*services->erasures.finish_before_start(Milliseconds(0)), 0u);
  clock.advance(Milliseconds(1));
  StartRun made = talk("Two?");
  made.session->conversation = "c";
  EXPECT_TRUE(ask(std::move(made))->is_started());
}

TEST_F(StartRunBranchTest,
       C11_a_removal_that_takes_longer_than_the_start_refuses_questions_until_it_is_done) {
  exchange("One?", "First.");
  Erasure chat{Erasure::What::conversation, "ada", "talk", "c", clock.wall()};
  erasures.request_erasure(chat, [](Result<ErasureStore::Id>) {});
  crash_all();
  recover();
  faults.put("erase", Fault::late_answer);
  EXPECT_EQ(*services->erasures.finish_before_start(Milliseconds(0)), 0u);
  StartRun made = talk("Two?");
  made.session->conversation = "c";
  EXPECT_EQ(ask(std::move(made))->code(), ErrorCode::unavailable);
  faults.let_go();
  clock.advance(Milliseconds(1));
  StartRun again = talk("Two?");
  again.session->conversation = "c";
  EXPECT_TRUE(ask(std::move(again))->is_started());
}

TEST_F(StartRunBranchTest, C11_clear_keeps_the_command_itself) {
  exchange("One?", "First.");
  StartRun made = talk("/clear");
  made.session->conversation = "c";
  start_run(std::move(made));
  pass(Milliseconds(500));
  EXPECT_THAT(shown(), ElementsAre("/clear", "The 2 messages of this conversation are forgotten."));
}

TEST_F(StartRunBranchTest, C11_a_start_that_has_read_the_conversation_is_waited_for) {
  exchange("One?", "First.");
  faults.put("newest_for_prompt", Fault::late);
  StartRun made = talk("Two?");
  made.session->conversation = "c";
  const auto asked = ask(std::move(made));
  EXPECT_FALSE(asked->is_over());
  bool erased = false;
  Erasure chat{Erasure::What::conversation, "ada", "talk", "c", {}};
  boost::asio::co_spawn(
      loops[0]->executor(), services->erasures.erase(*loops[0], Deadline::never(), chat),
      [&](std::exception_ptr, Result<ErasureReport> report) { erased = report.has_value(); });
  turn();
  EXPECT_FALSE(erased);
  StartRun third = talk("Three?");
  third.session->conversation = "c";
  const auto refused = ask(std::move(third));
  ASSERT_TRUE(refused->is_over());
  EXPECT_EQ(refused->code(), ErrorCode::unavailable) << "while the chat is being removed";
  faults.let_go();
  turn(20);
  ASSERT_TRUE(asked->is_started());
  EXPECT_TRUE(erased);
  EXPECT_TRUE(store.messages({"ada", "talk", "c"}).empty());
}

}  // namespace
}  // namespace belay::services::testing
