// Requirement A13: the metrics and their names.
#include "ops/metrics.hpp"

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::ops {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
 protected:
  std::set<std::string> lines() const {
    std::set<std::string> all;
    std::istringstream in(metrics_.render());
    for (std::string line; std::getline(in, line);) all.insert(line);
    return all;
  }
  void expect_line(const std::string& line) const {
    EXPECT_TRUE(lines().contains(line)) << line << "\n" << metrics_.render();
  }

  ManualClock clock_{{1'795'267'085'500}};
  Metrics metrics_{clock_};
};

TEST_F(MetricsTest, a13_runs_are_counted_by_surface_mode_and_state) {
  metrics_.runs_started.with({"assistant", "chat"}).add(3);
  metrics_.runs_finished.with({"assistant", "completed"}).add();
  metrics_.runs_active.with({"assistant"}).add(3);
  metrics_.runs_active.with({"assistant"}).subtract();
  metrics_.errors.with({"rate_limited"}).add();
  metrics_.events_published.add(250);
  expect_line(R"(belay_runs_started_total{surface="assistant",mode="chat"} 3)");
  expect_line(R"(belay_runs_finished_total{surface="assistant",state="completed"} 1)");
  expect_line(R"(belay_runs_active{surface="assistant"} 2)");
  expect_line(R"(belay_errors_total{code="rate_limited"} 1)");
  expect_line("belay_events_published_total 250");
  expect_line("# TYPE belay_runs_started_total counter");
  expect_line("# TYPE belay_runs_active gauge");
  expect_line("# HELP belay_errors_total Errors told to clients, in answers and in streams.");
}

TEST_F(MetricsTest, a13_durations_are_histograms_with_cumulative_buckets) {
  Histogram& durations = metrics_.stream_duration.with({"assistant.stream"});
  durations.observe(1ms);  // exactly on a bound: counts as within it
  durations.observe(1100us);
  durations.observe(2h);   // beyond every bound
  durations.observe(-1s);  // a clock that was set back
  expect_line("# TYPE belay_stream_duration_seconds histogram");
  expect_line(R"(belay_stream_duration_seconds_bucket{route="assistant.stream",le="0.0005"} 1)");
  expect_line(R"(belay_stream_duration_seconds_bucket{route="assistant.stream",le="0.001"} 2)");
  expect_line(R"(belay_stream_duration_seconds_bucket{route="assistant.stream",le="0.0025"} 3)");
  expect_line(R"(belay_stream_duration_seconds_bucket{route="assistant.stream",le="1800"} 3)");
  expect_line(R"(belay_stream_duration_seconds_bucket{route="assistant.stream",le="+Inf"} 4)");
  expect_line(R"(belay_stream_duration_seconds_count{route="assistant.stream"} 4)");
  expect_line(R"(belay_stream_duration_seconds_sum{route="assistant.stream"} 7200.0021)");
}

TEST_F(MetricsTest, a13_what_rooms_count_themselves_is_sampled) {
  metrics_.watch_open(
      [] { return OpenSample{.connections = 4, .streams = 3, .subscriptions = 2, .runs = 1}; });
  metrics_.watch_journal(
      [] { return JournalSample{.batches = 5, .events = 50, .bytes = 4096, .failures = 1, .segments = 2}; });
  metrics_.watch_store([] { return StoreSample{.settlements = 7, .queue_depth = 9}; });
  metrics_.watch_provider("one", [] {
    return ProviderSample{.started = 6, .completed = 3, .failed = 2, .cancelled = 1, .retried = 4};
  });
  metrics_.watch_provider("two", [] { return ProviderSample{}; });
  for (const char* line :
       {"belay_connections 4", "belay_streams 3", "belay_subscriptions 2", "belay_runs_live 1",
        "belay_journal_batches_total 5", "belay_journal_bytes_total 4096", "belay_journal_failures_total 1",
        "belay_journal_segments 2", "belay_store_settlements_total 7", "belay_store_queue_depth 9",
        R"(belay_provider_calls_total{provider="one"} 6)", R"(belay_provider_errors_total{provider="one"} 2)",
        R"(belay_provider_cancels_total{provider="one"} 1)",
        R"(belay_provider_retries_total{provider="one"} 4)",
        R"(belay_provider_calls_total{provider="two"} 0)"})
    expect_line(line);
}

