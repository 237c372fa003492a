#include "ops/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "ops/embedded.hpp"
#include "ops/process_usage.hpp"

namespace belay::ops {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Collects families in the data types of the Prometheus library.
class Page {
 public:
  // The page shows the counter's value multiplied by `unit`.
  void add(const Family<Counter>& family, double unit = 1) {
    MetricFamily& out = open(family.description(), MetricType::Counter);
    family.for_each([&](const std::vector<std::string>& values, const Counter& counter) {
      series(out, family, values).counter.value = static_cast<double>(counter.value()) * unit;
    });
  }
  void add(const Family<Gauge>& family) {
    MetricFamily& out = open(family.description(), MetricType::Gauge);
    family.for_each([&](const std::vector<std::string>& values, const Gauge& gauge) {
      series(out, family, values).gauge.value = static_cast<double>(gauge.value());
    });
  }
  void add(const Family<Histogram>& family) {
    MetricFamily& out = open(family.description(), MetricType::Histogram);
    family.for_each([&](const std::vector<std::string>& values, const Histogram& histogram) {
      fill(series(out, family, values), histogram.snapshot());
    });
  }
  static void fill(ClientMetric& metric, const Histogram::Snapshot& snapshot) {
    ClientMetric::Histogram& target = metric.histogram;
    target.sample_count = snapshot.count;
    target.sample_sum = snapshot.sum_seconds;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i)
      target.bucket.push_back({snapshot.cumulative[i], Histogram::kBounds[i]});
  }
  template <class Number>
  void counter(const char* name, const char* help, Number value) {
    one(open({name, help, {}}, MetricType::Counter)).counter.value = static_cast<double>(value);
  }
  template <class Number>
  void gauge(const char* name, const char* help, Number value) {
    one(open({name, help, {}}, MetricType::Gauge)).gauge.value = static_cast<double>(value);
  }

  MetricFamily& open(const FamilyDescription& description, MetricType type) {
    return families_.emplace_back(MetricFamily{description.name, description.help, type, {}});
  }
  static ClientMetric& one(MetricFamily& family) { return family.metric.emplace_back(); }

  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  template <class Instrument>
  static ClientMetric& series(MetricFamily& out, const Family<Instrument>& family,
                              const std::vector<std::string>& values) {
    ClientMetric& metric = out.metric.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i)
      metric.label.push_back({family.description().labels[i], values[i]});
    return metric;
  }

  std::vector<MetricFamily> families_;
};

void add_open(Page& page, const OpenSample& open) {
  page.gauge("belay_connections", "Connections open now.", open.connections);
  page.gauge("belay_streams", "Streams (SSE) open now.", open.streams);
  page.gauge("belay_subscriptions", "Readers of logs now.", open.subscriptions);
  page.gauge("belay_runs_live", "Runs of all surfaces that have not ended.", open.runs);
}

void add_journal(Page& page, const JournalSample& journal) {
  page.counter("belay_journal_batches_total", "Batches written to the journal.", journal.batches);
  page.counter("belay_journal_events_total", "Events written to the journal.", journal.events);
  page.counter("belay_journal_bytes_total", "Bytes written to the journal.", journal.bytes);
  page.counter("belay_journal_failures_total", "Commits of the journal that failed; they are tried again.",
               journal.failures);
  page.gauge("belay_journal_segments", "Segment files of the journal now.", journal.segments);
  page.gauge("belay_journal_size_bytes", "What this process's segment files take on the disk now.",
             journal.size);
}

void add_store(Page& page, const StoreSample& store) {
  page.counter("belay_store_settlements_total", "Runs settled, each once.", store.settlements);
  page.counter("belay_store_operations_total", "Operations of the store that are done, well or not.",
               store.operations);
  page.counter("belay_store_failures_total", "Operations of the store that failed.", store.failures);
  page.counter("belay_store_refused_total", "Operations refused because the store's queue was full.",
               store.refused);
  page.counter("belay_store_transactions_total", "Transactions of the store.", store.transactions);
  page.counter("belay_store_given_up_total", "Requests that were told not to wait for a store that is stuck.",
               store.given_up);
  page.gauge("belay_store_queue_depth", "Operations that wait for the store now.", store.queue_depth);
}

