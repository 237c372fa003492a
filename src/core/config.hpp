// The engine's settings.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {

// Answers that are given again (requirement C6).
struct CacheConfig {
  enum class Scope { off, user, everybody };
  // Who may be given an answer again: nobody, the user who was given it, or everybody.
  Scope scope = Scope::user;
  // How long an answer is given again. 1 s … 30 days.
  Milliseconds lifetime{std::chrono::hours(1)};
  // Pace of an answer that is told again; 0: as fast as it is taken. 0 … 1,000,000.
  std::uint32_t replay_words_per_second = 200;
  // For so long after its lifetime an answer is given when the provider has failed (requirement S11; RFC 5861
  // has the name for HTTP). 0: never. 0 … 30 days.
  Milliseconds stale_if_error{0};
  // Longer answers are not kept. So much of an answer that may be kept stays in memory while it is under way;
  // who wants more of it reads the log of a run that has it. 1 KiB … 32 MiB.
  ByteCount most_answer{256ull << 10};
  // All of them together; those that would expire first go first. 1 MiB … 1 TiB.
  ByteCount most_bytes{256ull << 20};
  // A cache that has not answered after this time has nothing. 1 ms … 10 s.
  Milliseconds patience{500};
};

struct EngineConfig {
  // Longest answer, text and tool calls together, in bytes of UTF-8; beyond it the run fails with
  // answer_too_large. 1 KiB … 1 GiB.
  ByteCount most_answer{32ull << 20};
  // Longest time from a run's start to its end. 1 s … 24 h.
  Milliseconds run_deadline{std::chrono::minutes(15)};
  // A run that nobody has opened within this time is cancelled and answers 410. 1 s … 24 h.
  Milliseconds unopened_expiry{std::chrono::minutes(5)};
  // A run whose last reader has gone is cancelled after this time; 0: it goes on. 0 … 24 h.
  Milliseconds unwatched_grace{0};
  // How much of a live run's log stays in memory for late joiners; what is older is read from the store. 16
  // KiB … 8 MiB.
  ByteCount log_window{256ull << 10};
  // How long a question waits for the earlier answers of its conversation to be stored; then it is refused
  // with 503. 10 ms … 60 s.
  Milliseconds settle_wait{1000};
  // How long a request (a start, a cancel) waits for the journal; then it is answered with 503. 10 ms … 60 s.
  Milliseconds max_log_wait{800};
  // How much of a run may wait to be made durable before its provider is read more slowly. 16 KiB … 64 MiB.
  ByteCount most_uncommitted{1ull << 20};
  // Memory for stretches of log that were read back from the store, all runs together. 64 KiB … 1 GiB.
  ByteCount replay_cache{2ull << 20};
  // How often a run may be taken up again after a crash before it ends as interrupted. 0 … 100.
  std::uint32_t most_recoveries = 3;
  // Runs taken up again a second after a start. 1 … 100000.
  std::uint32_t recoveries_per_second = 200;
  // Code blocks of an answer that are repeated in its appendix, in bytes together. 0 … 1 MiB.
  ByteCount most_appendix{64ull << 10};
  // Tool calls of one answer; beyond it the run fails. 0 … 1000.
  std::uint32_t most_tool_calls = 64;
};

}  // namespace belay
