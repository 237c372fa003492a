// Engine::recover(): how an engine starts after an earlier process was cut off.
//
// Each unsettled run that the journal or the store knows is either settled (its end is in the log) or taken
// over. First, all of its events are moved to the store. Only then is the old journal deleted; after a lost
// tail, only when every run has an event in its new epoch. If a crash happens in the middle of this, the next
// process finds the same facts again: every step is idempotent.

#include <algorithm>
#include <deque>
#include <future>
#include <limits>
#include <unordered_map>
#include <utility>

#include "core/run/engine.hpp"
#include "core/run/recovery.hpp"

namespace belay {
namespace {

// The calls to the store in progress. The store's queue is bounded, so their number is limited to well below
// its capacity.
class StoreCalls {
 public:
  using Done = Store::Done<bool>;

  // Makes one more call, as soon as the limit allows. An error is that of an earlier call.
  template <class Call>
  Result<> add(const Call& call) {
    if (under_way_.size() == kMax)
      if (const auto waited = wait_for_one(); !waited) return waited;
    auto promise = std::make_shared<std::promise<Result<bool>>>();
    under_way_.push_back(promise->get_future());
    call([promise](Result<bool> result) { promise->set_value(std::move(result)); });
    return {};
  }
  // Waits for all calls. Returns how many of them returned true.
  Result<std::uint64_t> wait_for_all() {
    while (!under_way_.empty())
      if (const auto waited = wait_for_one(); !waited) return waited.error();
    return true_results_;
  }

 private:
  static constexpr std::size_t kMax = 256;

  Result<> wait_for_one() {
    const auto result = under_way_.front().get();
    under_way_.pop_front();
    if (!result) return result.error();
    true_results_ += *result;
    return {};
  }

