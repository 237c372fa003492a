// Counters and durations of a provider's calls, for metrics and tests. Any thread may read them; each call
// updates them on its own loop.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/histogram.hpp"

namespace belay::providers {

enum class CallOutcome { completed, failed, cancelled };
inline constexpr std::size_t kCallOutcomes = 3;
constexpr std::string_view to_string(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::completed:
      return "completed";
    case CallOutcome::failed:
      return "failed";
    case CallOutcome::cancelled:
      return "cancelled";
  }
  return {};
}

struct CallCounters {
  std::atomic<std::uint64_t> started{0};
  std::atomic<std::uint64_t> completed{0};           // ended with on_end
  std::atomic<std::uint64_t> failed{0};              // ended with on_error
  std::atomic<std::uint64_t> cancelled{0};           // destroyed before on_end or on_error
  std::atomic<std::uint64_t> retried{0};             // attempts after the first one of a call
  std::atomic<std::uint64_t> skipped_by_breaker{0};  // attempts not made because the circuit breaker was open

  // Indexed by CallOutcome. durations: from a call's start to its end, including waiting and retries.
  // first_pieces: from a call's start to the first piece of its answer, for calls that had one.
  std::array<Histogram, kCallOutcomes> durations;
  std::array<Histogram, kCallOutcomes> first_pieces;

  std::uint64_t active() const { return started - completed - failed - cancelled; }
};

// Measures one call and belongs to it.
class CallTimes {
 public:
  explicit CallTimes(SteadyTime now) : started_(now) {}

  void piece(SteadyTime now) {
    if (!first_piece_) first_piece_ = now;
  }
  void ended(CallOutcome outcome, SteadyTime now, CallCounters& counters) const {
    const auto index = static_cast<std::size_t>(outcome);
    counters.durations[index].observe(now - started_);
    if (first_piece_) counters.first_pieces[index].observe(*first_piece_ - started_);
  }

 private:
  const SteadyTime started_;
  std::optional<SteadyTime> first_piece_;
};

}  // namespace belay::providers
