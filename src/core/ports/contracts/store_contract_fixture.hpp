// The fixture for the tests of the Store port: an implementation, sample runs, and calls that wait for their
// result.
//
// Included only by tests.
#pragma once

#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "core/ports/answer_cache.hpp"
#include "core/ports/audit_log.hpp"
#include "core/ports/context_store.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/erasure_store.hpp"
#include "core/ports/goal_store.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/meeting_store.hpp"
#include "core/ports/profile_store.hpp"
#include "core/ports/revocation_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/ports/store.hpp"
#include "core/ports/upload_store.hpp"
#include "core/ports/user_store.hpp"

namespace belay::storage {

// One empty store, which can be opened several times.
class StoreEngine {
 public:
  virtual ~StoreEngine() = default;
  virtual std::unique_ptr<Store> open() = 0;
  // Opens the store again after a clean end of its process.
  virtual std::unique_ptr<Store> open_after_end(std::unique_ptr<Store> ended) {
    ended.reset();
    return open();
  }
  // Opens what a `kill -9` of the store's process would leave at this moment.
  virtual std::unique_ptr<Store> open_after_kill(std::unique_ptr<Store> killed) = 0;
  // The ports that belong to an opened store. Usually one object implements all of them.
  virtual ConversationStore& conversations(Store& store) { return dynamic_cast<ConversationStore&>(store); }
  virtual ContextStore& contexts(Store& store) { return dynamic_cast<ContextStore&>(store); }
  virtual SessionStore& sessions(Store& store) { return dynamic_cast<SessionStore&>(store); }
  virtual ErasureStore& erasures(Store& store) { return dynamic_cast<ErasureStore&>(store); }
  virtual AnswerCache& answers(Store& store) { return dynamic_cast<AnswerCache&>(store); }
  virtual UserStore& users(Store& store) { return dynamic_cast<UserStore&>(store); }
  virtual LedgerStore& ledger(Store& store) { return dynamic_cast<LedgerStore&>(store); }
  virtual AuditLog& audit(Store& store) { return dynamic_cast<AuditLog&>(store); }
  virtual RevocationStore& revocations(Store& store) { return dynamic_cast<RevocationStore&>(store); }
  virtual GoalStore& goals(Store& store) { return dynamic_cast<GoalStore&>(store); }
  virtual MeetingStore& meetings(Store& store) { return dynamic_cast<MeetingStore&>(store); }
  virtual ProfileStore& profiles(Store& store) { return dynamic_cast<ProfileStore&>(store); }
  virtual UploadStore& uploads(Store& store) { return dynamic_cast<UploadStore&>(store); }
};
using StoreEngineFactory = std::function<std::unique_ptr<StoreEngine>()>;

// Calls the store and waits for the result: wait_for<T>([&](auto done) { store.call(…, std::move(done)); }).
template <class T, class Call>
Result<T> wait_for(Call call) {
  // Shared: the store's thread may still be inside set_value() when the result arrives here.
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto result = promise->get_future();
  call(Store::Done<T>([promise](Result<T> value) { promise->set_value(std::move(value)); }));
  return result.get();
}

// A run with its events, built as the engine builds them (`started`, deltas, a terminal event) and cut into
// ranges.
struct SampleRun {
  RunRecord record;
  std::vector<ArchivedRange> ranges;
  std::string text;
};

class SampleEvents {
 public:
  SampleEvents(RunId run, WallTime base, std::size_t events_a_range)
      : run_(run), base_(base), max_(events_a_range) {}

  SampleEvents& add(EventType type, std::string_view payload) {
    if (ranges_.empty() || counts_.back() == max_) {
      ranges_.push_back({});
      counts_.push_back(0);
      firsts_.push_back(next_);
    }
    append_event(type, Milliseconds(static_cast<std::int64_t>(next_ - firsts_.back())), payload,
                 ranges_.back());
    ++counts_.back();
    ++next_;
    return *this;
  }
  Offset last() const { return next_ - 1; }
  std::vector<ArchivedRange> ranges() const {
    std::vector<ArchivedRange> out;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      const WallTime base = base_ + Milliseconds(static_cast<std::int64_t>(firsts_[i]));
      out.push_back({run_, 1, firsts_[i], counts_[i], base, std::make_shared<const std::string>(ranges_[i])});
    }
    return out;
  }

 private:
  RunId run_;
  WallTime base_;
  std::size_t max_;
  Offset next_ = 1;
  std::vector<std::string> ranges_;
  std::vector<std::uint32_t> counts_;
  std::vector<Offset> firsts_;
};

class StoreContract : public ::testing::TestWithParam<StoreEngineFactory> {
 protected:
  void SetUp() override {
    engine_ = GetParam()();
    store_ = engine_->open();
    ASSERT_NE(store_, nullptr);
  }

