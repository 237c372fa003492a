// The channels of the server, over the engine.
#pragma once

#include "core/run/engine.hpp"
#include "services/channels/channels.hpp"

namespace belay::services {

class EngineChannels final : public Channels {
 public:
  explicit EngineChannels(Engine& engine) : engine_(engine) {}

  Awaitable<Result<ReadChannel>> open(Loop& loop, std::string user, std::string surface,
                                      std::optional<Position> after, Deadline deadline) override;
  std::unique_ptr<ByteSource> read(Loop& loop, ReadChannel channel, const Format& format) override;
  Awaitable<Result<Position>> publish(Loop& loop, std::string user, std::string surface,
                                      ChannelMessage message, Deadline deadline) override;

 private:
  Engine& engine_;
};

}  // namespace belay::services
