// A Store in memory for tests. It is as strict as the real ones: ranges must not have gaps, and a run is
// settled only once and only if its events are complete.
//
// Calls take effect and are answered at once, on the caller's thread. While hold() is on, they wait in order.
// Faults are counted down: `fail_puts = 2` refuses the next two. Thread-safe.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <tuple>

#include "core/ports/store.hpp"

namespace belay::testing {

class FakeStore final : public Store {
 public:
  // ---- What tests set and inspect
  int fail_prompts = 0;
  int fail_puts = 0;
  int fail_settles = 0;
  int fail_reads = 0;
  int fail_finds = 0;
  // The maximum number of ranges that one read_events() returns.
  std::size_t max_ranges_per_read = std::numeric_limits<std::size_t>::max();

  std::function<void()> when_settling;
  // From now on, calls wait.
  void hold() { holding_ = true; }
  // Carries out the waiting calls in order, and the calls that these cause.
  void let_go() {
    holding_ = false;
    while (!waiting_.empty()) {
      auto call = std::move(waiting_.front());
      waiting_.pop_front();
      call();
    }
  }
  std::size_t waiting() const { return waiting_.size(); }
  // The process dies: waiting calls have no effect and get no answer.
  void lose_waiting() {
    holding_ = false;
    waiting_.clear();
  }

  // The settlements that took effect, in order.
  std::vector<RunRecord> settled;
  std::uint64_t reads = 0;
  std::vector<StoredMessage> messages(const ConversationKey& key) { return conversations_[key_of(key)]; }
  const RunRecord* record(const RunId& run) const {
    const auto found = records_.find(run);
    return found == records_.end() ? nullptr : &found->second;
  }
  Offset stored_through(const RunId& run) const {
    const auto found = events_.find(run);
    return found == events_.end() || found->second.empty() ? 0 : end_of(found->second.back());
  }
  // Removes these runs, as if they had never been settled and none of their events had been stored.
  void forget_run(const std::function<bool(const RunId&)>& which) {
    const std::lock_guard lock(mutex_);
    std::erase_if(settled, [&](const RunRecord& record) { return which(record.id); });
    std::erase_if(records_, [&](const auto& entry) { return which(entry.first); });
    std::erase_if(events_, [&](const auto& entry) { return which(entry.first); });
  }
  void forget_events(const RunId& run) {
    const std::lock_guard lock(mutex_);
    events_.erase(run);
  }

  // ---- Store
  void store_prompt(UserMessage message, Done<> done) override {
    call([this, message = std::move(message), done = std::move(done)]() mutable {
      Result<> result;
      {
        const std::lock_guard lock(mutex_);
        if (fails(fail_prompts))
          result = refused();
        else
          put_message(message);
      }
      done(std::move(result));
    });
  }
  void history(ConversationKey conversation, std::size_t max,
               Done<std::vector<StoredMessage>> done) override {
    call([this, conversation = std::move(conversation), max, done = std::move(done)]() mutable {
      std::vector<StoredMessage> newest;
      {
        const std::lock_guard lock(mutex_);
        newest = conversations_[key_of(conversation)];
      }
      if (newest.size() > max) newest.erase(newest.begin(), newest.end() - static_cast<std::ptrdiff_t>(max));
      done(std::move(newest));
    });
  }

