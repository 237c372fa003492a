#include "core/run/config.hpp"

#include "base/settings/settings.hpp"

namespace belay {

using namespace std::chrono_literals;

void declare(Settings& settings, EngineConfig& config) {
  settings.section("engine", "Runs. A run answers one prompt, from the request to the end of the answer.");
  settings
      .size("max_answer", config.max_answer, {1_KiB, 1024_MiB},
            "Longest answer, text and tool calls together. A longer one fails with answer_too_large.")
      .renamed_from("most_answer");
  settings.duration("run_deadline", config.run_deadline, {1s, 24h},
                    "Longest time from a run's start to its end.");
  settings.duration("unopened_expiry", config.unopened_expiry, {1s, 24h},
                    "A run that no reader has opened within this time is cancelled. Then: 410.");
  settings.duration("unwatched_grace", config.unwatched_grace, {0ms, 24h},
                    "A run whose last reader has disconnected is cancelled after this time. 0: it continues, "
                    "and the user may reconnect.");
  settings.size("log_window", config.log_window, {16_KiB, 8_MiB},
                "How much of a running answer's log stays in memory for late readers. Older events are read "
                "from disk.");
  settings.duration("settle_wait", config.settle_wait, {10ms, 60s},
                    "How long a question waits for the earlier answers of its conversation to be stored. "
                    "After that it is refused with 503.");
  settings.duration("max_log_wait", config.max_log_wait, {10ms, 60s},
                    "How long a start or a cancel waits for the journal. After that it is answered with 503 "
                    "and may be repeated.");
  settings
      .size("max_uncommitted", config.max_uncommitted, {16_KiB, 64_MiB},
            "How much of a run may wait to become durable before its provider is read more slowly.")
      .renamed_from("most_uncommitted");
  settings.size("replay_cache", config.replay_cache, {64_KiB, 1024_MiB},
                "Memory for parts of logs that were read back from disk, all runs together.");
  settings
      .integer("max_recoveries", config.max_recoveries, {0, 100, "times"},
               "How often a run may be taken over after a crash before it ends as interrupted.")
      .renamed_from("most_recoveries");
  settings.integer("recoveries_per_second", config.recoveries_per_second, {1, 100'000, "runs a second"},
                   "How fast runs are taken over after a start.");
  settings
      .size("max_appendix", config.max_appendix, {0_B, 1_MiB},
            "Total size of the code blocks of an answer that are repeated in its appendix.")
      .renamed_from("most_appendix");
  settings
      .integer("max_tool_calls", config.max_tool_calls, {0, 1000, "calls"},
               "Tool calls of one answer. With more, the run fails.")
      .renamed_from("most_tool_calls");
  settings.integer(
      "channel_max_events", config.channel_max_events, {1, 1'000'000, "events"},
      "A user's channel (GET /stream) keeps its newest events, about so many, and none that is older "
      "than the events of finished runs (retention.events).");
  settings.size("channel_max_bytes", config.channel_max_bytes, {64_KiB, 1024_MiB},
                "The same as a size: about so many bytes of events.");
}

void declare(Settings& settings, CacheConfig& config) {
  using Scope = CacheConfig::Scope;
  settings.section("cache",
                   "A cache of answers to equal requests: same model, persona, history and prompt. Requests "
                   "that arrive while the answer is being generated share that call of the provider.");
  settings.choice<Scope>("scope", config.scope,
                         {{"off", Scope::off}, {"user", Scope::user}, {"everybody", Scope::everybody}},
                         "\"user\": only the answer's own user gets it again. \"everybody\": everyone who "
                         "asks the same gets it. \"off\": no cache.");
  settings.duration("lifetime", config.lifetime, {1s, 24h * 30}, "How long an answer stays in the cache.");
  settings.duration("stale_if_error", config.stale_if_error, {0ms, 24h * 30},
                    "For this time after its lifetime an answer is still served, marked as stale, when the "
                    "provider and its fallbacks have failed before the first word. 0s: never.");
  settings.integer(
      "replay_words_per_second", config.replay_words_per_second, {0, 1'000'000, "words a second"},
      "Pace at which an answer of the cache or of a command is streamed. 0: as fast as the client reads.");
  settings.size("max_answer", config.max_answer, {1_KiB, 32_MiB}, "Longer answers are not cached.")
      .renamed_from("most_answer");
  settings
      .size("max_bytes", config.max_bytes, {1_MiB, {1ull << 40}},
            "All cached answers together. Beyond it those that expire first are removed.")
      .renamed_from("most_bytes");
  settings.duration("patience", config.patience, {1ms, 10s},
                    "A look-up that takes longer counts as a miss, and the provider is called.");
}

}  // namespace belay
