#include "services/channels/engine_channels.hpp"

#include <utility>

#include "base/await.hpp"

namespace belay::services {

Awaitable<Result<ReadChannel>> EngineChannels::open(Loop& loop, std::string user, std::string surface,
                                                    std::optional<Position> after, Deadline deadline) {
  ChannelReader reader{std::move(user), std::move(surface), after, &loop};
  auto opened = co_await call<&belay::Channels::open>(loop, deadline, *engine_.channels(), std::move(reader));
  if (!opened) co_return opened.error();
  ReadChannel channel;
  channel.log = std::move(opened->log);
  channel.pending = std::move(opened->pending);
  channel.after = opened->after;
  channel.is_reset = opened->is_reset;
  co_return channel;
}

std::unique_ptr<ByteSource> EngineChannels::read(Loop& loop, ReadChannel channel, const Format& format) {
  OpenChannel open{std::move(channel.log), std::move(channel.pending), channel.after, channel.is_reset};
  return engine_.read_channel(loop, std::move(open), format);
}

Awaitable<Result<Position>> EngineChannels::publish(Loop& loop, std::string user, std::string surface,
                                                    ChannelMessage message, Deadline deadline) {
  auto published = co_await call<&belay::Channels::publish>(
      loop, deadline, *engine_.channels(), std::move(user), std::move(surface), std::move(message));
  co_return published;
}

}  // namespace belay::services
