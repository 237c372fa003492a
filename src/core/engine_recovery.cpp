// Engine::recover(): how an engine begins where another one was cut off.
//
// Every run that the journal or the store knows and that is not settled is either settled (its end is in the
// log) or taken up again. All of its events are moved to the store first; only then is the old journal let
// go, and after a lost tail only once every run has an event in its new epoch. A crash in the middle of this
// finds the same facts again: every step is idempotent.

#include <algorithm>
#include <deque>
#include <future>
#include <unordered_map>
#include <utility>

#include "core/engine.hpp"
#include "core/recovery.hpp"

namespace belay {
namespace {

// Calls to the store under way. Its queue is bounded: no more at once than fit with room to spare.
class StoreCalls {
 public:
  using Done = Store::Done<bool>;

  // Makes one more, once there is room. The error is that of an earlier one.
  template <class Call>
  Result<> add(const Call& call) {
    if (under_way_.size() == kMost)
      if (const auto waited = wait_for_one(); !waited) return waited;
    auto promise = std::make_shared<std::promise<Result<bool>>>();
    under_way_.push_back(promise->get_future());
    call([promise](Result<bool> result) { promise->set_value(std::move(result)); });
    return {};
  }
  // How many of all have said true.
  Result<std::uint64_t> wait_for_all() {
    while (!under_way_.empty())
      if (const auto waited = wait_for_one(); !waited) return waited.error();
    return said_true_;
  }

 private:
  static constexpr std::size_t kMost = 256;

  Result<> wait_for_one() {
    const auto result = under_way_.front().get();
    under_way_.pop_front();
    if (!result) return result.error();
    said_true_ += *result;
    return {};
  }

  std::deque<std::future<Result<bool>>> under_way_;
  std::uint64_t said_true_ = 0;
};

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
  RecoveredLogs found(parts_.store);
  const auto replayed = parts_.events.replay(found);
  if (!replayed) return replayed.error();
  recovered.journal = *replayed;
  if (const auto stored = found.store_all(); !stored) return stored.error();
  if (const auto added = found.add_unsettled(); !added) return added.error();
  if (replayed->machine_restarted)
    if (const auto added = found.add_what_the_store_knows(); !added) return added.error();

  charge_lost_calls(found);
  expect_shared(found);
  std::unordered_map<std::string, Milliseconds>
      delays;  // of runs that share an answer: one call of the provider
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
      // The earlier process may not have got to the prompt.
      const auto settle = [&, &log = log](StoreCalls::Done done) {  // clang 14 captures no bindings
        parts_.store.settle(record_of(log), {}, prompt_of(*log.request), std::move(done));
      };
      if (const auto room = calls.add(settle); !room) return room.error();
      continue;
    }
    if (auto prompt = prompt_of(*log.request)) {
      const auto store_it = [&](StoreCalls::Done done) {
        parts_.store.store_prompt(std::move(*prompt), [done = std::move(done)](Result<> stored) mutable {
          done(stored ? Result<bool>(false) : Result<bool>(stored.error()));
        });
      };
      if (const auto room = calls.add(store_it); !room) return room.error();
    }
    ++recovered.taken_up;
    recovered.open.push_back(ledger_row_of(*log.request));
    if (recovered.journal.tail_may_be_lost) {
      // One that no earlier process can have given to a tail that was lost as well: the time tells them
      // apart.
      const auto now = static_cast<Epoch>(parts_.clock.wall().ms / 1000);
      log.epochs.push_back({std::max(log.epochs.back().epoch + 1, now), log.last + 1});
    }
    // Not all at once: the provider is about to see them all.
    const Milliseconds next(
        static_cast<std::int64_t>((provider_calls + 1) * 1000 / parts_.config.recoveries_per_second));
    Milliseconds delay = next;
    const std::string& key = log.request->share_key;
    if (!key.empty()) delay = delays.try_emplace(key, next).first->second;
    if (delay == next) ++provider_calls;
    const auto run_log = take_up(log, delay);
    if (recovered.journal.tail_may_be_lost) unwritten_epochs_.push_back({run_log, log.last});
  }
  const auto settled = calls.wait_for_all();
  if (!settled) return settled.error();
  recovered.settled = *settled;
  keeps_recovered_journal_ = true;
  if (const auto discarded = discard_recovered_journal(); !discarded) return discarded.error();
  return recovered;
}

