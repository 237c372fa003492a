// Channels over a complete engine on fakes: what users see, also over crashes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/ports/testing/fake_erasure_store.hpp"
#include "core/ports/testing/fake_session_store.hpp"
#include "core/run/channels.hpp"
#include "core/run/testing/engine_fixture.hpp"

namespace belay::testing {

inline std::string_view name_of(ChannelMessage::Kind kind) {
  using Kind = ChannelMessage::Kind;
  switch (kind) {
    case Kind::processing:
      return "processing";
    case Kind::slow:
      return "slow";
    case Kind::upload_processed:
      return "upload";
    case Kind::piece:
      return "piece";
    case Kind::response:
      return "response";
    case Kind::suggestion:
      return "suggestion";
    case Kind::error:
      return "error";
    case Kind::removed:
      return "removed";
  }
  return {};
}

// "piece:Warm up. ;" for each message.
class ChannelDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::channel_message) return;
    const auto message = decode_channel_message(event.payload);
    ASSERT_TRUE(message);
    std::string& out = writer.begin({});
    out.append(name_of(message->kind));
    if (!message->text.empty()) out.append(":").append(message->text);
    if (message->kind == ChannelMessage::Kind::error) out.append(" ").append(to_string(message->code));
    out.append(";");
    writer.end();
  }
};
inline const ChannelDialect kChannelDialect;
inline const Format kChannelFormat{kChannelDialect, plain_framing()};

class ChannelsFixture : public EngineFixture, public ::testing::Test {
 protected:
  // A question whose answer appears in the user's channel.
  RunRequest question(std::string user = "ada", bool shows_pieces = true) {
    RunRequest made = request(std::move(user));
    made.surface = "sendsage";
    made.may_restart = false;
    made.channel.emplace().shows_pieces = shows_pieces;
    return made;
  }
  std::size_t home(const std::string& user = "ada") {
    return engine->channels()->home_of(user, "sendsage").index();
  }
  Result<> ask(const RunRequest& made) {
    const std::size_t at = home(made.user);
    const auto result = await(engine->start(*loops[at], made), at);
    if (result.in_channel) before_ = *result.in_channel;
    return result.started;
  }
  OpenChannel open(const std::string& user = "ada", std::optional<Position> after = {}) {
    auto opened = open_result(user, after);
    EXPECT_TRUE(opened) << opened.error().detail;
    return opened ? *opened : OpenChannel();
  }
  Result<OpenChannel> open_result(const std::string& user, std::optional<Position> after) {
    auto work = [](Loop& loop, Channels& channels, ChannelReader reader) -> Awaitable<Result<OpenChannel>> {
      co_return co_await belay::call<&Channels::open>(loop, Deadline::never(), channels, std::move(reader));
    };
    return await(work(*loops[0], *engine->channels(), {user, "sendsage", after, loops[0].get()}));
  }
  Position publish(ChannelMessage message, const std::string& user = "ada") {
    auto work = [](Loop& loop, Channels& channels, std::string name,
                   ChannelMessage sent) -> Awaitable<Result<Position>> {
      co_return co_await belay::call<&Channels::publish>(loop, Deadline::never(), channels, std::move(name),
                                                         std::string("sendsage"), std::move(sent));
    };
    const auto done = await(work(*loops[0], *engine->channels(), user, std::move(message)));
    EXPECT_TRUE(done) << done.error().detail;
    return done ? *done : Position();
  }
  std::unique_ptr<TestReader> reader(OpenChannel channel, std::size_t loop = 0) {
    std::unique_ptr<TestReader> reader;
    loops[loop]->post([&] {
      reader = std::make_unique<TestReader>(
          engine->read_channel(*loops[loop], std::move(channel), kChannelFormat));
    });
    loops[loop]->turn();
    return reader;
  }
  // All that the channel keeps.
  std::string all(const std::string& user = "ada") {
    const auto tab = reader(open(user, kStart));
    return read(*tab);
  }
  std::string read(TestReader& tab) {
    for (int i = 0; i < 50; ++i) {
      tab.read();
      turn(1);
    }
    return tab.got;
  }
  void say(const std::string& text) {
    call().text(text);
    turn();
  }
  void finish() {
    call().end();
    turn();
  }

  // What comes before everything.
  static constexpr Position kStart{1, 0};
  // The end of a channel that is in memory.
  Position end(const std::string& user = "ada") {
    const auto log = open(user, kStart).log;
    EXPECT_TRUE(log);
    return {log->epoch_at(log->last()), log->last()};
  }

  Position before_;
};

}  // namespace belay::testing
