// Ports for tests of services. They pass each call on to another port, note its name, and put a fault into it if the
// test wants one.
//
//   faults.put("use_session", Fault::late);
//   …the call waits, and so do later calls, in order…
//   faults.let_go();
//
// Used on one thread.
#pragma once

#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ports/conversation_store.hpp"
#include "core/ports/counters.hpp"
#include "core/ports/erasure_store.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/ports/store.hpp"
#include "core/ports/user_store.hpp"

namespace belay::services::testing {

enum class Fault {
  fails,          // it has no effect, and an error is the answer
  throws,         // it has no effect, and throws
  late,           // it takes effect when the test lets it go, and so do all calls after it
  late_answer,    // it takes effect now, and is answered when the test lets it go
  fails_granted,  // it takes effect, but an error is the answer
};

class Faults {
 public:
  // In the next call with this name.
  void put(std::string call, Fault fault) { wanted_ = {std::move(call), fault}; }
  // False: the call was never made.
  bool happened() const { return !wanted_; }
  // The names of all calls that have an answer, in order.
  std::vector<std::string> calls;

  void let_go() {
    holding_ = false;
    while (!holding_ && !waiting_.empty()) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      next();
    }
  }
  // The process dies: what waits has no effect and gets no answer.
  void lose_waiting() {
    holding_ = false;
    std::deque<UniqueFunction<void()>> lost;
    lost.swap(waiting_);
  }
  std::size_t waiting() const { return waiting_.size(); }

