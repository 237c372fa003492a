#include "services/channels/engine_channels.hpp"

#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services {
namespace {

using Kind = ChannelMessage::Kind;

class EngineChannelsTest : public testing::ServicesFixture, public ::testing::Test {
 protected:
  StartRun question(std::string user = "ada", std::string words = "Hello?") {
    StartRun made = plain(std::move(words), caller(std::move(user)));
    made.channel.emplace();
    return made;
  }
  ReadChannel open(std::optional<Position> after = {}, std::string user = "ada") {
    const auto opened =
        await(services->channels.open(*loops[0], std::move(user), "plain", after, Deadline::never()));
    EXPECT_TRUE(opened);
    return opened ? *opened : ReadChannel();
  }
  Position publish(std::string text) {
    ChannelMessage message;
    message.kind = Kind::error;
    message.text = std::move(text);
    return await(services->channels.publish(*loops[0], "ada", "plain", message, Deadline::never())).value();
  }
};

TEST_F(EngineChannelsTest, S1_a_run_of_a_channel_starts_on_the_channels_loop_from_any_loop) {
  for (const std::string user : {"ada", "bob", "eve", "kim", "lee"})
    for (const std::size_t from : {0u, 1u}) {
      const auto asked = ask(question(user), from);
      turn();
      ASSERT_TRUE(asked->is_started()) << user;
      EXPECT_TRUE(asked->outcome->run->in_channel);
      const std::size_t home = engine->channels()->home_of(user, "plain").index();
      const auto log = find(asked->run(), user);
      ASSERT_TRUE(log);
      EXPECT_TRUE((*log)->is_written_on(home)) << user;
    }
}

TEST_F(EngineChannelsTest, S3_a_refusal_comes_back_from_another_loop_and_holds_nothing) {
  limit("plain", "ask", "plain.active.user", 1);
  for (const std::size_t from : {0u, 1u}) {
    const std::string user = from == 0 ? "ada" : "bob";
    ASSERT_TRUE(ask(question(user), from)->is_started());
    const auto refused = ask(question(user), from);
    turn();
    ASSERT_TRUE(refused->outcome);
    EXPECT_EQ(refused->code(), ErrorCode::too_many_active);
    EXPECT_EQ(held("plain.active.user/user/" + user), 1u);
  }
}

TEST_F(EngineChannelsTest, S3_a_start_that_throws_on_another_loop_throws_here) {
  recipe.throws = true;
  for (const std::size_t from : {0u, 1u}) {
    const auto asked = ask(question("ada"), from);
    turn();
    EXPECT_TRUE(asked->has_thrown);
  }
  EXPECT_EQ(held("plain.active.user/user/ada"), 0u);
}

TEST_F(EngineChannelsTest, X1_a_position_that_is_kept_is_continued_and_any_other_is_reset) {
  const Position first = publish("one");
  publish("two");
  const ReadChannel channel = open(first);
  EXPECT_FALSE(channel.is_reset);
  EXPECT_EQ(channel.after, first);
  const ReadChannel now = open();
  EXPECT_FALSE(now.is_reset);
  EXPECT_EQ(now.after.offset, first.offset + 2);
  EXPECT_TRUE(open(Position{first.epoch, 99}).is_reset) << "ahead: of a channel that was removed";
  EXPECT_TRUE(open(Position{first.epoch + 1, 1}).is_reset);
  EXPECT_FALSE(open(Position{first.epoch, 0}).is_reset);
}

TEST_F(EngineChannelsTest, S1_a_reset_begins_with_the_oldest_event_that_is_kept) {
  config.channel_max_events = 2;
  services.reset();
  start_process();
  recover();
  start_services();
  const Position first = publish("one");
  for (int i = 0; i < 4; ++i) {
    publish("more");
    pass(Milliseconds(6000));
  }
  const ReadChannel channel = open(first);
  EXPECT_TRUE(channel.is_reset);
  EXPECT_EQ(channel.after.offset, first.offset + 3);
}

}  // namespace
}  // namespace belay::services
