// The whole server, built from its modules: the one place where concrete classes meet.
//
// Each member is built on those above it, and destroyed before them. build() does everything that can fail
// and may block: it locks the data directory, reads the journal, opens the store. run() serves until a signal
// stops it.
//
//   build(): models ─▶ storage ─▶ sign-in ─▶ engine, recovery ─▶ surfaces ─▶ listeners
//   run():   listen ─▶ loops ─▶ … ─▶ drain ─▶ hand over ─▶ cut ─▶ stop
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/access_control.hpp"
#include "app/configuration.hpp"
#include "app/context_fetcher.hpp"
#include "app/listeners.hpp"
#include "app/maintenance.hpp"
#include "app/models.hpp"
#include "app/observability.hpp"
#include "app/reload.hpp"
#include "app/shutdown.hpp"
#include "app/sign_in.hpp"
#include "app/storage_watch.hpp"
#include "app/threads.hpp"
#include "base/random.hpp"
#include "core/run/engine.hpp"
#include "services/context/contexts.hpp"
#include "services/operators/operators.hpp"
#include "services/services.hpp"
#include "services/uploads/sealed_prompts.hpp"
#include "services/uploads/uploads.hpp"
#include "storage/storage.hpp"
#include "surfaces/admin/routes.hpp"
#include "surfaces/sendsage/parse.hpp"

namespace belay::app {

class Server final : private Stoppable {
 public:
  // What is wrong with the configuration is reported to the outcome, all of it, before anything is opened.
  // Otherwise the error says what the machine refused. `read_again` reads and checks the configuration once
  // more, on any thread: for SIGHUP.
  static Result<std::unique_ptr<Server>> build(ConfigurationOutcome& outcome,
                                               Reload::ReadConfiguration read_again);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves on this thread and others until SIGTERM or SIGINT, and drains. SIGHUP reloads (app/reload.hpp).
  // `listening` is called for each address of the clients' listeners.
  Result<> run(const std::function<void(const std::string& url)>& listening);

 private:
  struct UploadParts {
    UploadStore& store;
    FairThreadPool& pool;
    const Configuration& configuration;
    std::function<void(const Error&)> report;
    std::shared_ptr<const SealingKeys> keys;
  };
  // The surfaces, and what they stand on.
  struct Served {
    Served(const services::Parts& parts, const UploadParts& upload_parts,
           services::Operators::Parts operators_parts, Engine& engine, auth::Authenticator& authenticator);
    services::Services services;
    services::Uploads uploads;
    services::Operators operators;
    surfaces::admin::AdminRoutes admin;
    std::vector<ServedSurface> surfaces;
  };

  explicit Server(const Configuration& configuration);
  Result<> build(Prepared prepared, Reload::ReadConfiguration read_again);
  Result<> open_storage();
  Result<> build_contexts();
  Result<> build_sign_in();
  Result<> load_revocations();
  Result<> load_upload_keys();
  Result<> build_engine();
  void finish_erasures_before_start();
  void finish_erasures();
  void report_erasures(const Result<std::size_t>& count);
  void report_upload(const Error& error);
  void sweep_uploads();
  void resume_rotation();
  void build_surfaces();
  void restore_windows(const Engine::Recovered& recovered);
  Result<> build_listeners();
  void watch_with_metrics();

  // Stoppable
  std::size_t live_runs() const override { return engine_->live_runs(); }
  std::size_t open_streams() const override { return listeners_->open_streams(); }
  void drain() override;
  void hand_over(UniqueFunction<void()> done) override;
  void cut_streams() override { listeners_->cut_streams(); }
  void stop() override;

  const Configuration configuration_;  // as the server was started
  SystemClock clock_;
  SecureRandom random_;
  Observability observability_;
  Threads threads_;
  std::unique_ptr<storage::Storage> storage_;
  Models models_;
  // The prompts of the coach hold what files say.
  services::SealedPrompts sealed_prompts_{
      [](const RunRequest& request) { return request.surface == surfaces::sendsage::kSurface; }};
  std::shared_ptr<const SealingKeys> upload_keys_;     // at the start; null: no file is taken
  std::unique_ptr<HttpContextSource> context_source_;  // null: contexts are in the store
  std::unique_ptr<services::Contexts> contexts_;
  std::unique_ptr<SignIn> sign_in_;
  std::unique_ptr<SignInAccess> access_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Served> served_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<StorageWatch> storage_watch_;
  std::unique_ptr<Maintenance> maintenance_;
  std::unique_ptr<Reload> reload_;
  std::unique_ptr<Shutdown> shutdown_;
};

}  // namespace belay::app
