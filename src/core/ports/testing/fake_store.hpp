// A Store in memory for tests. It passes the contract, so it is as strict as the real ones: ranges must not have gaps,
// and a run is settled only once and only if its events are complete. FakeConversationStore and FakeSessionStore can
// share its calls and its data, as one real store implements all three ports. It outlives the processes of a test.
//
// Calls take effect and are answered at once, on the caller's thread. While hold() is on, they wait in order.
// Faults are counted down: `fail_puts = 2` refuses the next two. Thread-safe.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "core/ports/store.hpp"
#include "core/ports/testing/fake_archive.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_turns.hpp"
#include "core/types/conversation.hpp"
#include "core/types/title.hpp"

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
  void hold() { queue_.hold(); }
  // Carries out the waiting calls in order, and then the calls that these cause.
  void let_go() { queue_.let_go(); }
  std::size_t waiting() const { return queue_.waiting(); }
  // The process dies: waiting calls have no effect and get no answer.
  void lose_waiting() { queue_.lose_waiting(); }

  // The settlements that took effect, in order.
  std::vector<RunRecord> settled;
  std::uint64_t reads = 0;
  // In the order of the history, of all branches.
  std::vector<StoredMessage> messages(const ConversationKey& key) const {
    const std::lock_guard lock(mutex_);
    return messages_of(key);
  }
  const RunRecord* record(const RunId& run) const {
    const std::lock_guard lock(mutex_);
    const auto found = records_.find(run);
    return found == records_.end() ? nullptr : &found->second;
  }
  Offset stored_through(const RunId& run) const {
    const std::lock_guard lock(mutex_);
    return archive_.through(run);
  }
  // Removes these runs, as if they had never been settled and none of their events had been stored.
  void forget_run(const std::function<bool(const RunId&)>& which) {
    const std::lock_guard lock(mutex_);
    std::erase_if(settled, [&](const RunRecord& record) { return which(record.id); });
    std::erase_if(records_, [&](const auto& entry) { return which(entry.first); });
    archive_.erase_if(which);
  }
  void forget_events(const RunId& run) {
    const std::lock_guard lock(mutex_);
    archive_.erase(run);
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
          result = put_prompt(message);
      }
      done(std::move(result));
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
          result = put(std::move(ranges));
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
        for (const RunId& run : archive_.runs())
          if (!records_.contains(run)) runs.push_back(run);
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
          return !key.empty() && r.user == user && r.surface == surface && r.idempotency_key == key;
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
        result = archive_.read(run, from, max_bytes, max_ranges_per_read);
        if (fails(fail_reads)) result = refused();
      }
      done(std::move(result));
    });
  }
  void archived_through(RunId run, Done<Offset> done) override {
    call([this, run, done = std::move(done)]() mutable { done(stored_through(run)); });
  }
  void sweep(WallTime now, Retention retention, Done<std::uint64_t> done) override {
    call([this, now, retention, done = std::move(done)]() mutable {
      std::uint64_t swept = 0;
      {
        const std::lock_guard lock(mutex_);
        swept = sweep_now(now, retention);
      }
      done(swept);
    });
  }
  void flush(Done<> done) override {
    call([done = std::move(done)]() mutable { done(Result<>()); });
  }

 private:
  friend class FakeContextStore;
  friend class FakeConversationStore;
  friend class FakeErasureStore;
  friend class FakeGoalData;
  friend class FakeGoalStore;
  friend class FakeLedgerStore;
  friend class FakeMeetingStore;
  friend class FakeProfileStore;
  friend class FakeSessionStore;
  friend class FakeUserStore;

  using Key = FakeTurns::Key;
  using Place = std::tuple<WallTime, std::uint64_t, Role>;  // of a message: see MessagePlace
  static constexpr Place kAfterAll{{std::numeric_limits<std::int64_t>::max()}, 0, Role::user};
  struct MessageRow {
    Key conversation;
    StoredMessage message;
  };
  struct ConversationRow {
    std::uint64_t row = 0;  // in the order in which they were created
    Conversation conversation;
  };

  static Key key_of(const ConversationKey& key) { return {key.user, key.surface, key.id}; }
  static Error refused() { return make_error(ErrorCode::storage_full, "The disk is full."); }
  static bool fails(int& countdown) { return countdown > 0 && countdown-- > 0; }

  void call(UniqueFunction<void()> work) { queue_.call(std::move(work)); }

  template <class Match>
  void find(Match match, Done<std::optional<RunRecord>> done) {
    call([this, match = std::move(match), done = std::move(done)]() mutable {
      Result<std::optional<RunRecord>> result = std::optional<RunRecord>();
      {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, record] : records_)
          if (match(record)) result = std::optional(record);
        if (*result) (*result)->finish.reset();  // see RunRecord
        if (fails(fail_finds)) result = refused();
      }
      done(std::move(result));
    });
  }

  bool is_settled(const RunId& run) const { return records_.contains(run) || erased_.contains(run); }
  Result<> put(std::vector<ArchivedRange> ranges) {
    std::erase_if(ranges, [&](const ArchivedRange& range) { return is_settled(range.run); });
    return archive_.put(ranges);
  }

  std::vector<StoredMessage> messages_of(const ConversationKey& key) const {
    std::vector<StoredMessage> found;
    for (const auto& [place, row] : messages_)
      if (row.conversation == key_of(key)) found.push_back(row.message);
    return found;
  }
  // The run's messages are next to each other.
  MessageRow* find_message(const RunId& run, Role role) {
    for (auto it = messages_.lower_bound({run.time, 0, Role::user});
         it != messages_.end() && std::get<0>(it->first) == run.time; ++it)
      if (it->second.message.run == run && it->second.message.role == role) return &it->second;
    return nullptr;
  }
  // The conversation, which is created if it does not exist yet. It has been changed at `when`.
  Conversation& touch(const ConversationKey& key, WallTime when) {
    const auto [found, is_new] = conversations_.try_emplace(key_of(key));
    Conversation& conversation = found->second.conversation;
    if (is_new) {
      found->second.row = ++last_row_;
      conversation.id = key.id;
      conversation.created = conversation.updated = when;
    }
    conversation.updated = std::max(conversation.updated, when);
    return conversation;
  }
  // False: the run has this message already.
  bool put_message(const ConversationKey& key, StoredMessage message) {
    touch(key, message.created);
    if (find_message(message.run, message.role)) return false;
    message.conversation = key.id;
    auto [sequence, is_new] = sequences_.try_emplace(message.run, sequences_.size() + 1);
    messages_[{message.run.time, sequence->second, message.role}] = {key_of(key), std::move(message)};
    return true;
  }

  Result<> put_prompt(const UserMessage& prompt) {
    if (prompt.conversation.id.empty())
      return make_error(ErrorCode::invalid_request, "A prompt is stored in a conversation: name one.",
                        "conversation_id");
    if (erased_.contains(prompt.run)) return {};
    touch(prompt.conversation, prompt.created);
    turns_.add(key_of(prompt.conversation), prompt.run, prompt.branch);
    if (!prompt.branch.has_question()) return {};
    StoredMessage message;
    message.run = prompt.run;
    message.content = prompt.text;
    message.state = "complete";
    message.created = prompt.created;
    message.kind = prompt.kind;
    message.tokens = prompt.tokens;
    message.project = prompt.project;
    message.task = prompt.task;
    if (!put_message(prompt.conversation, std::move(message))) return {};
    Conversation& conversation = touch(prompt.conversation, prompt.created);
    if (conversation.title.empty() && prompt.kind == MessageKind::chat)
      conversation.title = title_of_question(prompt.text);
    if (conversation.project.empty()) conversation.project = prompt.project;
    if (conversation.task.empty()) conversation.task = prompt.task;
    return {};
  }

  void put_answer(const RunRecord& record) {
    StoredMessage message;
    for (const ArchivedRange& range : archive_.of(record.id)) {
      EventReader reader({range.first, range.base_time, *range.bytes});
      for (Event event; reader.next(event);) {
        if (event.offset < record.text_from) continue;
        if (event.type == EventType::delta) message.content.append(event.payload);
        if (event.type == EventType::reasoning_delta) message.reasoning.append(event.payload);
        if (event.type != EventType::tool_call) continue;
        auto call = decode_tool_call(event.payload);
        if (call && call->problem.empty()) message.tool_calls.push_back(std::move(call->call));
      }
    }
    turns_.add({record.user, record.surface, record.conversation}, record.id, {});
    message.run = record.id;
    message.role = Role::assistant;
    message.state = record.state == RunState::completed ? "complete" : to_string(record.state);
    message.finish = record.finish;
    message.model = record.model;
    message.usage = record.usage;
    message.created = record.finished;
    message.kind = record.kind;
    message.tokens = {(message.content.size() + 1) / 2};
    message.cost = record.cost;
    message.source = record.source;
    message.project = record.project;
    message.task = record.task;
    put_message({record.user, record.surface, record.conversation}, std::move(message));
  }

  Result<bool> settle_now(RunRecord record, const std::vector<ArchivedRange>& rest,
                          const std::optional<UserMessage>& prompt) {
    if (is_settled(record.id)) return false;
    const std::size_t before = archive_.of(record.id).size();
    if (auto done = archive_.put(rest); !done) return done.error();
    if (archive_.through(record.id) != record.last) {
      archive_.cut(record.id, before);
      return make_error(ErrorCode::conflict, "Not all events are here.");
    }
    if (prompt && !prompt->conversation.id.empty()) (void)put_prompt(*prompt);
    if (!record.conversation.empty()) put_answer(record);
    settled.push_back(record);
    records_.emplace(record.id, std::move(record));
    return true;
  }

  // Of settled runs only. Events never outlive the record that leads to them.
  std::uint64_t sweep_now(WallTime now, const Retention& retention) {
    std::multimap<WallTime, RunRecord*> oldest;
    std::uint64_t kept = 0, swept = 0;
    for (auto& [run, record] : records_) {
      if (archive_.of(run).empty()) continue;
      oldest.emplace(record.finished, &record);
      kept += archive_.bytes_of(run);
    }
    const WallTime before = now - std::min(retention.events, retention.records);
    for (const auto& [finished, record] : oldest) {
      if (finished >= before && kept <= retention.max_event_bytes) break;
      kept -= archive_.bytes_of(record->id);
      archive_.erase(record->id);
      record->expired = true;
      ++swept;
    }
    std::erase_if(records_,
                  [&](const auto& entry) { return entry.second.finished < now - retention.records; });
    return swept;
  }

  CallQueue queue_;
  mutable std::mutex mutex_;  // of everything below, and of `settled`
  FakeArchive archive_;
  std::map<RunId, RunRecord> records_;
  std::map<Place, MessageRow> messages_;
  std::map<RunId, std::uint64_t> sequences_;  // orders the runs of one millisecond as they came
  std::map<Key, ConversationRow> conversations_;
  std::uint64_t last_row_ = 0;  // of a conversation; a row is never given twice
  FakeTurns turns_;
  std::set<RunId> erased_;
};

}  // namespace belay::testing