  // `work` takes the `done` of the other port.
  template <class T, class Work>
  void pass(std::string_view name, UniqueFunction<void(Result<T>)> done, Work work) {
    calls.emplace_back(name);
    const std::optional<Fault> fault = fault_in(name);
    if (fault == Fault::throws) throw std::runtime_error("the test wants this call to throw");
    if (fault == Fault::fails) return done(failure());
    if (fault == Fault::fails_granted)
      return work([done = std::move(done)](Result<T>) mutable { done(failure()); });
    if (fault == Fault::late_answer)
      return work([this, done = std::move(done)](Result<T> result) mutable {
        waiting_.push_back(
            [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
      });
    if (fault == Fault::late) holding_ = true;
    in_order([done = std::move(done), work = std::move(work)]() mutable { work(std::move(done)); });
  }
  // A call without an answer.
  template <class Work>
  void pass(Work work) {
    in_order(std::move(work));
  }

 private:
  static Error failure() { return make_error(ErrorCode::unavailable, "The test wants this call to fail."); }
  std::optional<Fault> fault_in(std::string_view name) {
    if (!wanted_ || wanted_->first != name) return std::nullopt;
    return std::exchange(wanted_, std::nullopt)->second;
  }
  void in_order(UniqueFunction<void()> work) {
    if (holding_) return waiting_.push_back(std::move(work));
    work();
  }

  std::optional<std::pair<std::string, Fault>> wanted_;
  bool holding_ = false;
  std::deque<UniqueFunction<void()>> waiting_;
};

class FaultyCounters final : public Counters {
 public:
  FaultyCounters(Faults& faults, Counters& port) : faults_(faults), port_(port) {}

  void reserve(ReserveRequest request, Done<ReserveResult> done) override {
    faults_.pass<ReserveResult>("reserve", std::move(done),
                                [this, request = std::move(request)](Done<ReserveResult> then) mutable {
                                  port_.reserve(std::move(request), std::move(then));
                                });
  }
  void find_key(IdempotencyKey key, Done<std::optional<KeyClaim>> done) override {
    faults_.pass<std::optional<KeyClaim>>(
        "find_key", std::move(done),
        [this, key = std::move(key)](Done<std::optional<KeyClaim>> then) mutable {
          port_.find_key(std::move(key), std::move(then));
        });
  }
  void confirm(RunId run) override {
    faults_.pass([this, run] { port_.confirm(run); });
  }
  void settle(RunId run, Charge charge, Done<> done) override {
    faults_.pass([this, run, charge, done = std::move(done)]() mutable {
      port_.settle(run, charge, std::move(done));
    });
  }
  void release_key(RunId run) override {
    faults_.pass([this, run] { port_.release_key(run); });
  }
  void stored(RunId run) override { port_.stored(run); }
  void used(Limit limit, Done<LimitStatus> done) override { port_.used(std::move(limit), std::move(done)); }
  void restore(OpenRun run) override { port_.restore(std::move(run)); }
  void restore_count(const Limit& limit, RunId run, WallTime when) override {
    port_.restore_count(limit, run, when);
  }

 private:
  Faults& faults_;
  Counters& port_;
};

class FaultySessions final : public SessionStore {
 public:
  FaultySessions(Faults& faults, SessionStore& port) : faults_(faults), port_(port) {}

  void create_session(Session session, Done<> done) override {
    faults_.pass<void>("create_session", std::move(done),
                       [this, session = std::move(session)](Done<> then) mutable {
                         port_.create_session(std::move(session), std::move(then));
                       });
  }
  void find_session(SessionKey key, Done<std::optional<Session>> done) override {
    faults_.pass<std::optional<Session>>(
        "find_session", std::move(done),
        [this, key = std::move(key)](Done<std::optional<Session>> then) mutable {
          port_.find_session(std::move(key), std::move(then));
        });
  }
  void session_of_run(std::string user, std::string surface, RunId run,
                      Done<std::optional<Session>> done) override {
    faults_.pass<std::optional<Session>>("session_of_run", std::move(done),
                                         [this, user, surface, run](Done<std::optional<Session>> then) {
                                           port_.session_of_run(user, surface, run, std::move(then));
                                         });
  }
  void use_session(SessionUse use, Done<Session> done) override {
    faults_.pass<Session>("use_session", std::move(done),
                          [this, use](Done<Session> then) { port_.use_session(use, std::move(then)); });
  }
  void release_use(SessionKey key, RunId run, Done<> done) override {
    faults_.pass([this, key = std::move(key), run, done = std::move(done)]() mutable {
      port_.release_use(std::move(key), run, std::move(done));
    });
  }
  void change_session(SessionKey key, SessionChange change, Done<> done) override {
    faults_.pass<void>("change_session", std::move(done), [this, key, change](Done<> then) {
      port_.change_session(key, change, std::move(then));
    });
  }
  void sweep_sessions(WallTime now, Done<std::uint64_t> done) override {
    port_.sweep_sessions(now, std::move(done));
  }

 private:
  Faults& faults_;
  SessionStore& port_;
};

class FaultyConversations final : public ConversationStore {
 public:
  FaultyConversations(Faults& faults, ConversationStore& port) : faults_(faults), port_(port) {}

  void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
            Done<MessagePage> done) override {
    faults_.pass<MessagePage>("page", std::move(done), [this, filter, before, size](Done<MessagePage> then) {
      port_.page(filter, before, size, std::move(then));
    });
  }
  void count_messages(ConversationKey key, Done<std::uint64_t> done) override {
    faults_.pass<std::uint64_t>("count_messages", std::move(done), [this, key](Done<std::uint64_t> then) {
      port_.count_messages(key, std::move(then));
    });
  }
  void read_forward(ConversationKey key, Branches branches, std::optional<MessagePlace> after, PageSize size,
                    Done<NextPage> done) override {
    faults_.pass<NextPage>("read_forward", std::move(done),
                           [this, key, branches, after, size](Done<NextPage> then) {
                             port_.read_forward(key, branches, after, size, std::move(then));
                           });
  }
  void newest_for_prompt(ConversationKey key, Branch branch, PromptBudget budget,
                         Done<PromptHistory> done) override {
    faults_.pass<PromptHistory>("newest_for_prompt", std::move(done),
                                [this, key, branch, budget](Done<PromptHistory> then) {
                                  port_.newest_for_prompt(key, branch, budget, std::move(then));
                                });
  }
  void find_message(std::string user, std::string surface, MessageId message,
                    Done<std::optional<StoredMessage>> done) override {
    faults_.pass<std::optional<StoredMessage>>(
        "find_message", std::move(done),
        [this, user, surface, message](Done<std::optional<StoredMessage>> then) {
          port_.find_message(user, surface, message, std::move(then));
        });
  }
  void newest_runs(ConversationKey key, std::size_t max, Done<std::vector<RunId>> done) override {
    port_.newest_runs(std::move(key), max, std::move(done));
  }
  void choose_branch(ConversationKey key, MessageId message, Done<> done) override {
    port_.choose_branch(std::move(key), message, std::move(done));
  }
  void find_conversation(ConversationKey key, Done<std::optional<Conversation>> done) override {
    faults_.pass<std::optional<Conversation>>("find_conversation", std::move(done),
                                              [this, key](Done<std::optional<Conversation>> then) {
                                                port_.find_conversation(key, std::move(then));
                                              });
  }
  void conversations(ConversationFilter filter, std::optional<ConversationPlace> after, std::size_t max,
                     Done<ConversationPage> done) override {
    port_.conversations(std::move(filter), after, max, std::move(done));
  }
  void search(SearchQuery query, Done<std::vector<SearchHit>> done) override {
    faults_.pass<std::vector<SearchHit>>(
        "search", std::move(done),
        [this, query](Done<std::vector<SearchHit>> then) { port_.search(query, std::move(then)); });
  }
  void change_conversation(ConversationKey key, ConversationChange change, WallTime now,
                           Done<> done) override {
    faults_.pass<void>("change_conversation", std::move(done), [this, key, change, now](Done<> then) {
      port_.change_conversation(key, change, now, std::move(then));
    });
  }
  void react(std::string user, std::string surface, MessageId message, Reaction reaction,
             Done<> done) override {
    port_.react(std::move(user), std::move(surface), message, reaction, std::move(done));
  }

 private:
  Faults& faults_;
  ConversationStore& port_;
};

// Services for users call only tier_of() and usage_since(). The rest is passed on.
class FaultyUsers final : public UserStore {
 public:
  FaultyUsers(Faults& faults, UserStore& port) : faults_(faults), port_(port) {}

