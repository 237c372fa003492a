#include "app/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::app {

using namespace std::chrono_literals;

void declare(Settings& settings, ProcessConfig& process) {
  settings.section("process", "The process as a whole.");
  settings.string("data_directory", process.data_directory, 4096,
                  "Directory of the journal, the store and the server's own keys. Created when it is "
                  "missing. Only one process at a time may use it. Relative paths start at the working "
                  "directory. `belay serve --data DIR` sets it too.");
  settings.integer("threads", process.threads, {0, 64, "threads"},
                   "Threads with one event loop each. 0: one per processor that the process may use, by its "
                   "affinity and the CPU quota of its control group (a container's limit).");
  settings.integer("workers", process.workers, {1, 64, "threads"},
                   "Threads for slow work, such as signature checks. Exports have their own threads.");
  settings.integer("worker_queue", process.worker_queue, {1, 1'000'000, "tasks"},
                   "How many tasks may wait for those threads. Beyond it requests are answered with 503.");
  settings.duration("drain_time", process.drain_time, {0ms, 1h},
                    "After SIGTERM no new run is started. Running ones may continue for this long with their "
                    "readers attached. The next process takes over the rest.");
  settings.boolean(
      "metrics_for_all", process.metrics_for_all,
      "Whether /metrics on the main listener answers everyone. If false, it answers only this machine, and "
      "no request that a proxy forwarded. The operations listener has the same page.");
  settings.boolean(
      "page", process.page,
      "Whether the web page is served, at /, and its API reference, at /docs. If false, /docs is a "
      "plain list of all paths.");
}

void declare(Settings& settings, OperationsConfig& operations) {
  settings.section(
      "operations",
      "A separate listener for operators: /metrics, /healthz and /readyz without sign-in, and the "
      "operators' API below /api/admin. Keep it where only operators can reach it.");
  settings.boolean("enabled", operations.enabled, "Whether this listener exists.");
  settings.string("address", operations.address, 64,
                  "The numeric address to listen on. On a loopback address only requests to loopback host "
                  "names are served.");
  settings.integer("port", operations.port, {0, 65535},
                   "TCP port. 0: a free port, which the log line \"operations_listening\" names. While it is "
                   "not set here, a free port is also used when the default is in use, when server.port is "
                   "0, and in development mode.");
  settings.integer("max_connections", operations.max_connections, {1, 10'000, "connections"},
                   "Connections open at once.");
  settings.boolean("tls", operations.tls,
                   "Whether this listener speaks TLS, with the certificate of server.tls.");
}

void declare(Settings& settings, RetentionConfig& config) {
  settings.section(
      "retention",
      "How long data of finished runs is kept. Messages of conversations stay until they are deleted.");
  settings.duration(
      "events", config.events, {1min, 87600h},
      "Events of finished runs. An answer can be resumed and replayed for this long. Then: 410.");
  settings
      .size("max_event_bytes", config.max_event_bytes, {1_MiB, 1'073'741'824_MiB},
            "All these events together. Beyond it the oldest are removed first.")
      .renamed_from("most_event_bytes");
  settings.duration("records", config.records, {1min, 87600h},
                    "The record that a run existed, so that it is answered with 410 instead of 404. Not "
                    "shorter than events.");
  settings.duration("sweep_interval", config.sweep_interval, {1s, 24h},
                    "How often the server looks for data to remove.");
}

}  // namespace belay::app
