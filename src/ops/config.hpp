// The settings that belong to the process as a whole rather than to one room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::ops {

enum class LogLevel { debug, info, warning, error };

struct LogConfig {
  // Lines below this level are not written.
  LogLevel level = LogLevel::info;
  // Warnings and errors of one event name that are written within a second; those beyond are counted, and the
  // count stands in the next line of that event. 1 … 1,000,000.
  std::uint32_t most_repeats_per_second = 20;
};

struct ProcessConfig {
  // Where everything is kept: journal, store, keys of the server's own. Made when it is missing; one process
  // at a time.
  std::filesystem::path data_directory = "belay-data";
  // Threads with an event loop each; 0: one for each processor that the process may use. 0 … 64.
  std::size_t threads = 0;
  // Threads for what takes long: signature checks. 1 … 64. Exports have their own (exports/config.hpp).
  std::size_t workers = 2;
  // What may wait for them; beyond it requests are answered 503. 1 … 1,000,000.
  std::size_t worker_queue = 10'000;
  // After SIGTERM: how long running answers may go on before they are handed to the next process. 0 … 1 h.
  Milliseconds drain_time{30'000};
  // Whether /metrics on the main listener answers others than this machine, and requests that a proxy passed
  // on.
  bool metrics_for_all = false;
};

// The listener for operators, apart from the clients' (requirement X22): metrics and health, without sign-in.
struct OperationsConfig {
  bool enabled = true;
  // Numeric, and of this machine alone unless a network of operators is meant.
  std::string address = "127.0.0.1";
  // 0 takes a free one. 0 … 65535.
  std::uint16_t port = 9464;
  // Nobody chose it: a free one is taken where it is in use, and where server.port is 0. Not in the file.
  bool port_is_default = true;
  // Connections open at once. 1 … 10,000.
  std::size_t max_connections = 64;
};

// How long what has ended is kept.
struct RetentionConfig {
  // Events of finished runs: for so long they can be resumed and replayed. 1 min … 10 years.
  Milliseconds events{std::chrono::hours(24)};
  // All of them together; the oldest go first beyond it. 1 MiB … 1 PiB.
  ByteCount most_event_bytes{4096_MiB};
  // That a run existed, so that it is answered 410 and not 404. 1 min … 10 years.
  Milliseconds records{std::chrono::hours(24 * 30)};
  // How often is looked for what may go. 1 s … 24 h.
  Milliseconds sweep_interval{std::chrono::minutes(1)};
};

}  // namespace belay::ops