// A call that several runs were waiting for is charged to one of them: to the one whose log says so, else to
// the one that has waited longest.
void Engine::charge_lost_calls(RecoveredLogs& found) {
  struct Call {
    bool paid = false;
    std::optional<Usage> usage;
    std::uint64_t bytes = 0;
    RunId first{};
    Run::Past* payer = nullptr;
  };
  std::unordered_map<std::string, Call> calls;
  for (auto& [id, log] : found.logs()) {
    for (const std::string& paid : log.past.paid_calls) calls[paid].paid = true;
    if (log.past.call.empty()) {
      // An answer out of the cache has cost nothing, and a run without one is not to be asked.
      if (log.request && !log.request->share_key.empty()) log.past.charged_elsewhere = true;
      continue;
    }
    Call& call = calls[log.past.call];
    if (log.end) {
      // What it was told without being charged.
      if (log.terminal.source == AnswerSource::shared) call.usage = log.terminal.usage;
      continue;
    }
    log.past.charged_elsewhere = true;
    call.bytes = std::max<std::uint64_t>(call.bytes, log.past.text.size() - log.past.call_from);
    if (call.payer && call.first < id) continue;
    call.first = id;
    call.payer = &log.past;
  }
  for (auto& [name, call] : calls) {
    if (call.paid || !call.payer) continue;
    call.payer->charged_elsewhere = false;
    call.payer->call_bytes = call.bytes;
    call.payer->call_usage = call.usage;
  }
}

// What runs shared when they were cut off: the longest text that one of them told is what they go on from; an
// answer that was whole for one is whole for all.
void Engine::expect_shared(RecoveredLogs& found) {
  std::unordered_map<std::string, const std::string*> longest;
  for (auto& [id, log] : found.logs()) {
    if (!log.request || log.request->share_key.empty()) continue;
    if (!log.whole_answer.empty()) {
      CachedAnswer answer;
      answer.text = std::exchange(log.whole_answer, {});
      answer.usage = log.terminal.usage;
      answer.finish = log.terminal.finish;
      if (answer.finish == FinishReason::stop) shared_.remember(log.request->share_key, std::move(answer));
    }
    if (log.end) continue;
    const std::string*& text = longest[log.request->share_key];
    if (!text || log.past.text.size() > text->size()) text = &log.past.text;
  }
  for (const auto& [key, text] : longest)
    if (!text->empty()) shared_.expect(key, *text);
}

std::shared_ptr<RunLog> Engine::take_up(RecoveredLogs::Log& log, Milliseconds delay) {
  for (const std::string& key : log.request->reserved) {
    LimitCheck slot;
    slot.key = key;
    parts_.counters.restore(slot, log.request->created);
  }
  RunHead head{log.request->id, log.request->user, log.request->surface, log.request->turn};
  auto run_log = std::make_shared<RunLog>(std::move(head), log.epochs, log.last, parts_.store, cache_);
  if (log.opened) run_log->open_first();
  Loop& loop = loops_[next_recovery_loop_++ % loops_.size()]->loop;
  const auto run = make_run(loop, std::move(*log.request), run_log);
  adopt(run);
  loop.post(
      [run, delay, past = std::move(log.past)]() mutable { run->recover_after(delay, std::move(past)); });
  return run_log;
}

Result<> Engine::discard_recovered_journal() {
  if (!keeps_recovered_journal_) return {};
  std::erase_if(unwritten_epochs_, [](const Unwritten& run) { return run.log->last() > run.last; });
  if (!unwritten_epochs_.empty()) return {};
  const auto discarded = parts_.events.discard_replayed();
  if (discarded) keeps_recovered_journal_ = false;
  return discarded;
}

// A log without a readable beginning belongs to nobody: it gets a record that nobody can find, so that
// retention takes its events like any other's.
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
    if (!result) parts_.observer.storage_trouble("store", result.error());
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
