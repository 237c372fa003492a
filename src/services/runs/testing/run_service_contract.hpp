// What every RunService must do. A test program makes an instance:
//
//   INSTANTIATE_TEST_SUITE_P(Engine, RunServiceContract, ::testing::Values(…));
//
// Included only by tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/runs/testing/run_service_contract_fixture.hpp"

namespace belay::services::testing {

// ---- Start

TEST_P(RunServiceContract, a_run_that_was_started_is_its_users_and_can_be_read) {
  const StartedRun run = started();
  EXPECT_FALSE(run.is_repeated);
  EXPECT_EQ(run.user, "ada");
  EXPECT_TRUE(run.session.id.empty());
  answer("Hello.");
  EXPECT_EQ(without_positions(read(run.run)), "Hello.\n.completed\n");
}

TEST_P(RunServiceContract, a_new_session_comes_with_the_run_as_its_first_and_can_be_used_again) {
  const StartedRun first = started(harness_->request_in_session("ada"));
  EXPECT_FALSE(first.session.id.empty());
  EXPECT_FALSE(first.session.conversation.empty());
  EXPECT_EQ(first.session.user, "ada");
  EXPECT_EQ(first.session.runs, std::vector{first.run});
  EXPECT_GT(first.session.expires, first.session.created);
  answer("Hello.");
  StartRun request = harness_->request_in_session("ada");
  request.session->id = first.session.id;
  const StartedRun second = started(std::move(request));
  EXPECT_EQ(second.session.id, first.session.id);
  EXPECT_EQ(second.session.conversation, first.session.conversation);
  EXPECT_EQ(second.session.runs, (std::vector{first.run, second.run}));
}

TEST_P(RunServiceContract, a_new_session_is_in_the_conversation_that_the_request_names) {
  StartRun request = harness_->request_in_session("ada");
  request.session->conversation = "ours";
  EXPECT_EQ(started(std::move(request)).session.conversation, "ours");
}

TEST_P(RunServiceContract, an_unknown_session_and_another_users_session_do_not_exist) {
  StartRun request = harness_->request_in_session("ada");
  request.session->id = "no-such-session";
  const auto unknown = start(std::move(request));
  ASSERT_EQ(code_of(unknown), ErrorCode::not_found);
  EXPECT_EQ(unknown.error().field, kAboutSession);
  const StartedRun hers = started(harness_->request_in_session("ada"));
  request = harness_->request_in_session("eve");
  request.session->id = hers.session.id;
  const auto stolen = start(std::move(request));
  ASSERT_EQ(code_of(stolen), ErrorCode::not_found);
  EXPECT_EQ(stolen.error().detail, unknown.error().detail);
  EXPECT_EQ(stolen.error().field, unknown.error().field);
}

TEST_P(RunServiceContract, a_session_of_another_conversation_is_a_conflict) {
  const StartedRun first = started(harness_->request_in_session("ada"));
  StartRun request = harness_->request_in_session("ada");
  request.session = StartRun::InSession{first.session.id, "another"};
  const auto refused = start(std::move(request));
  ASSERT_EQ(code_of(refused), ErrorCode::conflict);
  EXPECT_EQ(refused.error().field, kAboutConversation);
}

TEST_P(RunServiceContract, a_session_that_has_ended_is_expired) {
  const StartedRun first = started(harness_->request_in_session("ada"));
  answer("Hello.");
  harness_->pass(first.session.expires - first.session.created);
  StartRun request = harness_->request_in_session("ada");
  request.session->id = first.session.id;
  const auto refused = start(std::move(request));
  ASSERT_EQ(code_of(refused), ErrorCode::expired);
  EXPECT_EQ(refused.error().field, kAboutSession);
}

TEST_P(RunServiceContract, C14_an_answer_is_its_users_running_one_until_its_end) {
  StartRun request = harness_->request_in_session("ada");
  const std::string surface = request.surface;
  const StartedRun run = started(std::move(request));
  const MessageId answer_id{run.run, Role::assistant};
  const auto running = service().running("ada", surface);
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0].run, run.run);
  EXPECT_EQ(running[0].session, run.session.id);
  const auto unstored = service().find_unstored("ada", surface, answer_id);
  ASSERT_TRUE(unstored);
  EXPECT_EQ(unstored->conversation, run.session.conversation);
  EXPECT_FALSE(service().find_unstored("ada", surface, {run.run, Role::user}));
  EXPECT_FALSE(service().find_unstored("eve", surface, answer_id));
  EXPECT_FALSE(service().find_unstored("ada", "another", answer_id));
  EXPECT_TRUE(service().running("eve", surface).empty());
  answer("Hello.");
  harness_->turn();
  EXPECT_TRUE(service().running("ada", surface).empty());
  EXPECT_FALSE(service().find_unstored("ada", surface, answer_id));
}