TEST_F(MetricsTest, a13_the_process_tells_what_it_uses) {
  expect_line("process_start_time_seconds 1795267085.5");
  const std::string page = metrics_.render();
  for (const char* name :
       {"process_resident_memory_bytes ", "process_open_fds ", "process_max_fds ", "process_threads ",
        "process_cpu_seconds_total ", "belay_heap_in_use_bytes ", "belay_build_info{version=\""})
    EXPECT_THAT(page, HasSubstr(std::string("\n") + name));
  EXPECT_THAT(page, Not(HasSubstr("\nprocess_resident_memory_bytes 0\n")));
  EXPECT_THAT(page, Not(HasSubstr("\nprocess_open_fds 0\n")));
}

TEST_F(MetricsTest, a13_a_providers_times_are_histograms_by_outcome) {
  Histogram durations;
  durations.observe(20ms);
  metrics_.watch_provider("one", [&] {
    ProviderSample sample;
    sample.times = {{"completed", durations.snapshot(), {}}, {"failed", {}, {}}};
    return sample;
  });
  expect_line("# TYPE belay_provider_call_duration_seconds histogram");
  expect_line(
      R"(belay_provider_call_duration_seconds_bucket{provider="one",outcome="completed",le="0.025"} 1)");
  expect_line(R"(belay_provider_call_duration_seconds_count{provider="one",outcome="failed"} 0)");
  expect_line(R"(belay_provider_first_token_seconds_count{provider="one",outcome="completed"} 0)");
}

// tests/e2e/operations.test.mjs also compares the labels, and checks that every documented metric exists.
TEST_F(MetricsTest, a13_every_metric_is_documented_with_its_type) {
  metrics_.watch_open([] { return OpenSample{}; });
  metrics_.watch_journal([] { return JournalSample{}; });
  metrics_.watch_store([] { return StoreSample{}; });
  metrics_.watch_provider("one", [] { return ProviderSample{}; });
  std::map<std::string, std::string> documented;
  std::ifstream document(BELAY_REPOSITORY "/docs/OPERATIONS.md");
  const std::regex row(R"(^\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \|.*)");
  std::smatch match;
  for (std::string line; std::getline(document, line);)
    if (std::regex_match(line, match, row)) documented.emplace(match[1], match[2]);
  std::istringstream page(metrics_.render());
  std::size_t families = 0;
  for (std::string line; std::getline(page, line);) {
    std::istringstream words(line);
    std::string hash, type, name, kind;
    if (!(words >> hash >> type >> name >> kind) || hash != "#" || type != "TYPE") continue;
    ++families;
    EXPECT_EQ(documented[name], kind)
        << name << " is not in the table of docs/OPERATIONS.md as it is on the page";
  }
  EXPECT_GT(families, 50u);
}

TEST_F(MetricsTest, a_label_value_is_escaped) {
  metrics_.limit_refusals.with({"a\"b\\c\nd"}).add();
  expect_line(R"(belay_limit_refusals_total{limit="a\"b\\c\nd"} 1)");
}

TEST_F(MetricsTest, series_beyond_the_bound_are_counted_together) {
  for (std::size_t i = 0; i < Family<Counter>::kMaxSeries + 20; ++i)
    metrics_.limit_refusals.with({"limit" + std::to_string(i)}).add();
  expect_line(R"(belay_limit_refusals_total{limit="other"} 20)");
  expect_line(R"(belay_limit_refusals_total{limit="limit0"} 1)");
}

TEST_F(MetricsTest, a_series_keeps_its_place_while_others_are_added) {
  Counter& kept = metrics_.errors.with({"internal"});
  for (int i = 0; i < 100; ++i) metrics_.errors.with({"code" + std::to_string(i)});
  EXPECT_EQ(&kept, &metrics_.errors.with({"internal"}));
}

TEST_F(MetricsTest, counting_on_several_threads_loses_nothing) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this] {
      for (int i = 0; i < 1000; ++i) {
        metrics_.errors.with({"internal"}).add();
        metrics_.run_duration.with({"assistant"}).observe(1s);
      }
    });
  threads.clear();
  EXPECT_EQ(metrics_.errors.with({"internal"}).value(), 4000u);
  EXPECT_EQ(metrics_.run_duration.with({"assistant"}).snapshot().count, 4000u);
}

}  // namespace
}  // namespace belay::ops
