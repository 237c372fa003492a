// All metrics of the server, and the page that Prometheus reads.
//
// Each member is one family; the table in metrics.cpp has the help texts. Values that modules count
// themselves (journal, store, providers, open connections) are sampled through the watch functions when the
// page is requested.
//
// Owned by app/. It translates the reports of the modules' observers into these metrics, and creates all
// series whose labels are known with the value 0 (app/known_series.hpp). Thread-safe. The watch functions are
// called before the server starts. What they sample outlives this object.
//
// docs/OPERATIONS.md lists every metric with its labels; tests compare the list with the page.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "ops/instruments.hpp"

namespace belay::ops {

// Counted since the start of the process, except values marked "now".
struct JournalSample {
  std::uint64_t batches = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t failures = 0;  // commits that failed
  std::int64_t segments = 0;   // files, now
  std::int64_t size = 0;       // bytes of these files, now
};
struct StoreSample {
  std::uint64_t settlements = 0;
  std::uint64_t operations = 0;
  std::uint64_t failures = 0;
  std::uint64_t refused = 0;
  std::uint64_t transactions = 0;
  std::uint64_t queue_depth = 0;  // now
  std::uint64_t given_up = 0;     // requests that were answered with an error because the store was stuck
};
struct ProviderSample {
  std::uint64_t started = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t retried = 0;
  std::uint64_t skipped_by_breaker = 0;  // not called because the circuit breaker was open
  std::uint64_t breaker_opened = 0;      // how often the breaker opened
  std::uint64_t waiting = 0;             // calls that wait for a free slot, now
  bool breaker_open = false;             // now
  // One entry for each outcome of a call.
  struct Times {
    std::string_view outcome;
    Histogram::Snapshot duration;
    Histogram::Snapshot first_piece;
  };
  std::vector<Times> times;
};
// Values of now.
struct OpenSample {
  std::uint64_t connections = 0;
  std::uint64_t streams = 0;
  std::uint64_t subscriptions = 0;
  std::uint64_t runs = 0;
};

class Metrics {
 public:
  explicit Metrics(const Clock& clock);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Runs. Labels, in this order: surface and mode; surface and state; surface; the error's code.
  Family<Counter> runs_started;
  Family<Counter> runs_finished;
  Family<Gauge> runs_active;
  Family<Histogram> run_duration;
  Family<Histogram> first_token;
  Family<Histogram> event_delay;  // label: surface
  Family<Counter> errors;
  Family<Counter> runs_restarted;
  Family<Counter> runs_recovered;
  // Labels, in this order: the model's alias and what was counted (input, output, cached, reasoning); alias;
  // both aliases.
  Family<Counter> tokens;
  Family<Counter> cost_nanodollars;
  Family<Counter> fallbacks;
  // Events that a batch made readable: add the size of the batch. The chunk rate of A13 is the rate of this
  // counter.
  Counter events_published;
  Counter subscriptions_opened;
  // C6: answers of runs that may share an answer.
  Counter cache_hits;
  Counter cache_misses;
  Counter cache_shared;
  Counter cache_stale;

  // HTTP. Labels, in this order: route, method and status; route; route and how it ended; the reason.
  Family<Counter> http_requests;
  Family<Histogram> http_duration;
  Family<Histogram> stream_duration;
  Family<Counter> streams_ended;
  Counter stream_bytes;
  Family<Counter> connections_refused;
  Family<Counter> tls_handshakes;

  // Refusals. Labels, in this order: the reason; the limit's name; the module.
  Family<Counter> auth_failures;
  Family<Counter> limit_refusals;
  Family<Counter> quota_reservations;
  Family<Counter> storage_error;
  // 1 while the server is degraded. Label: the reason (ops/degraded.hpp).
  Family<Gauge> degraded;
  // Outcomes of SIGHUP. Label: done or refused.
  Family<Counter> reloads;

  void watch_open(std::function<OpenSample()> sample);
  void watch_journal(std::function<JournalSample()> sample);
  void watch_store(std::function<StoreSample()> sample);
  // Free bytes on the disk of the data directory. Nothing: unknown.
  void watch_disk(std::function<std::optional<std::uint64_t>()> sample);
  void watch_provider(std::string name, std::function<ProviderSample()> sample);

  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";
  // The page in Prometheus's text format. Takes milliseconds, because it reads /proc.
  std::string render() const;

 private:
  const WallTime started_;
  std::function<OpenSample()> open_;
  std::function<JournalSample()> journal_;
  std::function<StoreSample()> store_;
  std::function<std::optional<std::uint64_t>()> disk_;
  std::vector<std::pair<std::string, std::function<ProviderSample()>>> providers_;
};

}  // namespace belay::ops