// ---- Idempotency

TEST_P(RunServiceContract, X13_a_repeated_request_gets_the_run_and_the_session_of_the_first) {
  const StartedRun first = started(with_key(harness_->request_in_session("ada")));
  for (const bool has_ended : {false, true}) {
    const StartedRun again = started(with_key(harness_->request_in_session("ada")));
    EXPECT_TRUE(again.is_repeated);
    EXPECT_EQ(again.run, first.run);
    EXPECT_EQ(again.user, "ada");
    EXPECT_EQ(again.session.id, first.session.id);
    EXPECT_EQ(again.session.runs, std::vector{first.run});
    if (!has_ended) answer("Hello.");
  }
}

TEST_P(RunServiceContract, X13_a_key_with_another_body_is_a_mismatch_and_names_the_header) {
  started(with_key(harness_->request("ada")));
  const auto refused = start(with_key(harness_->request("ada"), "another digest"));
  ASSERT_EQ(code_of(refused), ErrorCode::idempotency_mismatch);
  EXPECT_EQ(refused.error().field, kAboutKey);
}

TEST_P(RunServiceContract, X13_a_key_is_one_users_and_one_surfaces) {
  const StartedRun hers = started(with_key(harness_->request("ada")));
  const StartedRun theirs = started(with_key(harness_->request("eve")));
  EXPECT_FALSE(theirs.is_repeated);
  EXPECT_NE(theirs.run, hers.run);
  EXPECT_FALSE(started(with_key(harness_->request_in_session("ada"))).is_repeated) << "another surface";
}

TEST_P(RunServiceContract, X13_a_request_without_a_key_is_never_a_repetition) {
  const StartedRun first = started();
  const StartedRun second = started();
  EXPECT_FALSE(second.is_repeated);
  EXPECT_NE(first.run, second.run);
}

// ---- Open and read

TEST_P(RunServiceContract, an_unknown_run_and_another_users_run_do_not_exist) {
  const StartedRun run = started();
  const auto unknown = open("ada", RunId{});
  const auto stolen = open("eve", run.run);
  EXPECT_EQ(code_of(unknown), ErrorCode::not_found);
  ASSERT_EQ(code_of(stolen), ErrorCode::not_found);
  EXPECT_EQ(stolen.error().detail, unknown.error().detail);
  answer("Hello.");
  EXPECT_EQ(code_of(open("eve", run.run)), ErrorCode::not_found) << "after its end";
}

TEST_P(RunServiceContract, X1_a_reader_continues_after_its_position) {
  const StartedRun run = started();
  harness_->text("One. ");
  harness_->turn();
  harness_->text("Two.");
  harness_->complete();
  const std::string all = read(run.run);
  EXPECT_EQ(without_positions(all), "One. \nTwo.\n.completed\n");
  EXPECT_EQ(read(run.run, first_position(all)), all.substr(all.find('\n') + 1));
}

