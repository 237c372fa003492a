// Erasure in channels: of a user, of a surface's conversations, and of one of them.
#include "core/run/testing/channels_fixture.hpp"

namespace belay::testing {
namespace {

using Kind = ChannelMessage::Kind;

class ChannelsErasureTest : public ChannelsFixture {};

TEST_F(ChannelsErasureTest, X18_a_reader_who_waits_for_a_channel_that_was_erased_is_cut_off) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  pass(Milliseconds(30'000), Milliseconds(1000));
  const auto tab = reader(open());
  channel_store.erase_user("ada");
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_EQ(tab->read(), ByteSource::State::lost);
  EXPECT_EQ(tab->got, "");
}

TEST_F(ChannelsErasureTest, X18_a_reader_of_a_channel_that_is_being_erased_is_cut_off) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  const auto tab = reader(open("ada", kStart));
  const auto other = reader(open("bob", kStart));
  tab->read();
  EXPECT_EQ(tab->read(), ByteSource::State::waiting);
  clock.advance(Milliseconds(2000));
  Erasure erasure;
  erasure.what = Erasure::What::user;
  erasure.user = "ada";
  erasure.through = clock.wall();
  loops[home()]->post([&] { engine->channels()->erase(erasure, [](Result<>) {}); });
  turn(20);
  EXPECT_EQ(tab->read(), ByteSource::State::lost);
  EXPECT_EQ(other->read(), ByteSource::State::waiting);
}

TEST_F(ChannelsErasureTest, X18_an_erased_user_finds_nothing_and_old_positions_are_not_taken_for_new_ones) {
  FakeSessionStore sessions(store);
  FakeErasureStore erasures(store, sessions);
  erasure_store = &erasures;
  start_process();
  recover();
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  const Position old = end();
  clock.advance(Milliseconds(2000));
  Erasure erasure;
  erasure.what = Erasure::What::user;
  erasure.user = "ada";
  erasure.through = clock.wall();
  ASSERT_TRUE(await(engine->end_covered(*loops[0], erasure, Deadline::never())));
  channel_store.erase_user("ada");
  EXPECT_EQ(all(), "");
  clock.advance(Milliseconds(2000));
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_TRUE(open("ada", old).is_reset);
  crash();
  recover();
  EXPECT_EQ(all(), "processing;response;");
}

TEST_F(ChannelsErasureTest,
       C11_the_removal_of_all_conversations_of_a_surface_removes_the_channel_and_no_other) {
  FakeSessionStore sessions(store);
  FakeErasureStore erasures(store, sessions);
  erasure_store = &erasures;
  start_process();
  recover();
  for (const std::string user : {"ada", "bob"}) {
    ASSERT_TRUE(ask(question(user, false)));
    finish();
  }
  const Position old = end();
  Erasure erasure;
  erasure.what = Erasure::What::conversations;
  erasure.user = "ada";
  erasure.through = clock.wall();
  erasure.surface = "chat";
  ASSERT_TRUE(await(engine->end_covered(*loops[0], erasure, Deadline::never())));
  EXPECT_EQ(all(), "processing;response;") << "of another surface";
  erasure.surface = "sendsage";
  ASSERT_TRUE(await(engine->end_covered(*loops[0], erasure, Deadline::never())));
  channel_store.erase_user("ada", clock.wall());
  EXPECT_EQ(all(), "");
  // The journal has it still.
  crash();
  recover();
  EXPECT_EQ(all(), "");
  clock.advance(Milliseconds(1));
  // In the same second.
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_GT(end().epoch, old.epoch);
  EXPECT_TRUE(open("ada", old).is_reset);
  EXPECT_EQ(all("bob"), "processing;response;");
}

TEST_F(ChannelsErasureTest, C11_a_conversation_is_erased_in_its_channel_and_another_answer_goes_on) {
  FakeSessionStore sessions(store);
  FakeErasureStore erasures(store, sessions);
  erasure_store = &erasures;
  start_process();
  recover();
  const auto in = [&](std::string conversation) {
    RunRequest made = question();
    made.conversation = std::move(conversation);
    return made;
  };
  // In the store; read back, so that it is cached.
  ASSERT_TRUE(ask(in("gone")));
  say("Zebra. ");
  finish();
  pass(Milliseconds(6000));
  EXPECT_NE(all().find("Zebra"), std::string::npos);
  // In memory, with an answer of another conversation in the same block.
  ASSERT_TRUE(ask(in("gone")));
  say("Zebra. ");
  finish();
  ASSERT_TRUE(ask(in("kept")));
  say("Warm up. ");
  const Position seen = end();
  const auto tab = reader(open());
  EXPECT_EQ(read(*tab), "processing;piece:Warm up. ;");
  clock.advance(Milliseconds(1));
  Erasure erasure;
  erasure.user = "ada";
  erasure.surface = "sendsage";
  erasure.conversation = "gone";
  erasure.through = clock.wall();
  ASSERT_TRUE(await(engine->end_covered(*loops[0], erasure, Deadline::never())));
  const std::string kept = "removed;removed;error:This conversation was deleted. cancelled;";
  EXPECT_EQ(all(), kept + kept + "processing;piece:Warm up. ;");
  say("Then climb. ");
  finish();
  EXPECT_FALSE(open("ada", seen).is_reset);
  EXPECT_EQ(read(*tab), "processing;piece:Warm up. ;piece:Then climb. ;response:Warm up. Then climb. ;");
  const std::string rest = "processing;piece:Warm up. ;piece:Then climb. ;response:Warm up. Then climb. ;";
  EXPECT_EQ(all(), kept + kept + rest);
  tab->leave();
  // The journal has it still.
  crash();
  recover();
  EXPECT_EQ(all(), kept + kept + rest);
}

TEST_F(ChannelsErasureTest, C11_a_store_that_refuses_to_take_a_channel_fails_the_erasure) {
  FakeSessionStore sessions(store);
  FakeErasureStore erasures(store, sessions);
  erasure_store = &erasures;
  start_process();
  recover();
  RunRequest made = question();
  made.conversation = "gone";
  ASSERT_TRUE(ask(made));
  say("Zebra. ");
  finish();
  Erasure erasure;
  erasure.user = "ada";
  erasure.surface = "sendsage";
  erasure.conversation = "gone";
  erasure.through = clock.wall();
  channel_store.fail_puts = 1;
  EXPECT_EQ(await(engine->end_covered(*loops[0], erasure, Deadline::never())).error().code,
            ErrorCode::unavailable);
  ASSERT_TRUE(await(engine->end_covered(*loops[0], erasure, Deadline::never())));
  EXPECT_EQ(all(), "removed;removed;error:This conversation was deleted. cancelled;");
}

TEST_F(ChannelsErasureTest, X18_what_is_written_while_a_user_is_erased_does_not_come_back) {
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  clock.advance(Milliseconds(2000));
  Erasure erasure;
  erasure.what = Erasure::What::user;
  erasure.user = "ada";
  erasure.through = clock.wall();
  // In the same turn: a message, and the erasure.
  ChannelMessage message;
  message.kind = Kind::error;
  bool is_published = false, is_erased = false;
  loops[home()]->post([&] {
    engine->channels()->publish("ada", "sendsage", message, [&](Result<Position>) { is_published = true; });
    engine->channels()->erase(erasure, [&](Result<>) { is_erased = true; });
  });
  turn(20);
  EXPECT_TRUE(is_published);
  EXPECT_TRUE(is_erased);
  channel_store.erase_user("ada");
  clock.advance(Milliseconds(2000));
  ASSERT_TRUE(ask(question("ada", false)));
  finish();
  EXPECT_EQ(all(), "processing;response;");
  crash();
  recover();
  EXPECT_EQ(all(), "processing;response;");
}

}  // namespace
}  // namespace belay::testing
