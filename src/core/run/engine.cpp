#include "core/run/engine.hpp"

#include <algorithm>
#include <cassert>

#include <boost/asio/post.hpp>

#include "base/await.hpp"

namespace belay {
namespace {

constexpr Milliseconds kFirstSettlePause{100};
constexpr Milliseconds kMaxSettlePause{5000};
constexpr Milliseconds kMaxFind{30'000};

Error unknown_run() {
  return make_error(ErrorCode::not_found, "There is no such request. Check its id.", "request_id");
}
// A command and its answer are not part of the conversation that a model sees.
MessageKind kind_of(const RunRequest& request) {
  return request.precomputed_answer.empty() ? MessageKind::chat : MessageKind::command;
}
Error expired_run() {
  return make_error(ErrorCode::expired, "This request has expired: its answer is no longer kept. Ask again.",
                    "request_id");
}

}  // namespace

ChannelRetention Engine::retention_of(const EngineConfig& config) {
  return {config.channel_max_events, config.channel_max_bytes.value};
}

Engine::Engine(Parts parts, std::vector<Loop*> loops)
    : parts_(std::move(parts)),
      cache_(parts_.config.replay_cache),
      shared_(parts_.clock, parts_.cache, parts_.observer, parts_.caching) {
  for (Loop* loop : loops) {
    assert(loop->index() == loops_.size());
    loops_.push_back(std::make_unique<LoopParts>(*loop, parts_.events, hubs_));
    hubs_.push_back(&loops_.back()->hub);
    // Old segments are kept only because of slow runs: the events of these runs move to the store.
    loops_.back()->committer.writer().on_pressure([this](const std::vector<RunId>& runs) {
      for (const RunId& id : runs) {
        if (is_channel(id)) {
          if (channels_) channels_->archive(id);
          continue;
        }
        std::shared_ptr<Run> run;
        {
          const std::lock_guard lock(mutex_);
          if (const auto found = live_.find(id); found != live_.end()) run = found->second.run;
        }
        if (run) run->loop().post([run] { run->spill(0); });
      }
    });
  }
  if (!parts_.channels) return;
  std::vector<Channels::LoopParts> homes;
  for (const auto& each : loops_) homes.push_back({&each->loop, &each->committer});
  channels_ = std::make_unique<Channels>(
      Channels::Parts{parts_.events, *parts_.channels, parts_.observer, cache_, retention_of(parts_.config)},
      homes);
}

Engine::~Engine() = default;

Result<> Engine::accepts_runs() const {
  if (draining_.load())
    return Error{ErrorCode::draining,
                 "The server is being restarted. Try again in a moment.",
                 {},
                 {},
                 Milliseconds(2000)};
  return parts_.events.accepts_writes();
}

std::shared_ptr<Run> Engine::make_run(Loop& loop, RunRequest&& request, std::shared_ptr<LogBuffer> log) {
  LoopParts& parts = parts_of(loop);
  const auto models = parts_.models.take();
  static const ModelTarget kGone;
  const ModelTarget* const found = models->find(request.model);
  // It keeps the whole catalogue.
  std::shared_ptr<const ModelTarget> target(models, found ? found : &kGone);
  const Run::Context context{loop,          parts.committer, parts.hub,         parts_.events,
                             parts_.store,  parts_.observer, parts_.tool_check, shared_,
                             parts_.config, parts_.caching,  parts_.seal};
  // live_ owns the run, so the callback must not own it as well.
  auto self = std::make_shared<std::weak_ptr<Run>>();
  auto run =
      std::make_shared<Run>(context, std::move(request), std::move(target), std::move(log), [this, self] {
        if (const auto strong = self->lock()) ended(strong);
      });
  *self = run;
  return run;
}

void Engine::adopt(const std::shared_ptr<Run>& run) {
  const RunRequest& request = run->request();
  const std::lock_guard lock(mutex_);
  live_[request.id] = {run, run->shared_log(), request.user};
}

// A request that is being logged, and the caller that waits for it.
struct Engine::Starting {
  UniqueFunction<void(Result<>)> done;
  std::optional<Timer> deadline;
  bool is_late = false;
};

Awaitable<Engine::StartResult> Engine::start(Loop& loop, RunRequest request) {
  assert(Loop::current() == &loop);
  Result<> accepted = accepts_runs();
  if (accepted && request.precomputed_answer.empty() && !parts_.models.take()->find(request.model))
    accepted =
        make_error(ErrorCode::invalid_request, "There is no model \"" + request.model + "\".", "model");
  if (accepted && is_erased(request))
    accepted = make_error(ErrorCode::unavailable,
                          "Messages of this conversation are being removed. Try again in a moment.");
  if (!accepted) co_return StartResult{accepted};

  std::shared_ptr<ChannelLog> channel;
  if (request.channel) {
    assert(channels_);
    auto prepared =
        co_await call<&Channels::prepare>(loop, Deadline::in(parts_.config.max_log_wait, parts_.clock),
                                          *channels_, request.user, request.surface);
    if (!prepared) co_return StartResult{prepared.error()};
    channel = std::move(*prepared);
  }
  LogHead head{request.id,    request.user,    request.surface,      request.turn,
               request.model, request.created, request.conversation, request.idempotency_key};
  auto log = std::make_shared<LogBuffer>(std::move(head), std::vector<EpochStart>{EpochStart{}}, 0,
                                         parts_.store, cache_);
  const std::shared_ptr<Run> run = make_run(loop, std::move(request), std::move(log));
  const auto starting = std::make_shared<Starting>();
  auto log_it = [this, run, starting](UniqueFunction<void(Result<>)> done) {
    starting->done = std::move(done);
    log_in_time(run, starting);
  };
  const Result<> logged = co_await await_callback<Result<>>(loop, std::move(log_it));
  if (!logged) {
    parts_.observer.storage_error("journal", logged.error());
    co_return StartResult{logged, starting->is_late};
  }
  adopt(run);
  parts_.observer.run_started(run->request());
  if (channel)
    run->show_in(
        std::make_unique<ChannelFeed>(std::move(channel), run->request(), loop, ChannelFeed::Progress()));
  StartResult result;
  result.in_channel = run->begin();
  // The provider takes the most time, so its request is sent before any other work is done.
  co_await boost::asio::post(loop.executor(), use_awaitable);
  store_prompt_of(run);
  co_return result;
}

// If this fails, the settlement stores the prompt.
void Engine::store_prompt_of(const std::shared_ptr<Run>& run) {
  auto prompt = prompt_of(run->request());
  if (!prompt) return;
  // The run goes on, whatever happens here.
  try {
    parts_.store.store_prompt(std::move(*prompt), [this, run](Result<> result) {
      if (!result) return parts_.observer.storage_error("store", result.error());
      run->prompt_is_stored();
    });
  } catch (const std::exception& error) {
    parts_.observer.storage_error("store", make_error(ErrorCode::internal, error.what()));
  }
}

void Engine::log_in_time(const std::shared_ptr<Run>& run, const std::shared_ptr<Starting>& starting) {
  LoopParts& parts = parts_of(run->loop());
  auto too_late = [this, &parts, run = std::weak_ptr(run), starting = std::weak_ptr(starting)] {
    const auto late_run = run.lock();
    const auto late = starting.lock();
    if (!late_run || !late || !late->done) return;
    late->is_late = true;
    parts.late.emplace(late_run->request().id, late_run);
    std::exchange(late->done, nullptr)(not_logged_in_time("The request"));
  };
  starting->deadline.emplace(run->loop().timers(), std::move(too_late));
  starting->deadline->arm(parts_.config.max_log_wait);
  run->log_request([this, &parts, starting, id = run->request().id](Result<> logged) {
    starting->deadline->cancel();
    if (!starting->is_late) return std::exchange(starting->done, nullptr)(std::move(logged));
    const auto late = parts.late.extract(id);
    // Not from inside the committer's call.
    parts.loop.post([this, run = late.mapped(), logged = std::move(logged)] { logged_late(run, logged); });
  });
}

void Engine::logged_late(const std::shared_ptr<Run>& run, const Result<>& logged) {
  const RunRequest& request = run->request();
  if (!logged) return parts_.counters.settle(request.id, Charge::never_ran, [](Result<>) {});
  run->forget_key();
  adopt(run);
  parts_.observer.run_started(request);
  run->cancel(make_error(ErrorCode::cancelled, "The request was given up: it was stored too late."), [] {});
}

Error Engine::not_logged_in_time(std::string_view what) const {
  const Result<> writable = parts_.events.accepts_writes();
  const bool full = !writable && writable.error().code == ErrorCode::storage_full;
  Error error;
  error.code = full ? ErrorCode::storage_full : ErrorCode::unavailable;
  error.detail = std::string(what) + (full ? " could not be stored yet: the disk is full. Try again later."
                                           : " could not be stored yet. Try again in a moment.");
  error.retry_after = full ? writable.error().retry_after : Milliseconds(1000);
  return error;
}

Awaitable<Result<>> Engine::cancel(Loop& loop, RunId id, std::string user) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = live_.find(id); found != live_.end()) {
      if (found->second.user != user) co_return unknown_run();
      run = found->second.run;
    }
  }
  if (!run) {
    const auto log = co_await find(loop, id, std::move(user));
    if (!log && log.error().code != ErrorCode::expired) co_return log.error();
    co_return Result<>();
  }
  Error reason = make_error(ErrorCode::cancelled, "The request was cancelled.");
  co_return co_await cancel_run(loop, std::move(run), std::move(reason));
}

