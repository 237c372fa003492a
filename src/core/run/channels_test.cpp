#include "core/run/channels.hpp"

#include "core/run/testing/channels_fixture.hpp"

namespace belay::testing {
namespace {

using Kind = ChannelMessage::Kind;

class ChannelsTest : public ChannelsFixture {};

TEST_F(ChannelsTest, S1_a_run_appears_from_its_beginning_to_its_end) {
  ASSERT_TRUE(ask(question()));
  say("Warm up. Then");
  say(" climb.");
  EXPECT_EQ(all(), "processing;piece:Warm up. ;");
  finish();
  EXPECT_EQ(all(), "processing;piece:Warm up. ;piece:Then climb.;response:Warm up. Then climb.;");
}

TEST_F(ChannelsTest, S3_without_pieces_only_the_whole_answer_appears) {
  ASSERT_TRUE(ask(question("ada", false)));
  say("Warm up. Then climb.");
  EXPECT_EQ(all(), "processing;");
  finish();
  EXPECT_EQ(all(), "processing;response:Warm up. Then climb.;");
}

TEST_F(ChannelsTest, G2_pieces_may_appear_as_the_provider_sends_them_and_the_answer_has_its_tokens) {
  RunRequest made = question();
  made.channel->shows_at_once = true;
  ASSERT_TRUE(ask(made));
  say("Warm");
  say(" up. Th");
  EXPECT_EQ(all(), "processing;piece:Warm;piece: up. Th;");
  finish();
  EXPECT_EQ(all(), "processing;piece:Warm;piece: up. Th;response:Warm up. Th;");
}

TEST_F(ChannelsTest, G6_a_request_says_how_long_its_answer_may_be_within_the_models_limit) {
  RunRequest made = question();
  const std::uint64_t limit = made.sampling.max_output.value = 16;
  made.sampling.temperature = 0.7;
  ASSERT_TRUE(ask(made));
  EXPECT_LE(call().request.max_output().value, limit);
  EXPECT_EQ(call().request.sampling.temperature, 0.7);
  finish();
}

TEST_F(ChannelsTest, S2_a_file_and_a_suggestion_have_events_of_their_own) {
  RunRequest made = question();
  made.channel->upload = "CSV";
  made.channel->suggestion = "See your grade pyramid";
  ASSERT_TRUE(ask(made));
  say("Good.");
  finish();
  EXPECT_EQ(all(), "processing;upload:CSV;piece:Good.;response:Good.;suggestion:See your grade pyramid;");
}

TEST_F(ChannelsTest, S1_two_questions_of_a_user_appear_in_one_channel_and_those_of_others_do_not) {
  ASSERT_TRUE(ask(question("ada", false)));
  FakeCall& first = call();
  ASSERT_TRUE(ask(question("ada", false)));
  ASSERT_TRUE(ask(question("bob", false)));
  finish();
  first.text("One.");
  first.end();
  turn();
  EXPECT_EQ(all("ada"), "processing;processing;response:One.;");
  EXPECT_EQ(all("bob"), "processing;response;");
}

TEST_F(ChannelsTest, S1_all_tabs_get_the_same_events_on_any_loop) {
  const auto one = reader(open(), 0);
  const auto two = reader(open(), 0);
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_EQ(read(*one), "processing;response;");
  EXPECT_EQ(read(*two), "processing;response;");
}

TEST_F(ChannelsTest, S1_a_new_tab_gets_what_is_new_and_answers_that_are_being_written_from_their_beginning) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  ASSERT_TRUE(ask(question()));
  say("Warm up. Th");
  EXPECT_EQ(open().after, before_);
  const auto tab = reader(open());
  say("en climb. ");
  EXPECT_EQ(read(*tab), "processing;piece:Warm up. ;piece:Then climb. ;");
  finish();
  EXPECT_EQ(open().after, end());
}

TEST_F(ChannelsTest, S1_a_channel_that_nobody_writes_to_is_not_in_memory_and_its_readers_miss_nothing) {
  const OpenChannel first = open();
  EXPECT_FALSE(first.log);
  EXPECT_EQ(first.after.offset, 0u);
  const auto waiting = reader(first);
  EXPECT_EQ(waiting->read(), ByteSource::State::waiting);
  OpenChannel later = open();  // becomes a reader only when the answer is there
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_EQ(read(*waiting), "processing;response;");
  EXPECT_EQ(read(*reader(std::move(later))), "processing;response;");

  // It is forgotten when its readers have gone, and its end is known.
  const Position last = end();
  waiting->leave();
  pass(Milliseconds(30'000), Milliseconds(1000));
  const OpenChannel idle = open();
  EXPECT_FALSE(idle.log);
  EXPECT_EQ(idle.after, last);
  EXPECT_FALSE(open("ada", last).log);
  const auto tab = reader(idle);
  ASSERT_TRUE(ask(question("ada", false)));
  EXPECT_EQ(read(*tab), "processing;");
}

TEST_F(ChannelsTest, S7_a_question_without_an_answer_after_a_second_is_slow_and_never_after_one) {
  for (const bool shows_pieces : {false, true}) {
    const std::string user = shows_pieces ? "ada" : "bob";
    RunRequest slow = question(user, shows_pieces);
    slow.channel->slow_after_ms = 1000;
    ASSERT_TRUE(ask(slow));
    pass(Milliseconds(900));
    EXPECT_EQ(all(user), "processing;");
    pass(Milliseconds(200));
    EXPECT_EQ(all(user), "processing;slow;");
    pass(Milliseconds(5000));
    say("Yes. ");
    finish();
    pass(Milliseconds(5000));
    EXPECT_EQ(all(user), shows_pieces ? "processing;slow;piece:Yes. ;response:Yes. ;"
                                      : "processing;slow;response:Yes. ;");
  }
  RunRequest quick = question("eve");
  quick.channel->slow_after_ms = 1000;
  quick.created = clock.wall();
  ASSERT_TRUE(ask(quick));
  say("Yes. No");
  pass(Milliseconds(3000));
  EXPECT_EQ(all("eve"), "processing;piece:Yes. ;");
}

TEST_F(ChannelsTest, S11_a_failed_and_a_cancelled_question_end_with_an_error) {
  ASSERT_TRUE(ask(question()));
  call().error(ErrorCode::provider_unavailable, "The model is not available.");
  turn();
  EXPECT_EQ(all(), "processing;error:The model is not available. provider_unavailable;");
  const RunRequest second = question("bob");
  ASSERT_TRUE(ask(second));
  ASSERT_TRUE(await(engine->cancel(*loops[0], second.id, "bob")));
  EXPECT_EQ(all("bob"), "processing;error:The request was cancelled. cancelled;");
}

TEST_F(ChannelsTest, S1_a_message_of_no_run_appears_and_is_durable_when_it_is_reported) {
  ChannelMessage message;
  message.kind = Kind::error;
  message.text = "No.";
  message.code = ErrorCode::quota_exceeded;
  const Position before = publish(message);
  EXPECT_EQ(before.offset, 1u);
  crash();
  recover();
  EXPECT_EQ(all(), "error:No. quota_exceeded;");
}

TEST_F(ChannelsTest, S1_a_run_of_a_channel_needs_no_reader_of_its_own) {
  ASSERT_TRUE(ask(question()));
  pass(config.unopened_expiry + Milliseconds(60'000), Milliseconds(1000));
  say("Late. ");
  finish();
  EXPECT_EQ(all(), "processing;piece:Late. ;response:Late. ;");
}

TEST_F(ChannelsTest, S1_whoever_sees_the_end_of_a_run_finds_its_slot_free) {
  RunRequest made = question("ada", false);
  made.reserved = {"slot"};
  (void)reserve(made);
  ASSERT_TRUE(ask(made));
  const auto tab = reader(open(), 0);
  bool was_free = false;
  tab->when_woken = [&] {
    tab->read();
    if (tab->got.find("response") == std::string::npos) return;
    RunRequest next = question("ada", false);
    next.reserved = {"slot"};
    was_free = reserve(next).state == ReserveResult::State::granted;
  };
  tab->read();
  finish();
  EXPECT_TRUE(was_free);
}

TEST_F(ChannelsTest, X2_after_a_crash_in_the_middle_nothing_is_missing_or_doubled) {
  provider.continues = true;
  ASSERT_TRUE(ask(question()));
  say("Warm up. Th");
  crash();
  recover();
  pass(Milliseconds(300));
  say("en climb.");
  finish();
  EXPECT_EQ(all(), "processing;piece:Warm up. ;piece:Then climb.;response:Warm up. Then climb.;");
}

TEST_F(ChannelsTest, X2_an_answer_of_which_nothing_was_shown_is_made_again) {
  ASSERT_TRUE(ask(question("ada", false)));
  say("Warm up. Th");
  crash();
  recover();
  pass(Milliseconds(300));
  say("Climb.");
  finish();
  EXPECT_EQ(all(), "processing;response:Climb.;");
}

TEST_F(ChannelsTest, X2_an_answer_that_was_shown_in_part_and_cannot_go_on_is_interrupted) {
  ASSERT_TRUE(ask(question()));
  say("Warm up. Th");
  crash();
  recover();
  pass(Milliseconds(300));
  EXPECT_THAT(all(), ::testing::StartsWith("processing;piece:Warm up. ;error:"));
  EXPECT_THAT(all(), ::testing::EndsWith(" interrupted;"));
}

TEST_F(ChannelsTest, X1_events_move_to_the_store_and_are_read_from_there) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  pass(Milliseconds(6000));
  turn();
  EXPECT_EQ(open("ada", kStart).log->held_bytes(), 0u);
  EXPECT_EQ(all(), "processing;response;");
  crash();
  recover();
  EXPECT_EQ(all(), "processing;response;");
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_EQ(all(), "processing;response;processing;response;");
}

TEST_F(ChannelsTest, X1_a_store_that_refuses_loses_nothing) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  channel_store.fail_puts = 2;
  pass(Milliseconds(12'000));
  EXPECT_EQ(channel_store.fail_puts, 0);
  EXPECT_EQ(all(), "processing;response;");
}

TEST_F(ChannelsTest, S1_only_the_newest_events_are_kept) {
  config.channel_max_events = 4;
  start_process();
  recover();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(ask(question("ada", false)));
    say(std::to_string(i));
    finish();
    pass(Milliseconds(6000));
  }
  const OpenChannel channel = open("ada", Position{end().epoch, 2});
  EXPECT_TRUE(channel.is_reset);
  EXPECT_EQ(channel.after.offset, 7u);
  EXPECT_EQ(all(), "processing;response:3;processing;response:4;");
}

TEST_F(ChannelsTest, S1_a_disk_that_is_full_refuses_the_first_question_and_a_later_one_succeeds) {
  writer(home()).refusals = 1;
  EXPECT_FALSE(ask(question("ada", false)));
  pass(Milliseconds(200));
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_EQ(all(), "processing;response;");
}

TEST_F(ChannelsTest, X1_positions_of_a_lost_tail_are_recognised) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  pass(Milliseconds(6000));
  ASSERT_TRUE(ask(question("ada", false)));
  const Position ahead = end();
  const Position seen{ahead.epoch, ahead.offset - 1};
  events.drop_last_of([](const RunId& log) { return is_channel(log); }, 1);
  events.summary.tail_may_be_lost = true;
  clock.advance(Milliseconds(2000));
  crash();
  recover();
  pass(Milliseconds(300));
  ASSERT_TRUE(ask(question("bob", false)));
  EXPECT_TRUE(open("ada", ahead).is_reset);
  EXPECT_FALSE(open("ada", seen).is_reset);
}

}  // namespace
}  // namespace belay::testing