void add_providers(Page& page,
                   const std::vector<std::pair<std::string, std::function<ProviderSample()>>>& providers) {
  if (providers.empty()) return;
  std::vector<std::pair<std::string, ProviderSample>> samples;
  for (const auto& [name, sample] : providers) samples.emplace_back(name, sample());
  const auto family = [&](const char* name, const char* help, std::uint64_t ProviderSample::*member) {
    MetricFamily& out = page.open({name, help, {}}, MetricType::Counter);
    for (const auto& [provider, sample] : samples) {
      ClientMetric& metric = Page::one(out);
      metric.label.push_back({"provider", provider});
      metric.counter.value = static_cast<double>(sample.*member);
    }
  };
  family("belay_provider_calls_total", "Calls of a provider that were begun.", &ProviderSample::started);
  family("belay_provider_completed_total", "Calls of a provider that gave a whole answer.",
         &ProviderSample::completed);
  family("belay_provider_errors_total", "Calls of a provider that ended in an error.",
         &ProviderSample::failed);
  family("belay_provider_cancels_total", "Calls of a provider that were cancelled.",
         &ProviderSample::cancelled);
  family("belay_provider_retries_total", "Attempts after a call's first.", &ProviderSample::retried);
  family("belay_provider_spared_total", "Attempts not made because the address had failed again and again.",
         &ProviderSample::skipped_by_breaker);
  family("belay_provider_breaker_opened_total", "How often the address was left alone.",
         &ProviderSample::breaker_opened);
  const auto gauge = [&](const char* name, const char* help, auto value) {
    MetricFamily& out = page.open({name, help, {}}, MetricType::Gauge);
    for (const auto& [provider, sample] : samples) {
      ClientMetric& metric = Page::one(out);
      metric.label.push_back({"provider", provider});
      metric.gauge.value = static_cast<double>(value(sample));
    }
  };
  gauge("belay_provider_waiting", "Calls that wait for a place among the provider's calls.",
        [](const ProviderSample& sample) { return sample.waiting; });
  const auto times = [&](const char* name, const char* help,
                         Histogram::Snapshot ProviderSample::Times::*which) {
    MetricFamily& out = page.open({name, help, {}}, MetricType::Histogram);
    for (const auto& [provider, sample] : samples)
      for (const ProviderSample::Times& each : sample.times) {
        ClientMetric& metric = Page::one(out);
        metric.label.push_back({"provider", provider});
        metric.label.push_back({"outcome", std::string(each.outcome)});
        Page::fill(metric, each.*which);
      }
  };
  times("belay_provider_call_duration_seconds",
        "From the start of a provider's call to its end, waiting and retries included.",
        &ProviderSample::Times::duration);
  times("belay_provider_first_token_seconds",
        "From the start of a provider's call to the first piece of its answer.",
        &ProviderSample::Times::first_piece);
  gauge("belay_provider_breaker_open", "Whether the address is left alone now: 1.",
        [](const ProviderSample& sample) { return sample.breaker_open ? 1 : 0; });
}

void add_process(Page& page, WallTime started) {
  MetricFamily& build =
      page.open({"belay_build_info", "Always 1; the labels say which build this is.", {}}, MetricType::Gauge);
  ClientMetric& info = Page::one(build);
  info.label.push_back({"version", std::string(version())});
  info.gauge.value = 1;

  const ProcessUsage usage = process_usage();
  page.gauge("belay_heap_in_use_bytes", "Memory that is allocated and in use.", usage.heap_in_use_bytes);
  // These names are the same as in Prometheus's own client libraries.
  page.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
             static_cast<double>(started.ms) / 1000);
  page.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.", usage.resident_bytes);
  page.gauge("process_open_fds", "Open file descriptors.", usage.open_files);
  page.gauge("process_max_fds", "File descriptors that may be open.", usage.max_open_files);
  page.gauge("process_threads", "Threads of the process.", usage.threads);
  page.counter("process_cpu_seconds_total", "Processor time used, user and system.", usage.cpu_seconds);
}

}  // namespace