Awaitable<Result<>> Engine::cancel_run(Loop& loop, std::shared_ptr<Run> run, Error reason) {
  auto cancel_there = [this, run, reason](UniqueFunction<void(Result<>)> done) {
    run->loop().post([this, run, reason, done = std::move(done)]() mutable {
      auto waiting = std::make_shared<Waiting>(run->loop(), std::move(done));
      waiting->deadline.emplace(run->loop().timers(), [this, waiting = std::weak_ptr(waiting)] {
        if (const auto late = waiting.lock())
          late->tell(not_logged_in_time("The answer is stopped, but that"));
      });
      waiting->deadline->arm(parts_.config.max_log_wait);
      // The run keeps `waiting` alive until its end is in the log.
      run->cancel(std::move(reason), [waiting] { waiting->tell({}); });
    });
  };
  const Result<> cancelled = co_await await_callback<Result<>>(loop, std::move(cancel_there));
  co_return cancelled;
}

Awaitable<Result<std::shared_ptr<LogBuffer>>> Engine::find(Loop& loop, RunId id, std::string user) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = live_.find(id); found != live_.end()) {
      if (found->second.user != user) co_return unknown_run();
      if (found->second.run->expired()) co_return expired_run();
      co_return found->second.log;
    }
  }
  const auto record =
      co_await call<&Store::find_run>(loop, Deadline::in(kMaxFind, parts_.clock), parts_.store, id);
  if (!record) co_return record.error();
  if (!*record || (*record)->user != user) co_return unknown_run();
  const bool unopened_too_long =
      !(*record)->opened && parts_.clock.wall() - (*record)->created >= parts_.config.unopened_expiry;
  if ((*record)->expired || unopened_too_long) co_return expired_run();
  co_return log_from_record(**record);
}