  void tier_of(std::string user, Done<std::string> done) override {
    faults_.pass<std::string>("tier_of", std::move(done),
                              [this, user](Done<std::string> then) { port_.tier_of(user, std::move(then)); });
  }
  void find_user(std::string name, Done<std::optional<UserRecord>> done) override {
    port_.find_user(std::move(name), std::move(done));
  }
  void list_users(UserQuery query, Done<UserPage> done) override {
    port_.list_users(std::move(query), std::move(done));
  }
  void change_user(UserChange change, WallTime now, std::optional<AuditEntry> entry,
                   Done<UserRecord> done) override {
    port_.change_user(std::move(change), now, std::move(entry), std::move(done));
  }
  void erase_user(std::string name, Done<bool> done) override {
    port_.erase_user(std::move(name), std::move(done));
  }

 private:
  Faults& faults_;
  UserStore& port_;
};

class FaultyLedger final : public LedgerStore {
 public:
  FaultyLedger(Faults& faults, LedgerStore& port) : faults_(faults), port_(port) {}

  void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) override {
    port_.ledger_since(since, std::move(done));
  }
  void usage_since(ConversationKey key, WallTime since, Done<UsageTotals> done) override {
    faults_.pass<UsageTotals>("usage_since", std::move(done), [this, key, since](Done<UsageTotals> then) {
      port_.usage_since(key, since, std::move(then));
    });
  }
  void usage_sums(UsageQuery query, Done<UsagePage> done) override {
    port_.usage_sums(std::move(query), std::move(done));
  }

 private:
  Faults& faults_;
  LedgerStore& port_;
};

class FaultyErasures final : public ErasureStore {
 public:
  FaultyErasures(Faults& faults, ErasureStore& port) : faults_(faults), port_(port) {}

  void request_erasure(Erasure erasure, Done<Id> done) override {
    faults_.pass<Id>("request_erasure", std::move(done),
                     [this, erasure](Done<Id> then) { port_.request_erasure(erasure, std::move(then)); });
  }
  void pending_erasures(Done<std::vector<Pending>> done) override {
    faults_.pass<std::vector<Pending>>(
        "pending_erasures", std::move(done),
        [this](Done<std::vector<Pending>> then) { port_.pending_erasures(std::move(then)); });
  }
  void erase(Id id, Done<ErasureReport> done) override {
    faults_.pass<ErasureReport>("erase", std::move(done),
                                [this, id](Done<ErasureReport> then) { port_.erase(id, std::move(then)); });
  }
  void erase_runs(std::vector<RunId> runs, Done<> done) override {
    port_.erase_runs(std::move(runs), std::move(done));
  }

 private:
  Faults& faults_;
  ErasureStore& port_;
};

// The services call only find_by_key() and find_run(); the engine has the store itself.
class FaultyStore final : public Store {
 public:
  FaultyStore(Faults& faults, Store& port) : faults_(faults), port_(port) {}

  void find_by_key(std::string user, std::string surface, std::string key,
                   Done<std::optional<RunRecord>> done) override {
    faults_.pass<std::optional<RunRecord>>("find_by_key", std::move(done),
                                           [this, user, surface, key](Done<std::optional<RunRecord>> then) {
                                             port_.find_by_key(user, surface, key, std::move(then));
                                           });
  }
  void find_run(RunId run, Done<std::optional<RunRecord>> done) override {
    faults_.pass<std::optional<RunRecord>>(
        "find_run", std::move(done),
        [this, run](Done<std::optional<RunRecord>> then) { port_.find_run(run, std::move(then)); });
  }
  void store_prompt(UserMessage, Done<>) override { not_here(); }
  void put_events(std::vector<ArchivedRange>, Done<>) override { not_here(); }
  void settle(RunRecord, std::vector<ArchivedRange>, std::optional<UserMessage>, Done<bool>) override {
    not_here();
  }
  void mark_opened(RunId, Done<>) override { not_here(); }
  void unsettled_runs(Done<std::vector<RunId>>) override { not_here(); }
  void read_events(RunId, Offset, std::size_t, Done<std::vector<ArchivedRange>>) override { not_here(); }
  void archived_through(RunId, Done<Offset>) override { not_here(); }
  void sweep(WallTime, Retention, Done<std::uint64_t>) override { not_here(); }
  void flush(Done<>) override { not_here(); }

 private:
  [[noreturn]] static void not_here() { throw std::logic_error("services do not call this"); }

  Faults& faults_;
  Store& port_;
};

}  // namespace belay::services::testing