  void put_events(std::vector<ArchivedRange> ranges, Done<> done) override {
    call([this, ranges = std::move(ranges), done = std::move(done)]() mutable {
      Result<> result;
      {
        const std::lock_guard lock(mutex_);
        if (fails(fail_puts))
          result = refused();
        else
          result = put(ranges);
      }
      done(std::move(result));
    });
  }
  void settle(RunRecord record, std::vector<ArchivedRange> rest, std::optional<UserMessage> prompt,
              Done<bool> done) override {
    call([this, record = std::move(record), rest = std::move(rest), prompt = std::move(prompt),
          done = std::move(done)]() mutable {
      Result<bool> result = false;
      if (when_settling) when_settling();
      {
        const std::lock_guard lock(mutex_);
        if (fails(fail_settles))
          result = refused();
        else
          result = settle_now(std::move(record), rest, prompt);
      }
      done(std::move(result));
    });
  }
  void mark_opened(RunId run, Done<> done) override {
    call([this, run, done = std::move(done)]() mutable {
      {
        const std::lock_guard lock(mutex_);
        if (const auto found = records_.find(run); found != records_.end()) found->second.opened = true;
      }
      done(Result<>());
    });
  }
  void unsettled_runs(Done<std::vector<RunId>> done) override {
    call([this, done = std::move(done)]() mutable {
      std::vector<RunId> runs;
      {
        const std::lock_guard lock(mutex_);
        for (const auto& [run, ranges] : events_)
          if (!ranges.empty() && !records_.contains(run)) runs.push_back(run);
      }
      done(std::move(runs));
    });
  }
  void find_run(RunId run, Done<std::optional<RunRecord>> done) override {
    find([run](const RunRecord& record) { return record.id == run; }, std::move(done));
  }
  void find_by_key(std::string user, std::string surface, std::string key,
                   Done<std::optional<RunRecord>> done) override {
    find(
        [user = std::move(user), surface = std::move(surface), key = std::move(key)](const RunRecord& r) {
          return r.user == user && r.surface == surface && r.idempotency_key == key;
        },
        std::move(done));
  }
  void read_events(RunId run, Offset from, std::size_t max_bytes,
                   Done<std::vector<ArchivedRange>> done) override {
    call([this, run, from, max_bytes, done = std::move(done)]() mutable {
      Result<std::vector<ArchivedRange>> result = std::vector<ArchivedRange>();
      {
        const std::lock_guard lock(mutex_);
        ++reads;
        std::size_t bytes = 0;
        for (const ArchivedRange& range : events_[run]) {
          if (end_of(range) < from) continue;
          if (!result->empty() && (bytes >= max_bytes || result->size() >= max_ranges_per_read)) break;
          result->push_back(range);
          bytes += range.bytes->size();
        }
        if (fails(fail_reads)) result = refused();
      }
      done(std::move(result));
    });
  }
  void archived_through(RunId run, Done<Offset> done) override {
    call([this, run, done = std::move(done)]() mutable { done(stored_through(run)); });
  }
  void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) override {
    call([this, since, done = std::move(done)]() mutable {
      std::vector<LedgerRow> rows;
      for (const RunRecord& r : settled)
        if (r.created >= since)
          rows.push_back({r.id, r.user, r.surface, r.mode, r.created, r.model, r.source, r.usage, r.cost});
      done(std::move(rows));
    });
  }
  void sweep(WallTime, Retention, Done<std::uint64_t> done) override {
    call([done = std::move(done)]() mutable { done(std::uint64_t{0}); });
  }
  void flush(Done<> done) override {
    call([done = std::move(done)]() mutable { done(Result<>()); });
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  static Key key_of(const ConversationKey& key) { return {key.user, key.surface, key.id}; }
  static Offset end_of(const ArchivedRange& range) { return range.first + range.count - 1; }
  static Error refused() { return make_error(ErrorCode::storage_full, "The disk is full."); }
  static bool fails(int& countdown) { return countdown > 0 && countdown-- > 0; }

  void call(UniqueFunction<void()> work) {
    if (holding_)
      waiting_.push_back(std::move(work));
    else
      work();
  }

  template <class Match>
  void find(Match match, Done<std::optional<RunRecord>> done) {
    call([this, match = std::move(match), done = std::move(done)]() mutable {
      Result<std::optional<RunRecord>> result = std::optional<RunRecord>();
      {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, record] : records_)
          if (match(record)) result = std::optional(record);
        if (fails(fail_finds)) result = refused();
      }
      done(std::move(result));
    });
  }

  Result<> put(const std::vector<ArchivedRange>& ranges) {
    for (const ArchivedRange& range : ranges) {
      std::vector<ArchivedRange>& stored = events_[range.run];
      const Offset through = stored.empty() ? 0 : end_of(stored.back());
      if (range.count == 0) return make_error(ErrorCode::internal, "An empty range.");
      EventReader reader({range.first, range.base_time, *range.bytes});
      std::uint32_t count = 0;
      std::size_t skip = 0;
      for (Event event; reader.next(event); ++count)
        if (event.offset <= through)
          skip = static_cast<std::size_t>(event.payload.data() + event.payload.size() - range.bytes->data());
      if (!reader.ok() || count != range.count)
        return make_error(ErrorCode::internal, "A range whose bytes are not its events.");
      if (end_of(range) <= through) continue;
      if (range.first > through + 1) return make_error(ErrorCode::conflict, "A range that leaves a gap.");
      ArchivedRange rest = range;
      rest.first = through + 1;
      rest.count = static_cast<std::uint32_t>(end_of(range) - through);
      rest.bytes = std::make_shared<const std::string>(range.bytes->substr(skip));
      stored.push_back(std::move(rest));
    }
    return {};
  }

  void put_message(const UserMessage& message) {
    auto& all = conversations_[key_of(message.conversation)];
    const auto same = [&](const StoredMessage& m) { return m.run == message.run && m.role == Role::user; };
    if (std::any_of(all.begin(), all.end(), same)) return;
    StoredMessage& stored = all.emplace_back();
    stored.run = message.run;
    stored.content = message.text;
    stored.state = "complete";
    stored.created = message.created;
  }

  Result<bool> settle_now(RunRecord record, const std::vector<ArchivedRange>& rest,
                          const std::optional<UserMessage>& prompt) {
    if (records_.contains(record.id)) return false;
    const std::vector<ArchivedRange> before = events_[record.id];
    const auto undo = [&](Error error) -> Result<bool> {
      events_[record.id] = before;
      return error;
    };
    if (auto done = put(rest); !done) return undo(done.error());
    if (stored_through(record.id) != record.last)
      return undo(make_error(ErrorCode::conflict, "Not all events are here."));
    if (prompt && !prompt->conversation.id.empty()) put_message(*prompt);
    if (!record.conversation.empty()) {
      std::string text;
      for (const ArchivedRange& range : events_[record.id]) {
        EventReader reader({range.first, range.base_time, *range.bytes});
        for (Event event; reader.next(event);)
          if (event.type == EventType::delta && event.offset >= record.text_from) text.append(event.payload);
      }
      const bool complete = record.state == RunState::completed;
      StoredMessage& stored =
          conversations_[{record.user, record.surface, record.conversation}].emplace_back();
      stored.run = record.id;
      stored.role = Role::assistant;
      stored.content = std::move(text);
      stored.state = complete ? "complete" : to_string(record.state);
      stored.finish = record.finish;
      stored.model = record.model;
      stored.usage = record.usage;
      stored.created = record.finished;
    }
    settled.push_back(record);
    records_.emplace(record.id, std::move(record));
    return true;
  }

  std::mutex mutex_;
  std::map<RunId, std::vector<ArchivedRange>> events_;
  std::map<RunId, RunRecord> records_;
  std::map<Key, std::vector<StoredMessage>> conversations_;
  bool holding_ = false;
  std::deque<UniqueFunction<void()>> waiting_;
};

}  // namespace belay::testing