TEST_P(RunServiceContract, K22_a_reader_continues_at_the_number_of_a_message) {
  const StartedRun run = started();
  harness_->text("One. ");
  harness_->turn();
  harness_->text("Two.");
  harness_->turn();
  const auto at = [&](std::uint64_t number) {
    return now(continue_at_message(loop(), *open("ada", run.run), format_, number));
  };
  const auto next = at(2);
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->is_over);
  EXPECT_EQ(code_of(at(3)), ErrorCode::position_ahead);
  EXPECT_EQ(now(count_messages_of(loop(), *open("ada", run.run), dialect_)).value(), 2u);
  harness_->complete();
  EXPECT_EQ(now(count_messages_of(loop(), *open("ada", run.run), dialect_)).value(), 3u);
  const char* const rests[] = {"One. \nTwo.\n.completed\n", "Two.\n.completed\n", ".completed\n"};
  for (std::uint64_t number = 0; number < 3; ++number) {
    auto opened = at(number);
    ASSERT_TRUE(opened);
    EXPECT_FALSE(opened->is_over);
    const auto reading = reader(std::move(*opened));
    for (int i = 0; i < 20 && reading->read() != ByteSource::State::ended; ++i) harness_->turn();
    EXPECT_EQ(without_positions(reading->got), rests[number]);
  }
  const auto behind = at(3);
  ASSERT_TRUE(behind);
  EXPECT_TRUE(behind->is_over);
}

TEST_P(RunServiceContract, X1_a_reader_follows_a_run_that_is_in_progress) {
  const StartedRun run = started();
  auto opened = open("ada", run.run);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->has_ended);
  EXPECT_FALSE(opened->is_over);
  const auto reading = reader(std::move(*opened));
  EXPECT_EQ(reading->read(), ByteSource::State::waiting);
  harness_->text("Hello.");
  harness_->turn();
  EXPECT_EQ(reading->read(), ByteSource::State::waiting);
  EXPECT_EQ(without_positions(reading->got), "Hello.\n");
  harness_->complete();
  EXPECT_EQ(reading->read(), ByteSource::State::ended);
  EXPECT_EQ(without_positions(reading->got), "Hello.\n.completed\n");
}

TEST_P(RunServiceContract, X1_a_position_that_the_log_has_not_reached_is_refused) {
  const StartedRun run = started();
  EXPECT_EQ(code_of(open("ada", run.run, Position{1, 1000})), ErrorCode::position_ahead);
  answer("Hello.");
  EXPECT_EQ(code_of(open("ada", run.run, Position{1, 1000})), ErrorCode::position_ahead);
}

TEST_P(RunServiceContract, X13_a_run_has_ended_and_is_over_behind_its_last_event) {
  const StartedRun run = started();
  answer("Hello.");
  const auto opened = open("ada", run.run);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->has_ended);
  EXPECT_FALSE(opened->is_over);
  const auto behind = open("ada", run.run, last_position(read(run.run)));
  ASSERT_TRUE(behind);
  EXPECT_TRUE(behind->has_ended);
  EXPECT_TRUE(behind->is_over);
}

// ---- Wait

TEST_P(RunServiceContract, P1_a_wait_ends_with_the_whole_answer) {
  const StartedRun run = started();
  const Waited waited = wait(run.run);
  harness_->text("One. ");
  harness_->turn();
  EXPECT_FALSE(*waited);
  answer("Two.");
  ASSERT_TRUE(*waited && **waited);
  EXPECT_EQ((**waited)->text, "One. Two.");
  EXPECT_EQ((**waited)->finish, "stop");
  // Also when it is over already.
  const Waited again = wait(run.run);
  ASSERT_TRUE(*again && **again);
  EXPECT_EQ((**again)->text, "One. Two.");
}

TEST_P(RunServiceContract, X9_a_wait_for_a_run_that_fails_ends_with_its_error) {
  const StartedRun run = started();
  const Waited waited = wait(run.run);
  harness_->text("Half an ans");
  harness_->fail(ErrorCode::provider_rejected);
  ASSERT_TRUE(*waited);
  EXPECT_EQ(code_of(**waited), ErrorCode::provider_rejected);
}

TEST_P(RunServiceContract, a_wait_for_an_unknown_run_or_another_users_run_ends_at_once) {
  const StartedRun run = started();
  EXPECT_EQ(code_of(now(service().wait(loop(), "ada", RunId{}, {}))), ErrorCode::not_found);
  EXPECT_EQ(code_of(now(service().wait(loop(), "eve", run.run, {}))), ErrorCode::not_found);
}