std::shared_ptr<LogBuffer> Engine::log_from_record(const RunRecord& record) {
  const std::lock_guard lock(mutex_);
  if (const auto known = archived_.find(record.id); known != archived_.end())
    if (auto log = known->second.lock()) return log;
  LogHead head{record.id,    record.user,    record.surface,      record.turn,
               record.model, record.created, record.conversation, record.idempotency_key};
  auto log = std::make_shared<LogBuffer>(std::move(head), record.epochs, record.last, parts_.store, cache_);
  log->restore_terminal(record.last, record.opened);
  remember(log);
  return log;
}

void Engine::remember(const std::shared_ptr<LogBuffer>& log) {
  archived_[log->id()] = log;
  // When there are many entries, those of logs that nobody reads any more are removed.
  if (archived_.size() < tidy_archived_at_) return;
  std::erase_if(archived_, [](const auto& entry) { return entry.second.expired(); });
  tidy_archived_at_ = std::max<std::size_t>(4096, archived_.size() * 2);
}

std::unique_ptr<Subscription> Engine::subscribe(Loop& loop, std::shared_ptr<LogBuffer> log,
                                                const Format& format, Position after, std::size_t skip) {
  assert(Loop::current() == &loop);
  if (log->open_first()) {
    std::shared_ptr<Run> run;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = live_.find(log->id()); found != live_.end()) run = found->second.run;
    }
    if (run)
      run->loop().post(
          [this, run] { parts_of(run->loop()).committer.mark(run->request().id, RunMark::opened); });
    else
      parts_.store.mark_opened(log->id(), [](Result<>) {});
  }
  parts_.observer.subscribed(log->id(), after);
  return std::make_unique<Subscription>(std::move(log), format, after.offset, parts_of(loop).hub, skip);
}

std::unique_ptr<ByteSource> Engine::read_channel(Loop& loop, OpenChannel channel, const Format& format) {
  assert(Loop::current() == &loop);
  if (channel.log) return subscribe(loop, std::move(channel.log), format, channel.after);
  return std::make_unique<ChannelSource>(std::move(channel.pending), format, parts_of(loop).hub);
}

