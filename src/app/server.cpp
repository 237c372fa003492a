#include "app/server.hpp"

#include <algorithm>
#include <future>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "app/processors.hpp"
#include "policy/surface_rules.hpp"
#include "prompts/token_estimate.hpp"
#include "prompts/tool_schema.hpp"
#include "storage/durability.hpp"
#include "surfaces/chat/config.hpp"
#include "surfaces/persona/config.hpp"

namespace belay::app {
namespace {

constexpr Milliseconds kMaxErasing = std::chrono::minutes(1);

std::size_t loop_count(std::size_t configured) {
  if (configured != 0) return configured;
  return std::clamp<std::size_t>(usable_processors(), 1, storage::SegmentLedger::kMaxLoops);
}

Threads::Config threads_of(const Configuration& configuration) {
  return {loop_count(configuration.process.threads), configuration.process.workers,
          configuration.process.worker_queue, configuration.exports.threads};
}

}  // namespace

Server::Served::Served(const services::Parts& parts, const UploadParts& upload_parts,
                       services::Operators::Parts operators_parts, Engine& engine,
                       auth::Authenticator& authenticator)
    : services(parts, engine),
      uploads({upload_parts.store, services.limiter, services.erasures.gate(), upload_parts.pool, parts.clock,
               parts.random, upload_parts.configuration.uploads, upload_parts.configuration.upload_storage,
               upload_parts.report},
              upload_parts.keys),
      operators((operators_parts.erasures = &services.erasures, operators_parts.uploads = &uploads,
                 operators_parts)),
      admin(operators, authenticator, operators_parts.clock) {
  services.erasures.before_erasing([this](const Erasure& erasure) { uploads.forget_arriving(erasure); });
}

Server::Server(const Configuration& configuration)
    : configuration_(configuration),
      observability_(configuration_.log, clock_),
      threads_(threads_of(configuration_), clock_),
      models_(observability_) {}

// The loops stop before what runs on them is destroyed.
Server::~Server() {
  threads_.stop();
  threads_.join();
}

Result<std::unique_ptr<Server>> Server::build(ConfigurationOutcome& outcome,
                                              Reload::ReadConfiguration read_again) {
  std::unique_ptr<Server> server(new Server(outcome.configuration));
  Models& models = server->models_;
  Prepared prepared = prepare(outcome, {models.client(), server->random_, models.fallback_observer()});
  if (!outcome.ok()) return make_error(ErrorCode::invalid_request, "The configuration is wrong.");
  if (const auto built = server->build(std::move(prepared), std::move(read_again)); !built)
    return built.error();
  return server;
}

Result<> Server::build(Prepared prepared, Reload::ReadConfiguration read_again) {
  models_.start(std::move(prepared));
  Result<> built = open_storage();
  if (built) built = load_upload_keys();
  if (built) built = build_contexts();
  if (built) built = build_sign_in();
  if (built) built = build_engine();
  if (built) built = build_listeners();
  if (!built) return built;
  watch_with_metrics();
  // Behind the engine's hooks: first the answers leave.
  for (const auto& loop : threads_.loops()) observability_.log.buffer_turns_of(*loop);
  reload_ = std::make_unique<Reload>(
      Reload::Parts{threads_.first(), std::move(read_again), configuration_, models_, *sign_in_,
                    [this](std::shared_ptr<const SealingKeys> keys) {
                      sealed_prompts_.replace_keys(keys);
                      served_->uploads.replace_keys(std::move(keys));
                    },
                    [this](std::shared_ptr<const transport::TlsContext> context) {
                      listeners_->replace_certificate(std::move(context));
                    },
                    observability_});
  return {};
}

Result<> Server::open_storage() {
  storage::StorageConfig config;
  config.data_directory = configuration_.process.data_directory;
  config.loops = threads_.count();
  config.journal = configuration_.journal;
  config.store = configuration_.store;
  config.counters = configuration_.counters;
  config.estimate = prompts::message_tokens;
  auto storage = storage::Storage::open_embedded(config, clock_);
  if (!storage) return storage.error();
  storage_ = std::move(*storage);
  storage_watch_ = std::make_unique<StorageWatch>(StorageWatch::Parts{
      threads_.first(), threads_.pool(), storage_->directory(), storage_->journal(), storage_->store(),
      observability_.degraded, configuration_.engine.max_log_wait, configuration_.store.max_stall});
  observability_.log.info(
      "durability", {{"text", storage::durability_in_words(configuration_.journal, configuration_.store)}});
  return {};
}

Result<> Server::load_upload_keys() {
  LoadedSealingKeys loaded = load_sealing_keys(configuration_.upload_storage.keys, "uploads");
  if (!loaded.problems.empty()) return loaded.problems.front();
  if (!loaded.keys)
    observability_.log.warning(
        "uploads_are_off",
        {{"text",
          "No file that a user uploads is taken, because there is no key to encrypt it with. Add an "
          "[[uploads.keys]] table: `openssl rand -base64 32` makes a key."}});
  sealed_prompts_.replace_keys(loaded.keys);
  upload_keys_ = std::move(loaded.keys);
  return {};
}

Result<> Server::build_contexts() {
  const services::ContextConfig& config = configuration_.context;
  if (!config.url.empty()) {
    auto key = load_context_key(config);
    if (!key) return key.error();
    context_source_ = std::make_unique<HttpContextSource>(
        HttpContextSource::Parts{models_.client(), clock_, threads_.pointers()}, config, std::move(*key));
  }
  contexts_ = std::make_unique<services::Contexts>(
      services::Contexts::Parts{storage_->contexts(), context_source_.get(), clock_, threads_.pool(),
                                [this](const Error& error) {
                                  observability_.log.warning("context_not_fetched", {{"text", error.detail}});
                                }},
      config);
  return {};
}

Result<> Server::build_sign_in() {
  std::vector<std::string> streams;
  for (const auto& surface : configuration_.surfaces.all())
    for (std::string& pattern : surface->make(nullptr).ticket_patterns) streams.push_back(std::move(pattern));
  auto sign_in =
      SignIn::make({configuration_.auth, threads_.first(), threads_.pool(), clock_, random_, models_.client(),
                    storage_->directory().path(), storage_->survives_power_loss(), std::move(streams),
                    threads_.pointers(), [this](const std::string& text) {
                      observability_.log.warning("sign_in_notice", {{"text", text}});
                    }});
  if (!sign_in) return sign_in.error();
  sign_in_ = std::move(*sign_in);
  access_ = std::make_unique<SignInAccess>(sign_in_->revocations(), sign_in_->open_streams());
  return load_revocations();
}

// Before the server listens: nobody whose access was revoked signs in.
Result<> Server::load_revocations() {
  constexpr std::size_t kPage = 1000;
  std::optional<RevocationKey> after;
  do {
    std::promise<Result<RevocationPage>> promise;
    storage_->revocations().list_revocations(
        after, clock_.wall(), kPage,
        [&promise](Result<RevocationPage> page) { promise.set_value(std::move(page)); });
    auto page = promise.get_future().get();
    if (!page) return page.error();
    for (Revocation& revocation : page->revocations) sign_in_->revocations().add(std::move(revocation));
    after = page->next;
  } while (after);
  return {};
}

Result<> Server::build_engine() {
  ops::Log& log = observability_.log;
  engine_ = std::make_unique<Engine>(
      Engine::Parts{clock_, random_, storage_->events(), storage_->runs(), storage_->counters(),
                    models_.catalogue(), observability_.engine, prompts::check_arguments,
                    configuration_.engine, &storage_->answers(), configuration_.cache, &storage_->erasures(),
                    &storage_->channels(), &sealed_prompts_},
      threads_.pointers());
  const auto recovered = engine_->recover();
  if (!recovered) return recovered.error();
  for (const std::string& finding : storage_->journal().findings())
    log.warning("journal_finding", {{"text", finding}});
  log.info("recovered", {{"taken_over", recovered->taken_over},
                         {"settled", recovered->settled},
                         {"unreadable", recovered->unreadable},
                         {"batches", recovered->journal.batches},
                         {"torn_tails", recovered->journal.torn_tails},
                         {"tail_may_be_lost", recovered->journal.tail_may_be_lost}});

  build_surfaces();
  finish_erasures_before_start();
  restore_windows(*recovered);
  return {};
}

void Server::build_surfaces() {
  const auto& persona = configuration_.surfaces.of<surfaces::PersonaSurfaceConfig>();
  if (persona.enabled && persona.anonymous && !configuration_.auth.dev_mode)
    observability_.log.warning("anonymous_callers", {{"text",
                                                      "persona.anonymous is on: the persona surface believes "
                                                      "every caller who sends no credentials."}});
  const services::Parts parts{storage_->counters(),
                              storage_->runs(),
                              storage_->conversations(),
                              storage_->sessions(),
                              storage_->erasures(),
                              storage_->users(),
                              storage_->ledger(),
                              observability_.engine,
                              clock_,
                              random_,
                              models_.runtime(),
                              [this] { return engine_->accepts_runs(); },
                              configuration_.cache.scope};
  services::Operators::Parts operators_parts{storage_->users(), storage_->ledger(),
                                             storage_->audit(), storage_->revocations(),
                                             storage_->runs(),  *engine_,
                                             *access_,          clock_,
                                             models_.runtime(), configuration_.auth.revocation_lifetime};
  operators_parts.contexts = contexts_.get();
  const UploadParts upload_parts{storage_->uploads(), threads_.export_pool(), configuration_,
                                 [this](const Error& error) { report_upload(error); }, upload_keys_};
  served_ =
      std::make_unique<Served>(parts, upload_parts, operators_parts, *engine_, sign_in_->authenticator());
  served_->services.erasures.on_user_erased([this](const std::string& user) { contexts_->forget(user); });
  services::Services& services = served_->services;
  const surfaces::SurfaceContext context{services.runs,
                                         services.channels,
                                         services.sessions,
                                         services.conversations,
                                         services.erasures,
                                         services.limiter,
                                         services.users,
                                         sign_in_->authenticator(),
                                         sign_in_->open_streams(),
                                         models_.runtime(),
                                         clock_,
                                         random_,
                                         threads_.export_pool(),
                                         configuration_.exports,
                                         *contexts_,
                                         &served_->uploads};
  served_->surfaces = make_surfaces(configuration_, &context);
}

// What counts in windows that are not over yet and in the quotas of this month, also of surfaces that are not served
// any more.
void Server::restore_windows(const Engine::Recovered& recovered) {
  const auto config = models_.runtime().take();
  Milliseconds longest(0);
  for (const auto& [surface, rules] : config->rules)
    longest = std::max(longest, policy::longest_window(rules));
  const WallTime now = clock_.wall();
  std::promise<Result<std::vector<LedgerRow>>> promise;
  storage_->ledger().ledger_since(
      now - longest, [&promise](Result<std::vector<LedgerRow>> rows) { promise.set_value(std::move(rows)); });
  auto settled = promise.get_future().get();
  std::vector<LedgerRow> rows = settled ? std::move(*settled) : std::vector<LedgerRow>();
  if (!settled) observability_.engine.storage_error("store", settled.error());
  rows.insert(rows.end(), recovered.open.begin(), recovered.open.end());
  for (const LedgerRow& row : rows) {
    const auto rules = config->rules.find(row.surface);
    if (rules == config->rules.end()) continue;
    for (const Limit& limit : policy::counted_limits(rules->second, row.mode, row.user))
      if (limit.kind == Limit::Kind::quota ? row.counts_against_quotas : row.created >= now - limit.window)
        storage_->counters().restore_count(limit, row.run, row.created);
  }
}

Result<> Server::build_listeners() {
  auto listeners = Listeners::make({configuration_, threads_, observability_, sign_in_->routes(),
                                    served_->admin, served_->surfaces, clock_, random_});
  if (!listeners) return listeners.error();
  listeners_ = std::move(*listeners);
  return {};
}

void Server::watch_with_metrics() {
  ops::Metrics& metrics = observability_.metrics;
  metrics.watch_open([this] {
    const std::size_t streams = listeners_->open_streams();
    return ops::OpenSample{listeners_->open_connections(), streams, streams, engine_->live_runs()};
  });
  metrics.watch_journal([this] {
    const storage::JournalStats& stats = storage_->journal().stats();
    return ops::JournalSample{stats.batches,         stats.events,   stats.bytes,
                              stats.commit_failures, stats.segments, stats.size};
  });
  metrics.watch_store([this] {
    const storage::SqliteStats& stats = storage_->store().stats();
    return ops::StoreSample{stats.settlements, stats.operations,  stats.failures, stats.refused,
                            stats.groups,      stats.queue_depth, stats.given_up};
  });
  metrics.watch_disk([this] { return storage_watch_->free_bytes(); });
}

// Before the server listens: no client sees what an earlier process was removing. If this fails, the server starts
// all the same.
void Server::finish_erasures_before_start() {
  report_erasures(served_->services.erasures.finish_before_start(kMaxErasing));
}

// After an error, or what takes longer. A later call tries again.
void Server::finish_erasures() {
  auto finished = [this](std::exception_ptr thrown, Result<std::size_t> count) {
    if (thrown) return observability_.log.error("erasures_failed", {{"text", "An exception ended them."}});
    report_erasures(count);
  };
  Loop& first = threads_.first();
  boost::asio::co_spawn(first.executor(),
                        served_->services.erasures.finish_pending(first, Deadline::in(kMaxErasing, clock_)),
                        std::move(finished));
}

void Server::report_erasures(const Result<std::size_t>& count) {
  if (!count) return observability_.engine.storage_error("store", count.error());
  if (*count != 0) observability_.log.info("erasures_finished", {{"erasures", *count}});
}

void Server::report_upload(const Error& error) {
  observability_.log.error("upload_error", {{"code", to_string(error.code)}, {"text", error.advice}});
}

void Server::sweep_uploads() {
  served_->uploads.sweep([this](Result<std::uint64_t> swept) {
    if (!swept) return observability_.engine.storage_error("store", swept.error());
    if (*swept != 0) observability_.log.info("uploads_swept", {{"uploads", *swept}});
  });
}

void Server::resume_rotation() {
  constexpr Milliseconds kMax = std::chrono::minutes(1);
  auto resumed = [this](std::exception_ptr thrown, Result<services::UploadRotation::Status> status) {
    if (thrown) return observability_.log.error("rotation_failed", {{"text", "An exception ended it."}});
    if (!status) return observability_.engine.storage_error("store", status.error());
    if (status->running)
      observability_.log.info("rotation_resumed", {{"key", status->key}, {"left", status->left}});
  };
  Loop& first = threads_.first();
  boost::asio::co_spawn(first.executor(),
                        served_->uploads.rotation().resume(first, Deadline::in(kMax, clock_)),
                        std::move(resumed));
}

Result<> Server::run(const std::function<void(const std::string& url)>& listening) {
  const auto ports = listeners_->listen();
  if (!ports) return ports.error();
  Loop& first = threads_.first();
  ops::Log& log = observability_.log;
  reload_->start();
  shutdown_ = std::make_unique<Shutdown>(first, static_cast<Stoppable&>(*this), log,
                                         configuration_.process.drain_time);
  maintenance_ = std::make_unique<Maintenance>(Maintenance::Parts{
      first, observability_, storage_->sessions(), [this] { return sign_in_->misses_keys(); },
      [this] { return engine_->discard_recovered_journal(); },
      [this](const Retention& retention) { engine_->sweep(retention); }, [this] { finish_erasures(); },
      [this] { sweep_uploads(); },
      [this](ops::Log& usage) {
        usage.info("usage", {{"runs", engine_->live_runs()},
                             {"streams", listeners_->open_streams()},
                             {"connections", listeners_->open_connections()},
                             {"journal_segments", storage_->journal().stats().segments.load()}});
      },
      configuration_.retention, configuration_.surfaces.of<surfaces::ChatConfig>().session_sweep,
      configuration_.store.sweep_rows});
  storage_watch_->start();
  first.post([this] { sign_in_->start(); });
  resume_rotation();
  threads_.start();
  observability_.health.set_ready();
  const std::string& address = configuration_.server.address;
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  if (::geteuid() == 0)
    log.warning(
        "running_as_root",
        {{"text",
          "The server runs as root and needs nothing that only root may do. Start it as a user of its own: "
          "whoever takes it over then does not have the machine."}});
  const auto listens = [&](std::string_view scheme, std::uint16_t port) {
    log.info("listening",
             {{"address", host}, {"port", port}, {"scheme", scheme}, {"loops", threads_.count()}});
    listening(fmt::format("{}://{}:{}", scheme, host, port));
  };
  if (ports->plain) listens("http", *ports->plain);
  if (ports->tls) listens("https", *ports->tls);
  threads_.run();
  log.info("stopped");
  return {};
}

void Server::drain() {
  observability_.health.set_draining();
  engine_->begin_drain();
  listeners_->drain();
}

void Server::hand_over(UniqueFunction<void()> done) {
  listeners_->stop_accepting();
  engine_->hand_over_runs(std::move(done));
}

void Server::stop() {
  sign_in_->stop();
  threads_.stop();
}

}  // namespace belay::app