TEST_P(RunServiceContract, P1_a_wait_ends_at_its_deadline_and_the_run_goes_on) {
  const StartedRun run = started();
  const Waited waited = wait(run.run, patience(Milliseconds(1000)));
  harness_->pass(Milliseconds(1500));
  ASSERT_TRUE(*waited);
  EXPECT_EQ(code_of(**waited), ErrorCode::deadline_exceeded);
  EXPECT_FALSE(open("ada", run.run)->has_ended);
  answer("Hello.");
  EXPECT_EQ(without_positions(read(run.run)), "Hello.\n.completed\n");
}

TEST_P(RunServiceContract, X21_a_wait_ends_when_its_client_leaves_and_the_run_goes_on) {
  const StartedRun run = started();
  ContractClient client;
  WaitFor how;
  how.client = &client;
  const Waited waited = wait(run.run, how);
  EXPECT_FALSE(*waited);
  client.go();
  harness_->turn();
  ASSERT_TRUE(*waited);
  EXPECT_EQ(code_of(**waited), ErrorCode::cancelled);
  EXPECT_FALSE(open("ada", run.run)->has_ended);
  answer("Hello.");
}

TEST_P(RunServiceContract, X5_a_run_that_nobody_reads_any_more_is_cancelled_if_the_wait_says_so) {
  for (const bool leaves : {false, true}) {
    const StartedRun run = started();
    ContractClient client;
    WaitFor how = patience(Milliseconds(1000), true);
    how.client = &client;
    const Waited waited = wait(run.run, how);
    if (leaves)
      client.go();
    else
      harness_->pass(Milliseconds(1500));
    harness_->turn();
    ASSERT_TRUE(*waited);
    EXPECT_EQ(code_of(**waited), leaves ? ErrorCode::cancelled : ErrorCode::deadline_exceeded);
    EXPECT_EQ(without_positions(read(run.run)), ".cancelled\n");
  }
}

TEST_P(RunServiceContract, X5_a_run_that_somebody_else_reads_is_not_cancelled) {
  const StartedRun run = started();
  auto opened = open("ada", run.run);
  ASSERT_TRUE(opened);
  const auto other = reader(std::move(*opened));
  const Waited waited = wait(run.run, patience(Milliseconds(1000), true));
  harness_->pass(Milliseconds(1500));
  ASSERT_TRUE(*waited);
  EXPECT_FALSE(open("ada", run.run)->has_ended);
  answer("Hello.");
  other->read();
  EXPECT_EQ(without_positions(other->got), "Hello.\n.completed\n");
}

// ---- Cancel

TEST_P(RunServiceContract, X5_a_run_that_is_cancelled_ends_so_for_all_readers) {
  const StartedRun run = started();
  harness_->text("Half an ans");
  harness_->turn();
  const Waited waited = wait(run.run);
  EXPECT_TRUE(now(service().cancel(loop(), "ada", run.run)));
  harness_->turn();
  ASSERT_TRUE(*waited);
  EXPECT_EQ(code_of(**waited), ErrorCode::cancelled);
  EXPECT_EQ(without_positions(read(run.run)), "Half an ans\n.cancelled\n");
  EXPECT_TRUE(now(service().cancel(loop(), "ada", run.run))) << "once more";
}

TEST_P(RunServiceContract, X5_a_cancel_of_a_run_that_has_ended_is_fine_and_changes_nothing) {
  const StartedRun run = started();
  answer("Hello.");
  EXPECT_TRUE(now(service().cancel(loop(), "ada", run.run)));
  EXPECT_EQ(without_positions(read(run.run)), "Hello.\n.completed\n");
}

TEST_P(RunServiceContract, X5_nobody_cancels_an_unknown_run_or_another_users) {
  const StartedRun run = started();
  EXPECT_EQ(code_of(now(service().cancel(loop(), "ada", RunId{}))), ErrorCode::not_found);
  EXPECT_EQ(code_of(now(service().cancel(loop(), "eve", run.run))), ErrorCode::not_found);
  EXPECT_FALSE(open("ada", run.run)->has_ended);
  answer("Hello.");
}

}  // namespace belay::services::testing
