#include "app/server.hpp"

#include <algorithm>
#include <future>
#include <unistd.h>

#include "app/known_series.hpp"
#include "app/processors.hpp"
#include "app/reload.hpp"
#include "app/routing.hpp"
#include "app/shutdown.hpp"
#include "auth/server_key.hpp"
#include "ops/durability.hpp"
#include "policy/persona_limits.hpp"
#include "prompts/token_estimate.hpp"
#include "prompts/tool_schema.hpp"
#include "surfaces/limits.hpp"
#include "surfaces/persona/errors.hpp"

namespace belay::app {
namespace {

constexpr Milliseconds kMaintenanceInterval{1000};

std::size_t loop_count(std::size_t configured) {
  if (configured != 0) return configured;
  return std::clamp<std::size_t>(usable_processors(), 1, storage::SegmentLedger::kMaxLoops);
}

}  // namespace

Server::Server(ops::Configuration configuration, ReadConfiguration read_again)
    : configuration_(std::move(configuration)),
      read_configuration_(std::move(read_again)),
      log_(configuration_.log, clock_, ops::standard_error_output()),
      metrics_(clock_),
      degraded_(log_, metrics_, health_, clock_),
      engine_reporter_(log_, metrics_, degraded_),
      transport_reporter_(log_, metrics_),
      counters_(configuration_.counters) {}

Server::~Server() {
  for (const auto& loop : loops_) loop->stop();
  join_threads();
}

Result<std::unique_ptr<Server>> Server::build(ops::ConfigurationOutcome& outcome,
                                              ReadConfiguration read_again) {
  std::unique_ptr<Server> server(new Server(outcome.configuration, std::move(read_again)));
  Prepared prepared = prepare(outcome, {server->http_client_, server->random_, server->fallback_observer()});
  if (!outcome.ok()) return make_error(ErrorCode::invalid_request, "The configuration is wrong.");
  for (std::size_t i = 0; i < loop_count(server->configuration_.process.threads); ++i)
    server->loops_.push_back(std::make_unique<Loop>(i, server->clock_));
  server->workers_ = std::make_unique<ThreadPool>(server->configuration_.process.workers,
                                                  server->configuration_.process.worker_queue);
  FairThreadPool::Config heavy;
  heavy.threads = server->configuration_.exports.threads;
  server->heavy_workers_ = std::make_unique<FairThreadPool>(heavy);

  server->take_models(std::move(prepared));
  Result<> built = server->open_storage();
  if (built) built = server->build_sign_in();
  if (built) built = server->build_engine();
  if (built) built = server->build_routes();
  if (!built) return built.error();
  server->watch_with_metrics();
  // After the engine's hooks, so that answers are sent before lines are written.
  for (const auto& loop : server->loops_) server->log_.buffer_turns_of(*loop);
  return server;
}

Result<> Server::open_storage() {
  auto data = storage::DataDirectory::open(configuration_.process.data_directory);
  if (!data) return data.error();
  data_.emplace(std::move(*data));
  const bool survives_power = configuration_.journal.durability == storage::Durability::disk;
  storage::SqliteConfig store_config = configuration_.store;
  store_config.sync_before_answering =
      survives_power && store_config.synchronous == storage::SqliteConfig::Synchronous::normal;
  auto store = storage::SqliteStore::open(data_->path(), store_config, prompts::message_tokens);
  if (!store) return store.error();
  store_ = std::move(*store);
  data_->watch("belay.db");
  const auto boot = storage::current_boot_id();
  storage::JournalConfig journal_config = configuration_.journal;
  journal_config.loops = loops_.size();
  auto journal =
      storage::Journal::open(journal_config, data_->path(), files_, clock_, boot,
                             [this](UniqueFunction<void(Result<>)> done) { store_->sync(std::move(done)); });
  if (!journal) return journal.error();
  journal_ = std::move(*journal);
  data_->watch("journal");
  storage_watch_ = std::make_unique<StorageWatch>(
      StorageWatch::Parts{*loops_.front(), *workers_, *data_, *journal_, *store_, degraded_,
                          configuration_.engine.max_log_wait, configuration_.store.max_stall});
  log_.info("durability", {{"text", ops::durability_in_words(configuration_.journal, configuration_.store)}});
  return {};
}

void Server::take_models(Prepared prepared) {
  providers_.emplace(std::move(*prepared.providers));
  for (const providers::Registry::Entry& entry : providers_->entries())
    if (!entry.warning.empty())
      log_.warning("provider_notice", {{"provider", entry.name}, {"text", entry.warning}});
  take_runtime_config(std::move(prepared.live));
}

providers::FallbackProvider::Observe Server::fallback_observer() {
  return [this](const providers::FallbackProvider::Switch& change) {
    metrics_.fallbacks.with({change.from.alias, change.to.alias}).add();
    log_.warning("fallback", {{"model", change.from.alias},
                              {"by", change.to.alias},
                              {"code", to_string(change.why.code)},
                              {"detail", change.why.detail},
                              {"advice", change.why.advice}});
  };
}

// The models are replaced first, so that no request asks for a model that the engine does not know.
void Server::take_runtime_config(std::shared_ptr<const surfaces::RuntimeConfig> live) {
  create_known_series(metrics_, *live->models);
  create_known_series(metrics_, live->policy);
  models_.replace(live->models);
  live_.replace(std::move(live));
}

Result<> Server::build_sign_in() {
  const auth::Config& config = configuration_.auth;
  const auto notice = [this](const std::string& text) { log_.warning("sign_in_notice", {{"text", text}}); };
  for (const std::string& warning : auth::warnings(config)) notice(warning);
  Loop& home = *loops_.front();
  key_fetcher_ = std::make_unique<HttpKeyFetcher>(http_client_, home);
  auto keys = auth::KeySet::open(config, home, key_fetcher_.get(), notice);
  if (!keys) return keys.error();
  keys_ = std::move(*keys);
  verifier_ = std::make_unique<auth::TokenVerifier>(config, *keys_, *workers_, clock_);

  auto secret = auth::load_or_create_server_key(data_->path() / "ticket.key", random_);
  if (!secret) return secret.error();
  const auth::TicketUseLimits limits{config.ticket_max_uses, config.ticket_lifetime,
                                     config.ticket_max_uses_per_user};
  const bool survives_power = configuration_.journal.durability == storage::Durability::disk;
  auto uses = auth::FileTicketUses::open(data_->path() / "tickets", limits, clock_.wall(), notice,
                                         survives_power ? workers_.get() : nullptr);
  if (!uses) return uses.error();
  ticket_uses_ = std::move(*uses);
  std::vector<std::string> streams{configuration_.assistant.prefix + "/assistant/stream/{request_id}",
                                   surfaces::chat::ChatRoutes::stream_pattern(configuration_.chat),
                                   surfaces::persona::PersonaRoutes::stream_pattern(configuration_.persona)};
  tickets_ = std::make_unique<auth::Tickets>(config, std::move(*secret), std::move(streams), *ticket_uses_,
                                             clock_, random_);
  origins_ = std::make_unique<auth::OriginPolicy>(config);
  authenticator_ = std::make_unique<auth::Authenticator>(config, *verifier_, *tickets_, *origins_, clock_);
  auth_routes_ = std::make_unique<auth::AuthRoutes>(config, *authenticator_, *tickets_, *origins_, clock_);
  return {};
}

Result<> Server::build_engine() {
  std::vector<Loop*> loops;
  for (const auto& loop : loops_) loops.push_back(loop.get());
  Engine::Parts parts{clock_,
                      random_,
                      *journal_,
                      *store_,
                      counters_,
                      models_,
                      engine_reporter_,
                      prompts::check_arguments,
                      configuration_.engine,
                      store_.get(),
                      configuration_.cache};
  engine_ = std::make_unique<Engine>(std::move(parts), std::move(loops));
  const auto recovered = engine_->recover();
  if (!recovered) return recovered.error();
  for (const std::string& finding : journal_->findings())
    log_.warning("journal_finding", {{"text", finding}});
  log_.info("recovered", {{"taken_over", recovered->taken_over},
                          {"settled", recovered->settled},
                          {"unreadable", recovered->unreadable},
                          {"batches", recovered->journal.batches},
                          {"torn_tails", recovered->journal.torn_tails},
                          {"tail_may_be_lost", recovered->journal.tail_may_be_lost}});
  restore_windows(*recovered);
  return {};
}

namespace {

// The limits that counted a run of the ledger.
std::vector<policy::LimitRule> rules_of(const policy::Config& config, const LedgerRow& row) {
  if (row.surface == "assistant")
    if (const auto mode = policy::assistant_mode_from(row.mode))
      return policy::assistant_limits(config, row.user, *mode);
  if (row.surface == surfaces::chat::kSurface) return policy::chat_limits(config, row.user);
  // Callers who were not signed in were counted by address. The ledger has no addresses, so those windows
  // start empty.
  const bool is_message = row.mode == surfaces::persona::kMessageMode;
  if (row.surface == surfaces::persona::kSurface && is_message && !surfaces::persona::is_anonymous(row.user))
    return policy::persona_limits(config, {policy::Subject::Kind::user, row.user});
  return {};
}

}  // namespace

// Restores the counts of windows that have not ended.
void Server::restore_windows(const Engine::Recovered& recovered) {
  const policy::Config& config = configuration_.policy;
  const WallTime now = clock_.wall();
  const WallTime since =
      now - std::max({config.assistant.rate_window, config.chat.rate_window, config.persona.rate_window});
  std::promise<Result<std::vector<LedgerRow>>> promise;
  store_->ledger_since(
      since, [&promise](Result<std::vector<LedgerRow>> rows) { promise.set_value(std::move(rows)); });
  auto settled = promise.get_future().get();
  std::vector<LedgerRow> rows = settled ? std::move(*settled) : std::vector<LedgerRow>();
  if (!settled) engine_reporter_.storage_error("store", settled.error());
  rows.insert(rows.end(), recovered.open.begin(), recovered.open.end());
  for (const LedgerRow& row : rows)
    for (const policy::LimitRule& rule : rules_of(config, row))
      if (rule.kind == policy::LimitRule::Kind::sliding_window && row.created >= now - rule.window)
        counters_.restore(surfaces::check_of(rule), row.created);
}

Result<> Server::build_routes() {
  if (configuration_.assistant.enabled)
    assistant_ =
        std::make_unique<surfaces::assistant::AssistantRoutes>(surfaces::assistant::AssistantRoutes::Parts{
            *engine_, *store_, *authenticator_, live_, random_, configuration_.assistant});
  if (configuration_.chat.enabled)
    chat_ = std::make_unique<surfaces::chat::ChatRoutes>(surfaces::chat::ChatRoutes::Parts{
        *engine_, *store_, *store_, *authenticator_, live_, random_, *heavy_workers_, configuration_.chat,
        configuration_.exports, configuration_.cache});
  if (configuration_.persona.enabled) {
    if (configuration_.persona.anonymous && !configuration_.auth.dev_mode)
      log_.warning("anonymous_callers", {{"text",
                                          "persona.anonymous is on: the persona surface believes "
                                          "every caller who sends no credentials."}});
    persona_ = std::make_unique<surfaces::persona::PersonaRoutes>(surfaces::persona::PersonaRoutes::Parts{
        *engine_, *store_, *store_, *authenticator_, live_, random_, configuration_.persona});
  }
  auto router =
      make_router(configuration_,
                  {{&health_, &metrics_}, auth_routes_.get(), assistant_.get(), chat_.get(), persona_.get()});
  if (!router) return router.error();
  router_ = std::move(*router);
  create_known_series(metrics_, router_.routes());
  for (const auto& loop : loops_) {
    auto server = transport::Http1Server::make(
        {*loop, configuration_.server, router_, transport_reporter_, open_, random_});
    if (!server) return server.error();
    servers_.push_back(std::move(*server));
  }
  if (!configuration_.operations.enabled) return {};
  auto operations = OperationsListener::make(
      {*loops_.front(), configuration_, {&health_, &metrics_}, transport_reporter_, random_, log_});
  if (!operations) return operations.error();
  operations_ = std::move(*operations);
  return {};
}

void Server::watch_with_metrics() {
  metrics_.watch_open([this] {
    return ops::OpenSample{open_.connections.load(), open_.streams.load(), open_.streams.load(),
                           engine_->live_runs()};
  });
  metrics_.watch_journal([this] {
    const storage::JournalStats& stats = journal_->stats();
    return ops::JournalSample{stats.batches,         stats.events,   stats.bytes,
                              stats.commit_failures, stats.segments, stats.size};
  });
  metrics_.watch_store([this] {
    const storage::SqliteStats& stats = store_->stats();
    return ops::StoreSample{stats.settlements, stats.operations,  stats.failures, stats.refused,
                            stats.groups,      stats.queue_depth, stats.given_up};
  });
  metrics_.watch_disk([this] { return storage_watch_->free_bytes(); });
  for (const providers::Registry::Entry& entry : providers_->entries())
    metrics_.watch_provider(entry.name, [&entry] {
      const providers::CallCounters& calls = *entry.counters;
      ops::ProviderSample sample{calls.started,   calls.completed, calls.failed,
                                 calls.cancelled, calls.retried,   calls.skipped_by_breaker};
      for (std::size_t i = 0; i < providers::kCallOutcomes; ++i)
        sample.times.push_back({to_string(static_cast<providers::CallOutcome>(i)),
                                calls.durations[i].snapshot(), calls.first_pieces[i].snapshot()});
      if (entry.gate) sample.waiting = entry.gate->waiting();
      if (entry.breaker) {
        sample.breaker_opened = entry.breaker->times_opened();
        sample.breaker_open = entry.breaker->is_open();
      }
      return sample;
    });
}

Result<std::uint16_t> Server::listen() {
  std::uint16_t port = configuration_.server.port;
  if (const auto free = transport::Http1Server::check_port_is_free(configuration_.server, port); !free)
    return free.error();
  for (const auto& server : servers_) {
    const auto bound = server->listen(port);
    if (!bound) return bound.error();
    port = *bound;
  }
  return port;
}

// Runs once a second on the first loop.
void Server::run_maintenance() {
  std::optional<Error> missing_keys;
  if (keys_->snapshot()->incomplete)
    missing_keys = make_error(ErrorCode::unavailable, "Not all keys that tokens are checked with are here.");
  degraded_.report(ops::DegradedReason::sign_in_keys, missing_keys);
  if (const auto discarded = engine_->discard_recovered_journal(); !discarded)
    engine_->observer().storage_error("journal", discarded.error());
  if (clock_.steady() >= next_sweep_) {
    next_sweep_ = clock_.steady() + configuration_.retention.sweep_interval;
    Retention retention;
    retention.events = configuration_.retention.events;
    retention.max_event_bytes = configuration_.retention.max_event_bytes.value;
    retention.records = configuration_.retention.records;
    engine_->sweep(retention);
    log_.info("usage", {{"runs", engine_->live_runs()},
                        {"streams", open_.streams.load()},
                        {"connections", open_.connections.load()},
                        {"journal_segments", journal_->stats().segments.load()}});
  }
  if (clock_.steady() >= next_session_sweep_) {
    next_session_sweep_ = clock_.steady() + configuration_.chat.session_sweep;
    sweep_sessions();
  }
  maintenance_->arm(kMaintenanceInterval);
}

void Server::sweep_sessions() {
  store_->sweep_sessions(clock_.wall(), [this](Result<std::uint64_t> swept) {
    if (!swept) return engine_reporter_.storage_error("store", swept.error());
    // One step was used up completely: there may be more.
    if (*swept == configuration_.store.sweep_rows) return sweep_sessions();
    if (*swept != 0) log_.info("sessions_swept", {{"sessions", *swept}});
  });
}

Result<> Server::run(const std::function<void(const std::string& url)>& listening) {
  const auto port = listen();
  if (!port) return port.error();
  if (operations_)
    if (const auto listens = operations_->listen(); !listens) return listens.error();
  Loop& first = *loops_.front();
  reload_ = std::make_unique<Reload>(*this);
  shutdown_ = std::make_unique<Shutdown>(*this);
  maintenance_.emplace(first.timers(), [this] { run_maintenance(); });
  maintenance_->arm(kMaintenanceInterval);
  storage_watch_->start();
  next_session_sweep_ = clock_.steady() + configuration_.chat.session_sweep;
  first.post([this] { keys_->start(); });
  for (std::size_t i = 1; i < loops_.size(); ++i)
    threads_.emplace_back([loop = loops_[i].get()] { loop->run(); });
  health_.set_ready();
  const std::string& address = configuration_.server.address;
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  if (::geteuid() == 0)
    log_.warning(
        "running_as_root",
        {{"text",
          "The server runs as root and needs nothing that only root may do. Start it as a user of its own: "
          "whoever takes it over then does not have the machine."}});
  log_.info("listening", {{"address", host}, {"port", *port}, {"loops", loops_.size()}});
  listening("http://" + host + ":" + std::to_string(*port));
  first.run();
  join_threads();
  log_.info("stopped");
  return {};
}

void Server::join_threads() {
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
  threads_.clear();
}

}  // namespace belay::app