  RunId new_run() {
    clock_.advance(Milliseconds(10));
    return RunId::make(clock_, random_);
  }
  // A completed run of the user "ada" on the assistant surface, answered with `pieces`. Stateless unless a
  // conversation is named.
  SampleRun sample(const std::vector<std::string>& pieces, std::string conversation = {},
                   std::size_t events_a_range = 4) {
    SampleRun run;
    const RunId id = new_run();
    SampleEvents events(id, clock_.wall(), events_a_range);
    events.add(EventType::started, "request");
    for (const std::string& piece : pieces) {
      events.add(EventType::delta, piece);
      run.text += piece;
    }
    events.add(EventType::completed, "end");
    run.ranges = events.ranges();
    run.record.id = id;
    run.record.user = "ada";
    run.record.surface = "assistant";
    run.record.mode = "chat";
    run.record.conversation = std::move(conversation);
    run.record.model = "grok";
    run.record.last = events.last();
    run.record.usage = {{11}, {22}, {3}, {4}, true};
    run.record.text_bytes = run.text.size();
    run.record.created = clock_.wall();
    run.record.finished = clock_.wall() + Milliseconds(5);
    return run;
  }

  Result<bool> settle(const SampleRun& run) {
    return wait_for<bool>([&](auto done) { store_->settle(run.record, run.ranges, {}, std::move(done)); });
  }
  Result<> put(std::vector<ArchivedRange> ranges) {
    return wait_for<void>([&](auto done) { store_->put_events(std::move(ranges), std::move(done)); });
  }
  Result<> prompt(const RunId& run, const std::string& text, ConversationKey conversation) {
    return wait_for<void>([&](auto done) {
      store_->store_prompt({std::move(conversation), run, text, clock_.wall()}, std::move(done));
    });
  }
  std::vector<StoredMessage> history(ConversationKey conversation, std::size_t max = 100) {
    if (max == 0 || conversation.id.empty()) return {};
    MessageFilter filter{conversation.user, conversation.surface, conversation.id, {}, {}};
    PageSize size{max, {std::numeric_limits<std::uint64_t>::max()}};
    return wait_for<MessagePage>(
               [&](auto done) { engine_->conversations(*store_).page(filter, {}, size, std::move(done)); })
        .value()
        .messages;
  }
  std::vector<std::string> contents(ConversationKey conversation, std::size_t max = 100) {
    std::vector<std::string> out;
    for (const StoredMessage& message : history(std::move(conversation), max)) out.push_back(message.content);
    return out;
  }
  std::optional<RunRecord> find(const RunId& run) {
    return wait_for<std::optional<RunRecord>>([&](auto done) { store_->find_run(run, std::move(done)); })
        .value();
  }
  std::optional<RunRecord> find_key(const std::string& user, const std::string& key) {
    return wait_for<std::optional<RunRecord>>(
               [&](auto done) { store_->find_by_key(user, "assistant", key, std::move(done)); })
        .value();
  }
  Offset through(const RunId& run) {
    return wait_for<Offset>([&](auto done) { store_->archived_through(run, std::move(done)); }).value();
  }
  std::vector<ArchivedRange> read(const RunId& run, Offset from, std::size_t max_bytes = 1 << 30) {
    return wait_for<std::vector<ArchivedRange>>(
               [&](auto done) { store_->read_events(run, from, max_bytes, std::move(done)); })
        .value();
  }
  std::uint64_t sweep(const Retention& retention) {
    return wait_for<std::uint64_t>(
               [&](auto done) { store_->sweep(clock_.wall(), retention, std::move(done)); })
        .value();
  }

  // "3 delta text" for each event. The ranges must follow each other without gaps.
  static std::vector<std::string> events_of(const std::vector<ArchivedRange>& ranges) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const ArchivedRange& range = ranges[i];
      if (i > 0) {
        EXPECT_EQ(range.first, ranges[i - 1].first + ranges[i - 1].count);
      }
      EventReader reader({range.first, range.base_time, *range.bytes});
      std::uint32_t count = 0;
      for (Event event; reader.next(event); ++count)
        out.push_back(std::to_string(event.offset) + " " + std::string(to_string(event.type)) + " " +
                      std::string(event.payload));
      EXPECT_TRUE(reader.ok());
      EXPECT_EQ(count, range.count);
    }
    return out;
  }

  const ConversationKey talk_{"ada", "assistant", "talk"};
  ManualClock clock_;
  SeededRandom random_{20261121};
  std::unique_ptr<StoreEngine> engine_;
  std::unique_ptr<Store> store_;
};

}  // namespace belay::storage
