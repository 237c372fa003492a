#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_exports(Settings& settings, Configuration& configuration) {
  settings.section("exports",
                   "Exports of chats as files. They run on separate threads at a lower priority. Users whose "
                   "exports wait take turns.");
  exports::Config& exports = configuration.exports;
  settings.integer("threads", exports.threads, {1, 64, "threads"}, "Threads for exports.");
  settings.duration("max_time", exports.max_time, {1s, 24h},
                    "Longest time of an export, from its request to the last byte that its client receives. "
                    "Then it is cut off.");
  policy::ExportLimits& limits = configuration.policy.exports;
  settings.integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "exports"},
                   "Exports of one user at once. Beyond: 429.");
  settings.integer("max_active", limits.max_active, {1, 10'000, "exports"},
                   "Exports of all users at once on this server. Beyond: 503. Each may hold a page of "
                   "messages in memory, or one long message.");
}

}  // namespace belay::ops
