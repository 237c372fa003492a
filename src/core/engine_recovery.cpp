// Engine::recover(): how an engine begins where another one was cut off.
//
// Every run that the journal or the store knows and that is not settled is either settled (its end is in the
// log) or taken up again. All of its events are moved to the store first; only then is the old journal let
// go. A crash in the middle of this finds the same facts again: every step is idempotent.

#include <algorithm>
#include <deque>
#include <future>
#include <unordered_map>
#include <utility>

#include "core/engine.hpp"
#include "core/recovery.hpp"

namespace belay {

Result<Engine::Recovered> Engine::recover() {
  Recovered recovered;
  RecoveredLogs found(parts_.store);
  const auto replayed = parts_.events.replay(found);
  if (!replayed) return replayed.error();
  recovered.journal = *replayed;
  if (const auto stored = found.store_all(); !stored) return stored.error();
  if (const auto added = found.add_unsettled(); !added) return added.error();

  // The store's queue is bounded: no more at once than fit with room to spare.
  constexpr std::size_t kMostAtOnce = 256;
  std::deque<std::future<Result<bool>>> settling;
  const auto wait_for_one = [&]() -> Result<> {
    const auto result = settling.front().get();
    settling.pop_front();
    if (!result) return result.error();
    recovered.settled += *result;
    return {};
  };
  expect_shared(found);
  std::size_t next_loop = 0;
  std::unordered_map<std::string, Milliseconds> delays;  // of runs that share an answer: one call of the provider
  std::uint64_t calls = 0;
  for (auto& [id, log] : found.logs()) {
    if (log.last == 0) continue;  // a mark of a run that is no longer kept
    if (!log.request) {
      ++recovered.unreadable;
      record_unreadable(id, log);
      continue;
    }
    if (log.end) {
      auto promise = std::make_shared<std::promise<Result<bool>>>();
      if (settling.size() == kMostAtOnce)
        if (const auto settled = wait_for_one(); !settled) return settled.error();
      settling.push_back(promise->get_future());
      // The earlier process may not have got to it.
      std::optional<UserMessage> prompt;
      if (!log.request->conversation.empty()) prompt = message_of(*log.request);
      parts_.store.settle(record_of(log), {}, std::move(prompt),
                          [promise](Result<bool> result) { promise->set_value(std::move(result)); });
      continue;
    }
    ++recovered.taken_up;
    LedgerRow open;
    open.run = id;
    open.user = log.request->user;
    open.surface = log.request->surface;
    open.mode = log.request->mode;
    open.created = log.request->created;
    open.model = log.request->model;
    recovered.open.push_back(std::move(open));
    Loop& loop = loops_[next_loop++ % loops_.size()]->loop;
    if (recovered.journal.tail_may_be_lost) {
      // One that no earlier process can have given to a tail that was lost as well: the time tells them
      // apart.
      const auto now = static_cast<Epoch>(parts_.clock.wall().ms / 1000);
      log.epochs.push_back({std::max(log.epochs.back().epoch + 1, now), log.last + 1});
    }
    for (const std::string& key : log.request->reserved) {
      LimitCheck slot;
      slot.key = key;
      parts_.counters.restore(slot, log.request->created);
    }
    RunHead head{id, log.request->user, log.request->surface, log.request->turn};
    auto run_log = std::make_shared<RunLog>(std::move(head), log.epochs, log.last, parts_.store, cache_);
    if (log.opened) run_log->open_first();
    const auto run = make_run(loop, std::move(*log.request), std::move(run_log));
    adopt(run);
    // Not all at once: the provider is about to see them all.
    const Milliseconds next(static_cast<std::int64_t>((calls + 1) * 1000 / parts_.config.recoveries_per_second));
    Milliseconds delay = next;
    const std::string& key = run->request().share_key;
    if (!key.empty()) delay = delays.try_emplace(key, next).first->second;
    if (delay == next) ++calls;
    loop.post(
        [run, delay, past = std::move(log.past)]() mutable { run->recover_after(delay, std::move(past)); });
  }
  while (!settling.empty())
    if (const auto settled = wait_for_one(); !settled) return settled.error();
  if (const auto discarded = parts_.events.discard_replayed(); !discarded) return discarded.error();
  return recovered;
}

// What runs shared when they were cut off: the longest text that one of them told is what they go on from; an answer
// that was whole for one is whole for all.
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

// A log without a readable beginning belongs to nobody: it gets a record that nobody can find, so that retention takes
// its events like any other's.
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
  record.epochs = log.epochs;
  record.last = log.last;
  record.finished = log.ended;
  record.opened = log.opened;
  record.expired = *log.end == EventType::cancelled && log.terminal.code == ErrorCode::expired;
  return record;
}

}  // namespace belay
