// The settings of the process as a whole, as opposed to those of one module.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::app {

struct ProcessConfig {
  // Directory of the journal, the store and the server's own keys. Created when it is missing. Only one
  // process may use it at a time.
  std::filesystem::path data_directory = "belay-data";
  // Threads with one event loop each. 0: one per processor that the process may use.
  std::size_t threads = 0;
  // Threads for slow work: signature checks. Exports have their own threads (exports/config.hpp).
  std::size_t workers = 2;
  // How many tasks may wait for these threads. Beyond: requests are answered with 503.
  std::size_t worker_queue = 10'000;
  // After SIGTERM: how long running answers may continue before they are handed over to the next process.
  Milliseconds drain_time{30'000};
  // Whether /metrics on the main listener also answers other machines, and requests that a proxy forwarded.
  bool metrics_for_all = false;
  // Whether the web page and its API reference are served, at / and /docs. Else /docs is a plain list.
  bool page = true;
};

// The listener for operators, separate from the clients' listener (requirement X22). Serves metrics and
// health without sign-in, and the operators' API.
struct OperationsConfig {
  bool enabled = true;
  // Numeric. Loopback by default; set another address only for a network of operators.
  std::string address = "127.0.0.1";
  // 0: the kernel chooses a free port.
  std::uint16_t port = 9464;
  // The port was not configured. Then a free port is chosen when this one is in use or when server.port is 0.
  // Not a setting of the file.
  bool port_is_default = true;
  // Connections open at once.
  std::size_t max_connections = 64;
  // Whether it speaks TLS, with the certificate of server.tls.
  bool tls = false;
};

// How long data of finished runs is kept.
struct RetentionConfig {
  // Events of finished runs. They can be resumed and replayed for this long.
  Milliseconds events{std::chrono::hours(24)};
  // All these events together. Beyond: the oldest are removed first.
  ByteCount max_event_bytes{4096_MiB};
  // The record that a run existed. It is then answered with 410 instead of 404.
  Milliseconds records{std::chrono::hours(24 * 30)};
  // How often the server looks for data to remove.
  Milliseconds sweep_interval{std::chrono::minutes(1)};
};

void declare(Settings& settings, ProcessConfig& config);
void declare(Settings& settings, OperationsConfig& config);
void declare(Settings& settings, RetentionConfig& config);

}  // namespace belay::app
