// The whole server, composed from its modules. Here all concrete classes meet.
//
// The members are built in order, each from the members before it, and destroyed in reverse order. build()
// does everything that can fail and may block: it locks the data directory, reads the journal and opens the
// store. run() serves until a signal stops the server.
//
//   build():  data directory ─▶ store, journal ─▶ providers, models ─▶ sign-in ─▶ engine, recovery
//             ─▶ surfaces, router
//   run():    listen ─▶ loops ─▶ … ─▶ drain ─▶ cut ─▶ stop
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/key_fetcher.hpp"
#include "app/observers.hpp"
#include "app/operations_listener.hpp"
#include "app/preparation.hpp"
#include "app/storage_watch.hpp"
#include "auth/authenticator.hpp"
#include "auth/routes.hpp"
#include "base/fair_thread_pool.hpp"
#include "base/random.hpp"
#include "core/run/engine.hpp"
#include "ops/configuration.hpp"
#include "ops/degraded.hpp"
#include "ops/health.hpp"
#include "ops/logging.hpp"
#include "ops/metrics.hpp"
#include "providers/fallback/fallback_provider.hpp"
#include "providers/http/curl_client.hpp"
#include "providers/registry.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/memory/counters.hpp"
#include "storage/sqlite/store.hpp"
#include "surfaces/assistant/routes.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/runtime_config.hpp"
#include "transport/http1/http1_server.hpp"

namespace belay::app {

class Server {
 public:
  using ReadConfiguration = std::function<ops::ConfigurationOutcome()>;
  // Problems of the configuration are all reported to the outcome, before anything is opened. The returned
  // error is about the machine. `read_again` reads and checks the configuration again, on any thread; SIGHUP
  // uses it.
  static Result<std::unique_ptr<Server>> build(ops::ConfigurationOutcome& outcome,
                                               ReadConfiguration read_again);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves on this thread and others until SIGTERM or SIGINT, then drains. SIGHUP reloads (app/reload.hpp).
  // `listening` is called once, with the address.
  Result<> run(const std::function<void(const std::string& url)>& listening);

 private:
  class Shutdown;
  class Reload;
  Server(ops::Configuration configuration, ReadConfiguration read_again);
  Result<> open_storage();
  void take_models(Prepared prepared);
  providers::FallbackProvider::Observe fallback_observer();
  Result<> build_sign_in();
  Result<> build_engine();
  Result<> build_routes();
  void take_runtime_config(std::shared_ptr<const surfaces::RuntimeConfig> live);
  void watch_with_metrics();
  void sweep_sessions();
  void restore_windows(const Engine::Recovered& recovered);
  Result<std::uint16_t> listen();
  void run_maintenance();
  void join_threads();

  const ops::Configuration configuration_;  // as at the start of the server
  const ReadConfiguration read_configuration_;
  SystemClock clock_;
  SecureRandom random_;
  ops::Log log_;
  ops::Metrics metrics_;
  ops::Health health_;
  ops::Degraded degraded_;
  EngineReporter engine_reporter_;
  TransportReporter transport_reporter_;

  std::optional<storage::DataDirectory> data_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<ThreadPool> workers_;
  std::unique_ptr<FairThreadPool> heavy_workers_;

  std::unique_ptr<storage::SqliteStore> store_;
  storage::PosixFileSystem files_;
  std::unique_ptr<storage::Journal> journal_;
  storage::MemoryCounters counters_;

  providers::CurlClient http_client_;
  std::optional<providers::Registry> providers_;
  Snapshot<ModelCatalogue> models_;  // the same as in live_
  Snapshot<surfaces::RuntimeConfig> live_;

  std::unique_ptr<HttpKeyFetcher> key_fetcher_;
  std::unique_ptr<auth::KeySet> keys_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::unique_ptr<auth::FileTicketUses> ticket_uses_;
  std::unique_ptr<auth::Tickets> tickets_;
  std::unique_ptr<auth::OriginPolicy> origins_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<auth::AuthRoutes> auth_routes_;

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<surfaces::assistant::AssistantRoutes> assistant_;
  std::unique_ptr<surfaces::chat::ChatRoutes> chat_;
  std::unique_ptr<surfaces::persona::PersonaRoutes> persona_;
  transport::Router router_;
  transport::OpenCounts open_;
  std::vector<std::unique_ptr<transport::Http1Server>> servers_;
  std::unique_ptr<OperationsListener> operations_;

  std::unique_ptr<StorageWatch> storage_watch_;
  std::optional<Timer> maintenance_;
  SteadyTime next_sweep_{};
  SteadyTime next_session_sweep_{};
  std::unique_ptr<Reload> reload_;
  std::unique_ptr<Shutdown> shutdown_;
  std::vector<std::thread> threads_;
};

}  // namespace belay::app
