#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_engine(Settings& settings, EngineConfig& config) {
  settings.section("engine", "Runs: one a prompt, from the request to the last word of its answer.");
  settings.size(
      "most_answer", config.most_answer, {1_KiB, 1024_MiB},
      "Longest answer, text and tool calls together. Beyond it the run fails with answer_too_large.");
  settings.duration("run_deadline", config.run_deadline, {1s, 24h},
                    "Longest time from a run's start to its end.");
  settings.duration("unopened_expiry", config.unopened_expiry, {1s, 24h},
                    "A run that nobody has opened within this time is cancelled and answers 410.");
  settings.duration("unwatched_grace", config.unwatched_grace, {0ms, 24h},
                    "A run whose last reader has gone is cancelled after this time. 0: it goes on, and the "
                    "user may come back.");
  settings.size("log_window", config.log_window, {16_KiB, 8_MiB},
                "How much of a running answer's log stays in memory for those who join late. What is older "
                "is read from disk.");
  settings.duration("settle_wait", config.settle_wait, {10ms, 60s},
                    "How long a question waits for the earlier answers of its conversation to be stored. "
                    "After that it is refused with 503.");
  settings.duration("max_log_wait", config.max_log_wait, {10ms, 60s},
                    "How long a start or a cancel waits for the journal; then it is answered 503 and may be "
                    "repeated.");
  settings.size("most_uncommitted", config.most_uncommitted, {16_KiB, 64_MiB},
                "How much of a run may wait to be made durable before its provider is read more slowly.");
  settings.size("replay_cache", config.replay_cache, {64_KiB, 1024_MiB},
                "Memory for parts of logs that were read back from disk, all runs together.");
  settings.integer("most_recoveries", config.most_recoveries, {0, 100, "times"},
                   "How often a run may be taken up again after a crash before it ends as interrupted.");
  settings.integer("recoveries_per_second", config.recoveries_per_second, {1, 100'000, "runs a second"},
                   "How fast runs are taken up again after a start.");
  settings.size("most_appendix", config.most_appendix, {0_B, 1_MiB},
                "Code blocks of an answer that are repeated in its appendix, together.");
  settings.integer("most_tool_calls", config.most_tool_calls, {0, 1000, "calls"},
                   "Tool calls of one answer. Beyond it the run fails.");
}

}  // namespace belay::ops
