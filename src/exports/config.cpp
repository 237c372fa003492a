#include "exports/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::exports {

using namespace std::chrono_literals;

void declare(Settings& settings, Config& exports) {
  settings.section("exports",
                   "Exports of chats as files. They run on separate threads at a lower priority. Users whose "
                   "exports wait take turns.");
  settings.integer("threads", exports.threads, {1, 64, "threads"}, "Threads for exports.");
  settings.duration("max_time", exports.max_time, {1s, 24h},
                    "Longest time of an export, from its request to the last byte that its client receives. "
                    "Then it is cut off.");
}

}  // namespace belay::exports