  std::deque<std::future<Result<bool>>> under_way_;
  std::uint64_t true_results_ = 0;
};

Result<std::vector<Erasure>> pending_erasures(ErasureStore& store) {
  using Found = Result<std::vector<ErasureStore::Pending>>;
  auto promise = std::make_shared<std::promise<Found>>();
  store.pending_erasures([promise](Found result) { promise->set_value(std::move(result)); });
  const auto pending = promise->get_future().get();
  if (!pending) return pending.error();
  std::vector<Erasure> erasures;
  for (const auto& each : *pending) erasures.push_back(each.erasure);
  return erasures;
}

// The record of a run that was removed has no user.
bool was_removed(Store& store, const RunId& run) {
  using Found = Result<std::optional<RunRecord>>;
  auto promise = std::make_shared<std::promise<Found>>();
  store.find_run(run, [promise](Found result) { promise->set_value(std::move(result)); });
  const auto record = promise->get_future().get();
  return record && *record && (*record)->user.empty();
}

// Clients may have seen events of channels that are lost.
Result<> begin_channel_epoch(ChannelStore& store, WallTime now) {
  auto promise = std::make_shared<std::promise<Result<>>>();
  store.begin_channel_epoch(static_cast<Epoch>(now.ms / 1000),
                            [promise](Result<> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

LedgerRow ledger_row_of(const RunRequest& request) {
  LedgerRow row;
  row.run = request.id;
  row.user = request.user;
  row.surface = request.surface;
  row.mode = request.mode;
  row.created = request.created;
  row.model = request.model;
  return row;
}

}  // namespace

Result<Engine::Recovered> Engine::recover() {
  Recovered recovered;
  std::optional<RecoveredChannels> channels;
  if (parts_.channels) channels.emplace(*parts_.channels, retention_of(parts_.config));
  RecoveredLogs found(parts_.store, channels ? &*channels : nullptr, parts_.seal);
  if (parts_.erasures) {
    const auto erasures = pending_erasures(*parts_.erasures);
    if (!erasures) return erasures.error();
    found.leave_out(*erasures);
    erasures_ = *erasures;
  }
  const auto replayed = parts_.events.replay(found);
  if (!replayed) return replayed.error();
  recovered.journal = *replayed;
  if (const auto stored = found.store_all(); !stored) return stored.error();
  if (channels) {
    if (const auto stored = channels->store_all(); !stored) return stored.error();
    channels_->begin_epochs_after(channels->newest_epoch());
    if (replayed->tail_may_be_lost)
      if (const auto begun = begin_channel_epoch(*parts_.channels, parts_.clock.wall()); !begun)
        return begun.error();
  }
  if (const auto added = found.add_unsettled(); !added) return added.error();
  if (replayed->machine_restarted)
    if (const auto added = found.add_stored_events(); !added) return added.error();

  if (const auto erased = erase_recovered(found); !erased) return erased.error();

  charge_lost_calls(found);
  expect_shared(found);
  // The delays of runs that share an answer: they need only one provider call.
  std::unordered_map<std::string, Milliseconds> delays;
  std::uint64_t provider_calls = 0;
  StoreCalls calls;
  for (auto& [id, log] : found.logs()) {
    if (log.last == 0) continue;  // a mark of a run that is no longer kept
    if (!log.request) {
      ++recovered.unreadable;
      record_unreadable(id, log);
      continue;
    }
    if (log.end) {
      // The earlier process may not have stored the prompt.
      // The init capture is needed because clang 14 cannot capture structured bindings.
      const auto settle = [&, &log = log](StoreCalls::Done done) {
        parts_.store.settle(record_of(log), {}, prompt_of(*log.request), std::move(done));
      };
      if (const auto added = calls.add(settle); !added) return added.error();
      continue;
    }
    if (auto prompt = prompt_of(*log.request)) {
      const auto store_it = [&](StoreCalls::Done done) {
        parts_.store.store_prompt(std::move(*prompt), [done = std::move(done)](Result<> stored) mutable {
          done(stored ? Result<bool>(false) : Result<bool>(stored.error()));
        });
      };
      if (const auto added = calls.add(store_it); !added) return added.error();
    }
    ++recovered.taken_over;
    recovered.open.push_back(ledger_row_of(*log.request));
    if (recovered.journal.tail_may_be_lost) {
      // The new epoch must not equal one that an earlier process gave to a tail that was also lost. The
      // current time makes it different.
      const auto now = static_cast<Epoch>(parts_.clock.wall().ms / 1000);
      log.epochs.push_back({std::max(log.epochs.back().epoch + 1, now), log.last + 1});
    }
    // The runs do not start all at once, so that the provider is not overloaded.
    const Milliseconds next(
        static_cast<std::int64_t>((provider_calls + 1) * 1000 / parts_.config.recoveries_per_second));
    Milliseconds delay = next;
    const std::string& key = log.request->share_key;
    if (!key.empty()) delay = delays.try_emplace(key, next).first->second;
    if (delay == next) ++provider_calls;
    const auto log_buffer = take_over(log, delay);
    if (recovered.journal.tail_may_be_lost) unwritten_epochs_.push_back({log_buffer, log.last});
  }
  const auto settled = calls.wait_for_all();
  if (!settled) return settled.error();
  recovered.settled = *settled;
  keeps_recovered_journal_ = true;
  if (const auto discarded = discard_recovered_journal(); !discarded) return discarded.error();
  return recovered;
}

// A call that several runs were waiting for is charged to one of them: to the run whose log says so, else to
// the run that has waited longest.
void Engine::charge_lost_calls(RecoveredLogs& found) {
  struct Call {
    bool paid = false;
    std::optional<Usage> usage;
    std::uint64_t bytes = 0;
    RunId first{};
    Run::RecoveredState* charged_participant = nullptr;
  };
  std::unordered_map<std::string, Call> calls;
  for (auto& [id, log] : found.logs()) {
    for (const std::string& paid : log.recovered.paid_calls) calls[paid].paid = true;
    if (log.recovered.call.empty()) {
      // An answer from the cache has cost nothing. A run without an answer must not be charged.
      if (log.request && !log.request->share_key.empty()) log.recovered.charged_elsewhere = true;
      continue;
    }
    Call& call = calls[log.recovered.call];
    if (log.end) {
      // The usage that this run received without being charged.
      if (log.terminal.source == AnswerSource::shared) call.usage = log.terminal.usage;
      continue;
    }
    log.recovered.charged_elsewhere = true;
    call.bytes = std::max<std::uint64_t>(
        call.bytes, log.recovered.text.size() - log.recovered.call_from + log.recovered.call_reasoning);
    if (call.charged_participant && call.first < id) continue;
    call.first = id;
    call.charged_participant = &log.recovered;
  }
  for (auto& [name, call] : calls) {
    if (call.paid || !call.charged_participant) continue;
    call.charged_participant->charged_elsewhere = false;
    call.charged_participant->call_bytes = call.bytes;
    call.charged_participant->call_usage = call.usage;
  }
}

// Prepares the generations that runs shared when they were cut off. They continue from the longest text that
// one of the runs delivered. An answer that was complete for one run is complete for all.
void Engine::expect_shared(RecoveredLogs& found) {
  std::unordered_map<std::string, const std::string*> longest;
  for (auto& [id, log] : found.logs()) {
    if (!log.request || log.request->share_key.empty()) continue;
    // The answer of a run that was removed must not come back through the cache.
    if (!log.whole_answer.empty() && !was_removed(parts_.store, id)) {
      CachedAnswer answer;
      answer.text = std::exchange(log.whole_answer, {});
      answer.usage = log.terminal.usage;
      answer.finish = log.terminal.finish;
      if (answer.finish == FinishReason::stop) shared_.remember(log.request->share_key, std::move(answer));
    }
    if (log.end) continue;
    const std::string*& text = longest[log.request->share_key];
    if (!text || log.recovered.text.size() > text->size()) text = &log.recovered.text;
  }
  for (const auto& [key, text] : longest)
    if (!text->empty()) shared_.expect(key, *text);
}

std::shared_ptr<LogBuffer> Engine::take_over(RecoveredLogs::Log& log, Milliseconds delay) {
  const RunRequest& request = *log.request;
  parts_.counters.restore({request.id,
                           {request.user, request.surface, request.idempotency_key},
                           request.body_digest,
                           request.reserved});
  LogHead head{request.id,    request.user,    request.surface,      request.turn,
               request.model, request.created, request.conversation, request.idempotency_key};
  auto log_buffer =
      std::make_shared<LogBuffer>(std::move(head), log.epochs, log.last, parts_.store, cache_, log.counts);
  if (log.opened) log_buffer->open_first();
  Loop* loop = &loops_[next_recovery_loop_++ % loops_.size()]->loop;
  if (channels_ && request.channel) loop = &channels_->home_of(request.user, request.surface);
  const auto run = make_run(*loop, std::move(*log.request), log_buffer);
  if (auto feed = restored_feed(*run)) run->show_in(std::move(feed));
  adopt(run);
  // Without its prompt it can not go on: it ends as after too many attempts.
  if (!log.has_prompt) log.recovered.recoveries = std::numeric_limits<std::uint32_t>::max();
  loop->post([run, delay, recovered = std::move(log.recovered)]() mutable {
    run->recover_after(delay, std::move(recovered));
  });
  return log_buffer;
}

std::unique_ptr<ChannelFeed> Engine::restored_feed(const Run& run) {
  const RunRequest& request = run.request();
  if (!channels_ || !request.channel) return nullptr;
  auto restored = channels_->restore(request);
  if (!restored) {
    parts_.observer.storage_error("store", restored.error());
    return nullptr;
  }
  return std::make_unique<ChannelFeed>(std::move(restored->channel), request, run.loop(), restored->progress);
}

Result<> Engine::discard_recovered_journal() {
  if (!keeps_recovered_journal_) return {};
  std::erase_if(unwritten_epochs_, [](const Unwritten& run) { return run.log->last() > run.last; });
  if (!unwritten_epochs_.empty()) return {};
  const auto discarded = parts_.events.discard_replayed();
  if (discarded) keeps_recovered_journal_ = false;
  return discarded;
}

// A log without a readable beginning has no known user. It gets a record that no user can find, so that
// retention deletes its events like those of other runs.
void Engine::record_unreadable(const RunId& id, const RecoveredLogs::Log& log) {
  RunRecord record;
  record.id = id;
  record.mode = "unreadable";
  record.state = RunState::interrupted;
  record.epochs = log.epochs;
  record.last = log.last;
  record.created = id.time;
  record.finished = parts_.clock.wall();
  record.expired = true;
  parts_.store.settle(std::move(record), {}, {}, [this](Result<bool> result) {
    if (!result) parts_.observer.storage_error("store", result.error());
  });
}

RunRecord Engine::record_of(const RecoveredLogs::Log& log) const {
  const RunRequest& request = *log.request;
  RunRecord record = record_of(request, log.terminal);
  record.state = state_after(*log.end);
  record.finish = finish_of(record.state, log.terminal);
  record.epochs = log.epochs;
  record.last = log.last;
  record.finished = log.ended;
  record.opened = log.opened;
  record.expired = *log.end == EventType::cancelled && log.terminal.code == ErrorCode::expired;
  return record;
}

}  // namespace belay