std::string Engine::name_of(const ConversationKey& conversation) {
  std::string name;
  name.append(conversation.user).push_back('\0');
  name.append(conversation.surface).push_back('\0');
  return name.append(conversation.id);
}

std::optional<UserMessage> Engine::prompt_of(const RunRequest& request) {
  if (request.conversation.empty()) return std::nullopt;
  UserMessage message;
  message.conversation = {request.user, request.surface, request.conversation};
  message.run = request.id;
  message.text = request.prompt;
  message.created = request.created;
  message.tokens = request.prompt_tokens;
  message.kind = kind_of(request);
  message.project = request.project;
  message.task = request.task;
  message.branch = request.branch;
  message.share_key = request.share_key;
  return message;
}

RunRecord Engine::record_of(const RunRequest& request, const Terminal& terminal) const {
  RunRecord record;
  record.id = request.id;
  record.user = request.user;
  record.surface = request.surface;
  record.mode = request.mode;
  record.conversation = request.conversation;
  record.model = request.model;
  record.code = terminal.code;
  record.usage = terminal.usage;
  record.text_from = terminal.text_from;
  record.text_bytes = terminal.text_bytes;
  record.idempotency_key = request.idempotency_key;
  record.body_digest = request.body_digest;
  record.project = request.project;
  record.task = request.task;
  record.turn = request.turn;
  record.kind = kind_of(request);
  record.source = terminal.source;
  record.cost = terminal.usage.cost;
  record.created = request.created;
  return record;
}

// Only a provider that reached the end of its answer has reported a finish reason.
std::optional<FinishReason> Engine::finish_of(RunState state, const Terminal& terminal) {
  if (state == RunState::completed || terminal.code == ErrorCode::provider_content_filter)
    return terminal.finish;
  return std::nullopt;
}

RunRecord Engine::record_of(const Run& run) const {
  RunRecord record = record_of(run.request(), run.terminal());
  if (!run.has_key()) record.idempotency_key.clear();
  record.state = run.state();
  record.finish = finish_of(record.state, run.terminal());
  record.epochs = run.shared_log()->epochs();
  record.last = run.shared_log()->appended();
  record.finished = parts_.clock.wall();
  record.opened = run.shared_log()->opened();
  record.expired = run.expired();
  return record;
}

// No reader has seen the end yet. A client that sends its next request because of the end finds the slot free
// and the answer stored.
void Engine::ended(const std::shared_ptr<Run>& run) {
  const bool counts = counts_against_quotas(run->state(), run->text_bytes());
  parts_.counters.settle(run->request().id, counts ? Charge::counted : Charge::refunded, [](Result<>) {});
  if (!run->request().conversation.empty()) {
    const std::lock_guard lock(mutex_);
    ++unsettled_[conversation_of(run->request())].runs;
  }
  settle(run, kFirstSettlePause);
}

std::string Engine::conversation_of(const RunRequest& request) {
  return name_of({request.user, request.surface, request.conversation});
}

void Engine::stop_waiting(const std::string& conversation, const std::shared_ptr<Waiting>& waiting) {
  waiting->tell(Error{ErrorCode::unavailable,
                      "The last answer of this conversation is still being stored. Try again in a moment.",
                      {},
                      {},
                      Milliseconds(1000)});
  // Not from inside its timer.
  waiting->loop.post([this, conversation, waiting] {
    const std::lock_guard lock(mutex_);
    if (const auto found = unsettled_.find(conversation); found != unsettled_.end())
      std::erase(found->second.waiting, waiting);
  });
}

Awaitable<Result<>> Engine::wait_for_settlement(Loop& loop, ConversationKey conversation) {
  const std::string key = name_of(conversation);
  {
    const std::lock_guard lock(mutex_);
    if (!unsettled_.contains(key)) co_return Result<>();
  }
  auto wait = [this, key, &loop](UniqueFunction<void(Result<>)> done) {
    auto waiting = std::make_shared<Waiting>(loop, std::move(done));
    waiting->deadline.emplace(loop.timers(), [this, key, waiting = std::weak_ptr(waiting)] {
      if (const auto late = waiting.lock()) stop_waiting(key, late);
    });
    waiting->deadline->arm(parts_.config.settle_wait);
    bool settled = false;
    {
      const std::lock_guard lock(mutex_);
      const auto found = unsettled_.find(key);
      settled = found == unsettled_.end();
      if (!settled) found->second.waiting.push_back(waiting);
    }
    if (settled) waiting->tell({});
  };
  const Result<> waited = co_await await_callback<Result<>>(loop, std::move(wait));
  co_return waited;
}

