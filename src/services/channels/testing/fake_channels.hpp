// Channels for tests of surfaces: real logs, no engine, no store. A test says what appears in them:
//
//   FakeChannels channels(log_fixture);
//   channels.show("ann", {.kind = ChannelMessage::Kind::response, .text = "Climb."});
//
// All surfaces of a user share one channel. Used on the fixture's loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/log/testing/log_fixture.hpp"
#include "services/channels/channels.hpp"

namespace belay::services::testing {

using belay::testing::LogFixture;
using belay::testing::TestLog;

class FakeChannels final : public Channels {
 public:
  explicit FakeChannels(LogFixture& fixture) : fixture_(fixture) {}

  // ---- What tests set
  Offset oldest = 0;  // positions before it are no longer kept
  std::optional<Error> fail_next{};

  void show(const std::string& user, const ChannelMessage& message) {
    of(user).append(EventType::channel_message, encode(message));
    fixture_.turns(4);
  }

  // ---- What surfaces published
  std::vector<std::pair<std::string, ChannelMessage>> published;

  // ---- Channels
  Awaitable<Result<ReadChannel>> open(Loop&, std::string user, std::string, std::optional<Position> after,
                                      Deadline) override {
    if (fail_next) co_return *std::exchange(fail_next, std::nullopt);
    ReadChannel channel;
    channel.log = of(user).shared();
    channel.after = after.value_or(Position{1, channel.log->last()});
    channel.is_reset = channel.after.offset < oldest || !channel.log->check(channel.after);
    if (channel.is_reset) channel.after = {1, oldest};
    co_return channel;
  }
  std::unique_ptr<ByteSource> read(Loop&, ReadChannel channel, const Format& format) override {
    return std::make_unique<Subscription>(std::move(channel.log), format, channel.after.offset, fixture_.hub);
  }
  Awaitable<Result<Position>> publish(Loop&, std::string user, std::string, ChannelMessage message,
                                      Deadline) override {
    if (fail_next) co_return *std::exchange(fail_next, std::nullopt);
    TestLog& log = of(user);
    const Position before{1, log.log().appended()};
    log.append(EventType::channel_message, encode(message));
    published.emplace_back(std::move(user), std::move(message));
    co_return before;
  }

 private:
  TestLog& of(const std::string& user) {
    auto& log = logs_[user];
    if (!log) log = fixture_.new_log(LogHead{channel_id(user, "sendsage"), user, "sendsage"});
    return *log;
  }

  LogFixture& fixture_;
  std::map<std::string, std::unique_ptr<TestLog>> logs_;
};

}  // namespace belay::services::testing
