#include "services/channels/engine_channels.hpp"

#include <utility>

#include "base/await.hpp"

namespace belay::services {

Awaitable<Result<ReadChannel>> EngineChannels::open(Loop& loop, std::string user, std::string surface,
                                                    std::optional<Position> after, Deadline deadline) {
  auto found = co_await call<&belay::Channels::open>(loop, deadline, *engine_.channels(), std::move(user),
                                                     std::move(surface));
  if (!found) co_return found.error();
  ReadChannel channel;
  channel.log = std::move(found->log);
  channel.after = after.value_or(found->newest);
  if (!after) co_return channel;
  const bool is_kept = after->offset >= found->oldest.offset && channel.log->check(*after);
  if (is_kept) co_return channel;
  channel.after = found->oldest;
  channel.is_reset = true;
  co_return channel;
}

std::unique_ptr<ByteSource> EngineChannels::read(Loop& loop, ReadChannel channel, const Format& format) {
  return engine_.subscribe(loop, std::move(channel.log), format, channel.after);
}

Awaitable<Result<Position>> EngineChannels::publish(Loop& loop, std::string user, std::string surface,
                                                    ChannelMessage message, Deadline deadline) {
  auto published = co_await call<&belay::Channels::publish>(
      loop, deadline, *engine_.channels(), std::move(user), std::move(surface), std::move(message));
  co_return published;
}

}  // namespace belay::services
