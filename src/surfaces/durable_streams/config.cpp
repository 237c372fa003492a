#include "surfaces/durable_streams/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

void declare(Settings& settings, DurableStreamsConfig& config) {
  settings.section(
      "durable_streams",
      "The durable-streams surface: any answer as a stream that is read by offset, GET /v1/stream/{run}.");
  settings.boolean("enabled", config.enabled, "Whether the surface is served.");
  settings.string("prefix", config.prefix, 256, "Prefix of all its paths: \"/streams\". Empty: none.");
  settings.duration("long_poll", config.long_poll, {100ms, 10min},
                    "How long a long poll waits for events. Then it is answered with 204.");
  settings.duration("max_age", config.max_age, {1s, 24h},
                    "After this time an SSE connection ends cleanly, and its client comes back by itself.");
}

}  // namespace belay::surfaces
