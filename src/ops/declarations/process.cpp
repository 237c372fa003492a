#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_process(Settings& settings, Configuration& configuration) {
  ProcessConfig& process = configuration.process;
  settings.section("process", "The process as a whole.");
  settings.text(
      "data_directory", process.data_directory, 4096,
      "Where everything is kept: journal, store, the server's own keys. Made when it is missing. One process "
      "at a time "
      "may use it. Relative paths start at the working directory. `belay serve --data DIR` sets it too.");
  settings.integer(
      "threads", process.threads, {0, 64, "threads"},
      "Threads with an event loop each. 0: one for each processor that the process may use, by its "
      "affinity and the CPU quota of its control group (a container's limit).");
  settings.integer(
      "workers", process.workers, {1, 64, "threads"},
      "Threads for what takes long, such as signature checks. Exports have threads of their own.");
  settings.integer("worker_queue", process.worker_queue, {1, 1'000'000, "tasks"},
                   "What may wait for those threads. Beyond it requests are answered 503.");
  settings.duration("drain_time", process.drain_time, {0ms, 1h},
                    "After SIGTERM no run is started any more; running ones may go on for this long with "
                    "their readers attached. "
                    "What is left then is taken up by the next process.");
  settings.truth(
      "metrics_for_all", process.metrics_for_all,
      "Whether /metrics on the main listener answers everybody. Without it, it answers this machine "
      "alone, and nothing that a proxy passed on; the operations listener has the same page.");

  OperationsConfig& operations = configuration.operations;
  settings.section(
      "operations",
      "A listener of its own for operators: /metrics, /healthz and /readyz, without sign-in. Keep it "
      "where only operators can reach it.");
  settings.truth("enabled", operations.enabled, "Whether there is one.");
  settings.text(
      "address", operations.address, 64,
      "The numeric address to listen on. On a loopback address only requests to loopback host names are "
      "answered.");
  settings.integer(
      "port", operations.port, {0, 65535},
      "TCP port. 0 takes a free one; the log line \"operations_listening\" says which. As long as it is "
      "not set here, a free one is also taken where the default is in use, where server.port is 0, and "
      "in development mode.");
  settings.integer("max_connections", operations.max_connections, {1, 10'000, "connections"},
                   "Connections open at once.");

  LogConfig& log = configuration.log;
  settings.section("log", "JSON lines on standard error. Prompts and answers are never in them.");
  settings.choice<LogLevel>("level", log.level,
                            {{"debug", LogLevel::debug},
                             {"info", LogLevel::info},
                             {"warning", LogLevel::warning},
                             {"error", LogLevel::error}},
                            "Lines below this level are not written.");
  settings.integer("most_repeats_per_second", log.most_repeats_per_second, {1, 1'000'000, "lines"},
                   "Warnings and errors of one event name that are written within a second. Those beyond are "
                   "counted, and the "
                   "count stands in the next line of that event.");
}

void declare_retention(Settings& settings, RetentionConfig& config) {
  settings.section("retention",
                   "How long what has ended is kept. Messages of conversations stay until they are deleted.");
  settings.duration("events", config.events, {1min, 87600h},
                    "Events of finished runs: for so long an answer can be resumed and replayed. Then: 410.");
  settings.size("most_event_bytes", config.most_event_bytes, {1_MiB, 1'073'741'824_MiB},
                "All of them together. Beyond it the oldest go first.");
  settings.duration("records", config.records, {1min, 87600h},
                    "That a run existed, so that it is answered 410 and not 404; not shorter than events.");
  settings.duration("sweep_interval", config.sweep_interval, {1s, 24h},
                    "How often is looked for what may go.");
}

}  // namespace belay::ops
