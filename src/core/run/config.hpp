// The engine's settings.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {

class Settings;  // base/settings/settings.hpp

// The cache of answers that may be reused (requirement C6).
struct CacheConfig {
  enum class Scope { off, user, everybody };
  // Who may receive a cached answer: nobody, only the user who received it first, or everybody.
  Scope scope = Scope::user;
  // How long an answer may be reused.
  Milliseconds lifetime{std::chrono::hours(1)};
  // The pace at which a cached answer is replayed, in words per second. 0: as fast as the reader accepts it.
  std::uint32_t replay_words_per_second = 200;
  // How long after its lifetime an answer may still be used when the provider has failed (requirement S11;
  // RFC 5861 defines the same for HTTP). 0: never.
  Milliseconds stale_if_error{0};
  // Longer answers are not cached. While an answer that may be cached is being generated, at most this many
  // of its bytes stay in memory. A run that needs older text reads it from the log of a run that has it. 1
  // KiB … 32 MiB.
  ByteCount max_answer{256ull << 10};
  // Total size of all cached answers. Beyond it, the answers that expire first are deleted first.
  ByteCount max_bytes{256ull << 20};
  // A cache lookup that takes longer than this counts as a miss.
  Milliseconds patience{500};
};

struct EngineConfig {
  // Maximum size of an answer, text and tool calls together, in bytes of UTF-8. Beyond it, the run fails with
  // answer_too_large.
  ByteCount max_answer{32ull << 20};
  // Maximum time from a run's start to its end.
  Milliseconds run_deadline{std::chrono::minutes(15)};
  // A run that no client opens within this time is cancelled, and answers 410.
  Milliseconds unopened_expiry{std::chrono::minutes(5)};
  // A run whose last reader has left is cancelled after this time. 0: it continues.
  Milliseconds unwatched_grace{0};
  // How much of a live run's log stays in memory for readers that join late. Older events are read from the
  // store.
  ByteCount log_window{256ull << 10};
  // How long a request waits until the earlier answers of its conversation are stored. Then it is refused
  // with 503.
  Milliseconds settle_wait{1000};
  // How long a request (a start or a cancel) waits for the journal. Then it is answered with 503.
  Milliseconds max_log_wait{800};
  // How many bytes of a run may wait to become durable. Beyond it, the provider is read more slowly. 16 KiB …
  // 64 MiB.
  ByteCount max_uncommitted{1ull << 20};
  // Memory for the parts of logs that were read from the store, for all runs together.
  ByteCount replay_cache{2ull << 20};
  // How many times a run may be recovered after a crash. Then it ends as interrupted.
  std::uint32_t max_recoveries = 3;
  // How many runs are recovered per second after a start.
  std::uint32_t recoveries_per_second = 200;
  // Total size of the code blocks of an answer that are repeated in its appendix, in bytes.
  ByteCount max_appendix{64ull << 10};
  // Maximum number of tool calls in one answer. Beyond it, the run fails.
  std::uint32_t max_tool_calls = 64;
  // What a user's channel keeps (core/types/channel.hpp): the newest events, at most so many and at most so many
  // bytes, and none that is older than the events of finished runs.
  std::uint64_t channel_max_events = 1000;
  ByteCount channel_max_bytes{1ull << 20};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, EngineConfig& config);
void declare(Settings& settings, CacheConfig& config);

}  // namespace belay
