#include "core/run/recovery.hpp"

#include <algorithm>
#include <utility>

#include "base/release.hpp"
#include "core/run/started_event.hpp"
#include "core/run/wait_for.hpp"
#include "core/types/cost.hpp"

namespace belay {
namespace {

constexpr std::size_t kGather = 4 << 20;
constexpr std::size_t kReadAtOnce = 256 << 10;
constexpr std::size_t kMaxRange = 64 << 10;

// What follows in the log belongs to another provider call.
void forget_call(Run::RecoveredState& recovered) {
  recovered.call.clear();
  recovered.call_from = recovered.text.size();
  recovered.call_reasoning = 0;
  recovered.accepted = false;
}

void note_charge(const std::optional<LostCall>& charge, Run::RecoveredState& recovered) {
  if (!charge) return;
  add_usage(recovered.charged, charge->usage);
  if (!charge->call.empty()) recovered.paid_calls.push_back(charge->call);
}

// A log of an earlier version does not say which one is whole: then it is the first.
void close_call(std::uint32_t index, std::vector<std::uint32_t>& open) {
  const auto named = std::find(open.begin(), open.end(), index);
  if (!open.empty()) open.erase(named == open.end() ? open.begin() : named);
}

}  // namespace

RecoveredLogs::Log& RecoveredLogs::log_of(const RunId& run, Offset first) {
  const auto [at, is_new] = logs_.try_emplace(run);
  if (is_new && first > 1) load_archived(run, at->second);
  return at->second;
}

void RecoveredLogs::load_archived(const RunId& run, Log& log) {
  for (;;) {
    const Offset from = log.last + 1;
    auto ranges = wait_for<std::vector<ArchivedRange>>(
        [&](auto done) { store_.read_events(run, from, kReadAtOnce, std::move(done)); });
    if (!ranges && stored_) stored_ = ranges.error();
    if (!ranges || ranges->empty()) break;
    for (const ArchivedRange& range : *ranges)
      apply(log, range.epoch, {range.first, range.base_time, *range.bytes});
    if (log.last < from) break;
  }
  // Only a long run is moved before it ends, and a long run was being read. So it counts as opened.
  log.opened = true;
}

std::size_t RecoveredLogs::apply(Log& log, Epoch epoch, const EventRange& events) {
  EventReader reader(events);
  Event event;
  std::size_t read = 0;
  while (!log.broken && reader.next(event)) {
    if (event.offset > log.last + 1 || (event.offset > log.last && log.end)) {
      log.broken = true;
      break;
    }
    read = static_cast<std::size_t>(event.payload.data() + event.payload.size() - events.bytes.data());
    if (event.offset <= log.last) continue;
    log.last = event.offset;
    log.counts.add(event.type, event.payload);
    if (log.epochs.empty() || log.epochs.back().epoch != epoch) log.epochs.push_back({epoch, event.offset});
    switch (event.type) {
      case EventType::started: {
        auto started = decode_started(event.payload, seal_);
        if (!started) break;
        log.request = std::move(started->request);
        log.has_prompt = started->has_prompt;
        log.is_erased = std::any_of(erasures_.begin(), erasures_.end(), [&](const Erasure& erasure) {
          return erasure.covers(log.request->user, log.request->surface, log.request->conversation,
                                log.request->id);
        });
        break;
      }
      case EventType::delta:
        log.recovered.text.append(event.payload);
        break;
      case EventType::reasoning_delta:
        log.recovered.reasoning_bytes += event.payload.size();
        log.recovered.call_reasoning += event.payload.size();
        break;
      case EventType::part: {
        const auto part = decode_part(event.payload);
        if (!part || part->kind != PartKind::tool_call) break;
        ++log.recovered.calls;
        log.recovered.open_calls.push_back(part->index);
        break;
      }
      case EventType::tool_delta:
        log.recovered.call_reasoning += event.payload.size();
        break;
      case EventType::restarted:
        log.recovered.text.clear();
        log.recovered.reasoning_bytes = 0;
        log.recovered.actions.clear();
        log.recovered.refused_calls.clear();
        log.recovered.calls = 0;
        log.recovered.open_calls.clear();
        log.recovered.resume_token.clear();
        log.recovered.text_from = event.offset + 1;
        ++log.recovered.recoveries;
        if (const auto restarted = decode_restarted(event.payload))
          note_charge(restarted->charge, log.recovered);
        forget_call(log.recovered);
        break;
      case EventType::tool_call: {
        auto call = decode_tool_call(event.payload);
        if (!call) break;
        close_call(call->index, log.recovered.open_calls);
        if (call->problem.empty())
          log.recovered.actions.push_back(std::move(call->call));
        else
          log.recovered.refused_calls.push_back(std::move(call->call.id));
        break;
      }
      case EventType::stage: {
        const auto stage = decode_stage(event.payload);
        if (!stage) break;
        if (stage->name == kStageRecovered) {
          ++log.recovered.recoveries;
          if (log.recovered.resume_token.empty()) forget_call(log.recovered);
        }
        if (stage->charge) {
          note_charge(stage->charge, log.recovered);
          log.recovered.resume_token.clear();
          forget_call(log.recovered);
        }
        if (stage->name == kStageAnswer) log.recovered.accepted = true;
        if (!stage->call.empty()) {
          log.recovered.call = stage->call;
          log.recovered.call_from = log.recovered.text.size();
        }
        if (!stage->resume_token.empty()) log.recovered.resume_token = stage->resume_token;
        break;
      }
      default:
        break;
    }
    if (!is_terminal(event.type)) continue;
    log.end = event.type;
    log.ended = event.time;
    if (auto terminal = decode_terminal(event.payload)) log.terminal = std::move(*terminal);
    if (!log.terminal.paid_call.empty()) log.recovered.paid_calls.push_back(log.terminal.paid_call);
    // An answer from the cache must not become fresh again because of recovery.
    const bool is_new =
        log.terminal.source == AnswerSource::generated || log.terminal.source == AnswerSource::shared;
    if (event.type == EventType::completed && is_new && log.request && !log.request->share_key.empty())
      log.whole_answer = std::move(log.recovered.text);
    release(log.recovered.text);
  }
  if (!reader.ok()) log.broken = true;
  return read;
}

void RecoveredLogs::on_events(const LogAppend& events) {
  if (is_channel(events.run)) {
    if (channels_) channels_->on_events(events);
    return;
  }
  Log& log = log_of(events.run, events.events.first);
  // After a power failure, an older segment may come back without the segments that followed it.
  if (!log.broken && log.last != 0 && events.events.first > log.last + 1) load_archived(events.run, log);
  const Offset before = log.last;
  const std::size_t read = apply(log, events.epoch, events.events);
  if (log.last == before || log.is_erased) return;
  LogAppend readable = events;
  readable.count = static_cast<std::uint32_t>(log.last - events.events.first + 1);
  readable.events.bytes = events.events.bytes.substr(0, read);
  gather(log, readable);
  if (gathered_bytes_ >= kGather) store_gathered();
}

void RecoveredLogs::gather(Log& log, const LogAppend& events) {
  ArchivedRange& range = log.gathered;
  const bool follows = range.count != 0 && range.epoch == events.epoch &&
                       range.base_time == events.events.base_time &&
                       range.first + range.count == events.events.first &&
                       log.gathered_bytes.size() + events.events.bytes.size() <= kMaxRange;
  if (!follows) {
    close_gathered(log);
    range = {events.run, events.epoch, events.events.first, 0, events.events.base_time, nullptr};
  }
  range.count += events.count;
  log.gathered_bytes.append(events.events.bytes);
}

void RecoveredLogs::close_gathered(Log& log) {
  ArchivedRange& range = log.gathered;
  if (range.count == 0) return;
  gathered_bytes_ += log.gathered_bytes.size();
  range.bytes = std::make_shared<const std::string>(std::exchange(log.gathered_bytes, {}));
  gathered_.push_back(std::exchange(range, {}));
}

void RecoveredLogs::on_mark(const MarkAppend& mark) {
  if (mark.mark == RunMark::opened) log_of(mark.run, 2).opened = true;
}

void RecoveredLogs::store_gathered() {
  if (gathered_.empty()) return;
  gathered_bytes_ = 0;
  const Result<> stored =
      wait_for<void>([&](auto done) { store_.put_events(std::exchange(gathered_, {}), std::move(done)); });
  if (!stored && stored_) stored_ = stored;
}

Result<> RecoveredLogs::store_all() {
  for (auto& [id, log] : logs_) close_gathered(log);
  store_gathered();
  return stored_;
}

Result<> RecoveredLogs::add_stored_events() {
  for (auto at = logs_.begin(); at != logs_.end();) {
    auto& [run, log] = *at;
    if (log.end || log.last == 0) {
      ++at;
      continue;
    }
    const auto record = wait_for<std::optional<RunRecord>>(
        [&, id = run](auto done) { store_.find_run(id, std::move(done)); });
    if (!record) return record.error();
    if (*record) {
      at = logs_.erase(at);
      continue;
    }
    const bool opened = log.opened;
    const Offset last = log.last;
    load_archived(run, log);
    if (log.last == last) log.opened = opened;
    ++at;
  }
  return stored_;
}

Result<> RecoveredLogs::add_unsettled() {
  const auto runs = wait_for<std::vector<RunId>>([&](auto done) { store_.unsettled_runs(std::move(done)); });
  if (!runs) return runs.error();
  for (const RunId& run : *runs) {
    const auto [at, is_new] = logs_.try_emplace(run);
    if (is_new) load_archived(run, at->second);
  }
  return stored_;
}

}  // namespace belay