Metrics::Metrics(const Clock& clock)
    : runs_started({"belay_runs_started_total", "Runs taken on.", {"surface", "mode"}}),
      runs_finished({"belay_runs_finished_total", "Runs ended, by their last state.", {"surface", "state"}}),
      runs_active({"belay_runs_active", "Runs queued or running.", {"surface"}}),
      run_duration({"belay_run_duration_seconds", "From a run's start to its end.", {"surface"}}),
      first_token(
          {"belay_first_token_seconds", "From a run's start to the first piece of its answer.", {"surface"}}),
      event_delay({"belay_event_delay_seconds",
                   "From an event written to a user's channel to its publication.",
                   {"surface"}}),
      errors({"belay_errors_total", "Errors told to clients, in answers and in streams.", {"code"}}),
      runs_restarted(
          {"belay_runs_restarted_total", "Answers begun anew behind a `restarted` event.", {"surface"}}),
      runs_recovered(
          {"belay_runs_recovered_total", "Runs taken up again after a crash.", {"surface", "how"}}),
      tokens({"belay_tokens_total", "Tokens of ended runs, as counted or estimated.", {"model", "kind"}}),
      cost_nanodollars({"belay_cost_usd_total",
                        "What ended runs cost by the catalogue's prices, in US dollars.",
                        {"model"}}),
      fallbacks({"belay_fallbacks_total",
                 "Answers that another model took over because the one before it failed.",
                 {"model", "by"}}),
      http_requests({"belay_http_requests_total",
                     "Requests answered. Unknown methods and paths are other.",
                     {"route", "method", "status"}}),
      http_duration({"belay_http_request_duration_seconds",
                     "From a request to the end of its answer; streams apart.",
                     {"route"}}),
      stream_duration({"belay_stream_duration_seconds", "How long streams (SSE) were open.", {"route"}}),
      streams_ended({"belay_streams_ended_total", "Streams ended, by why.", {"route", "end"}}),
      connections_refused({"belay_connections_refused_total", "Connections not taken.", {"reason"}}),
      tls_handshakes({"belay_tls_handshakes_total", "TLS handshakes, by how they ended.", {"outcome"}}),
      auth_failures({"belay_auth_failures_total", "Requests whose sign-in was refused.", {"reason"}}),
      limit_refusals({"belay_limit_refusals_total", "Requests that a limit refused.", {"limit"}}),
      quota_reservations({"belay_quota_reservations_total",
                          "Requests counted against a quota; those that are given back are included.",
                          {"limit"}}),
      storage_error(
          {"belay_storage_trouble_total", "Failures of journal and store, each attempt.", {"part"}}),
      degraded(
          {"belay_degraded", "Whether the server is not at its best for this reason now: 1.", {"reason"}}),
      reloads({"belay_reloads_total", "Configurations read again, by what became of them.", {"outcome"}}),
      started_(clock.wall()) {}

void Metrics::watch_open(std::function<OpenSample()> sample) {
  open_ = std::move(sample);
}
void Metrics::watch_journal(std::function<JournalSample()> sample) {
  journal_ = std::move(sample);
}
void Metrics::watch_store(std::function<StoreSample()> sample) {
  store_ = std::move(sample);
}
void Metrics::watch_disk(std::function<std::optional<std::uint64_t>()> sample) {
  disk_ = std::move(sample);
}
void Metrics::watch_provider(std::string name, std::function<ProviderSample()> sample) {
  providers_.emplace_back(std::move(name), std::move(sample));
}

std::string Metrics::render() const {
  Page page;
  for (const auto* family : {&runs_started, &runs_finished, &runs_restarted, &runs_recovered, &errors})
    page.add(*family);
  page.add(tokens);
  page.add(cost_nanodollars, 1e-9);
  page.add(fallbacks);
  page.add(runs_active);
  page.add(run_duration);
  page.add(first_token);
  page.add(event_delay);
  page.counter("belay_events_published_total",
               "Events of runs made readable: nearly all of them pieces of answers.",
               events_published.value());
  page.counter("belay_subscriptions_opened_total", "Readers that have begun to read a log.",
               subscriptions_opened.value());
  page.counter("belay_cache_hits_total", "Answers that were given again from the cache.", cache_hits.value());
  page.counter("belay_cache_misses_total", "Answers that the cache did not have.", cache_misses.value());
  page.counter("belay_cache_shared_total", "Answers that were under way for another run.",
               cache_shared.value());
  page.counter("belay_cache_stale_total", "Expired answers given because the provider failed.",
               cache_stale.value());
  for (const auto* family : {&http_requests, &streams_ended, &connections_refused, &tls_handshakes,
                             &auth_failures, &limit_refusals, &quota_reservations, &storage_error, &reloads})
    page.add(*family);
  page.add(http_duration);
  page.add(stream_duration);
  page.counter("belay_stream_bytes_total", "Bytes sent in streams.", stream_bytes.value());
  if (open_) add_open(page, open_());
  if (journal_) add_journal(page, journal_());
  if (store_) add_store(page, store_());
  if (const auto free = disk_ ? disk_() : std::nullopt)
    page.gauge("belay_disk_free_bytes", "Free space where the data directory is.", *free);
  page.add(degraded);
  add_providers(page, providers_);
  add_process(page, started_);
  return page.text();
}

}  // namespace belay::ops