void Engine::settle(std::shared_ptr<Run> run, Milliseconds pause) {
  const auto log = run->shared_log();
  const Offset before = log->archive_taken();
  RunRecord record = record_of(*run);
  const bool opened = record.opened;
  std::optional<UserMessage> prompt;
  if (!run->has_stored_prompt()) prompt = prompt_of(run->request());
  parts_.store.settle(std::move(record), log->take_rest_for_archive(), std::move(prompt),
                      [this, run, before, opened, pause](Result<bool> result) {
                        run->loop().post([this, run, before, opened, pause, result = std::move(result)] {
                          if (result) return settled(run, opened);
                          // Nothing is lost: the journal has everything. Retry, with growing pauses.
                          parts_.observer.storage_error("store", result.error());
                          run->shared_log()->return_from_archive(before);
                          auto timer = std::make_shared<std::unique_ptr<Timer>>();
                          *timer = std::make_unique<Timer>(run->loop().timers(), [this, run, pause, timer] {
                            settle(run, std::min(pause * 2, kMaxSettlePause));
                            run->loop().post([timer] { timer->reset(); });
                          });
                          (*timer)->arm(pause);
                        });
                      });
}

void Engine::settled(const std::shared_ptr<Run>& run, bool recorded_as_opened) {
  const RunRequest& request = run->request();
  parts_.events.trim(request.id, run->shared_log()->appended());
  std::vector<std::shared_ptr<Waiting>> waiting;
  std::vector<std::shared_ptr<Waiting>> for_run;
  bool has_eraser = false;
  bool is_late = false;  // a removal covers the run, and did not find it
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = unsettled_.find(conversation_of(request));
        found != unsettled_.end() && --found->second.runs == 0) {
      waiting = std::move(found->second.waiting);
      unsettled_.erase(found);
    }
    remember(run->shared_log());
    if (auto ended = live_.extract(request.id)) {
      for_run = std::move(ended.mapped().until_settled);
      has_eraser = ended.mapped().is_erased;
    }
    // Under the same lock: a removal that begins later finds the run in the store, and counts its messages.
    is_late = !has_eraser && is_covered(request);
  }
  if (is_late) parts_.erasures->erase_runs({request.id}, [](Result<>) {});
  if (run->has_key()) parts_.counters.stored(request.id);
  for (const auto& each : for_run) each->loop.post([each] { each->tell({}); });
  for (const auto& each : waiting) each->loop.post([each] { each->tell({}); });
  // The first reader came during the settlement. From here on, subscribe() does not find the run among the
  // live ones, and marks it in the store itself.
  if (!recorded_as_opened && run->shared_log()->opened())
    parts_.store.mark_opened(request.id, [](Result<>) {});
}

std::size_t Engine::live_runs() const {
  const std::lock_guard lock(mutex_);
  return live_.size();
}

void Engine::hand_over_runs(UniqueFunction<void()> done) {
  // Counts down the loops; the last one calls `done`.
  auto left = std::make_shared<std::atomic<std::size_t>>(loops_.size());
  auto shared = std::make_shared<UniqueFunction<void()>>(std::move(done));
  for (const auto& parts : loops_)
    parts->loop.post([this, left, shared, loop = &parts->loop] {
      std::vector<std::shared_ptr<Run>> runs;
      {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, live] : live_)
          if (&live.run->loop() == loop) runs.push_back(live.run);
      }
      for (const auto& run : runs) run->hand_over();
      if (left->fetch_sub(1) == 1) (*shared)();
    });
}

void Engine::sweep(const Retention& retention) {
  if (parts_.channels)
    parts_.channels->sweep_channels(parts_.clock.wall() - retention.events,
                                    [this](Result<std::uint64_t> result) {
                                      if (!result) parts_.observer.storage_error("store", result.error());
                                    });
  if (parts_.cache)
    parts_.cache->sweep_answers(parts_.clock.wall() - parts_.caching.stale_if_error, parts_.caching.max_bytes,
                                [this](Result<std::uint64_t> result) {
                                  if (!result) parts_.observer.storage_error("cache", result.error());
                                });
  parts_.store.sweep(parts_.clock.wall(), retention, [this](Result<std::uint64_t> result) {
    if (!result) parts_.observer.storage_error("store", result.error());
  });
}

}  // namespace belay
