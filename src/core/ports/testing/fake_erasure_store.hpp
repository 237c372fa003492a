// An ErasureStore in memory for tests. It removes from a FakeStore, and passes the contract. Calls are answered inside
// the call, unless they wait because of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "core/ports/erasure_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_context_store.hpp"
#include "core/ports/testing/fake_session_store.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

class FakeErasureStore final : public FakeCalls, public ErasureStore {
 public:
  FakeErasureStore(FakeStore& store, FakeSessionStore& sessions)
      : FakeCalls(store.queue_), store_(store), sessions_(sessions) {}
  // The erasure of a user removes the document in this store, too.
  void erase_from(FakeContextStore& contexts) { contexts_ = &contexts; }

  // Called for each erasure, so that other fakes remove what they have. They outlive this object.
  std::vector<std::function<void(const Erasure&)>> also;

  void request_erasure(Erasure erasure, Done<Id> done) override {
    call(store_.mutex_, std::move(done), [this, erasure = std::move(erasure)]() -> Result<Id> {
      pending_[++last_] = erasure;
      return last_;
    });
  }
  void pending_erasures(Done<std::vector<Pending>> done) override {
    call(store_.mutex_, std::move(done), [this]() -> Result<std::vector<Pending>> {
      std::vector<Pending> all;
      for (const auto& [id, erasure] : pending_) all.push_back({id, erasure});
      return all;
    });
  }
  void erase(Id id, Done<ErasureReport> done) override {
    call(store_.mutex_, std::move(done), [this, id]() -> Result<ErasureReport> {
      ErasureReport report;
      const auto found = pending_.find(id);
      if (found == pending_.end()) return report;
      erase_now(found->second, report);
      for (const auto& erase : also) erase(found->second);
      pending_.erase(found);
      return report;
    });
  }
  void erase_runs(std::vector<RunId> runs, Done<> done) override {
    call(store_.mutex_, std::move(done), [this, runs = std::move(runs)]() -> Result<> {
      for (const RunId& run : runs) bury(run);
      return {};
    });
  }

 private:
  // The result is the number of its messages.
  std::size_t bury(const RunId& run) {
    store_.archive_.erase(run);
    store_.records_.erase(run);
    store_.erased_.insert(run);
    std::vector<FakeStore::Key> of;
    for (const auto& [place, row] : store_.messages_)
      if (row.message.run == run) of.push_back(row.conversation);
    for (const auto& key : of) store_.turns_.erase(key, run);
    return std::erase_if(store_.messages_,
                         [&](const auto& entry) { return entry.second.message.run == run; });
  }
  void erase_now(const Erasure& erasure, ErasureReport& report) {
    if (erasure.what == Erasure::What::run) return erase_lone_run(erasure, report);
    std::vector<FakeStore::Key> keys;
    for (const auto& [key, row] : store_.conversations_) {
      const auto& [user, surface, id] = key;
      const bool named =
          erasure.what == Erasure::What::messages || erasure.what == Erasure::What::conversation;
      if (user == erasure.user && (erasure.surface.empty() || surface == erasure.surface) &&
          (!named || id == erasure.conversation) && row.conversation.created <= erasure.through)
        keys.push_back(key);
    }
    for (const auto& key : keys) erase_conversation(key, erasure, report);
    if (erasure.what != Erasure::What::user) return;
    if (contexts_) contexts_->erase_until(erasure.user, erasure.through);
    std::vector<RunId> runs;
    for (const auto& [run, record] : store_.records_)
      if (record.user == erasure.user && run.time <= erasure.through) runs.push_back(run);
    for (const RunId& run : runs) bury(run);
    report.runs += runs.size();
    report.sessions += sessions_.erase([&](const Session& session) { return session.user == erasure.user; });
  }
  void erase_lone_run(const Erasure& erasure, ErasureReport& report) {
    const auto run = RunId::parse(erasure.conversation);
    if (!run) return;
    const auto found = store_.records_.find(*run);
    if (found == store_.records_.end() || found->second.user != erasure.user ||
        !found->second.conversation.empty())
      return;
    bury(*run);
    ++report.runs;
  }
  void erase_conversation(const FakeStore::Key& key, const Erasure& erasure, ErasureReport& report) {
    for (const RunId& run : store_.turns_.newest(key, static_cast<std::size_t>(-1))) {
      if (run.time > erasure.through) continue;
      report.messages += bury(run);
      ++report.runs;
      store_.turns_.erase(key, run);
    }
    const auto& [user, surface, id] = key;
    if (erasure.what == Erasure::What::messages || !store_.turns_.newest(key, 1).empty()) {
      store_.conversations_[key].conversation.title.clear();
      store_.conversations_[key].conversation.titled_by = TitleSource::first_question;
      return;
    }
    store_.conversations_.erase(key);
    ++report.conversations;
    report.sessions += sessions_.erase([&, user = user, surface = surface, id = id](const Session& session) {
      return (session.user == user || session.user.empty()) && session.surface == surface &&
             session.conversation == id;
    });
  }

  FakeStore& store_;
  FakeSessionStore& sessions_;
  FakeContextStore* contexts_ = nullptr;
  std::map<Id, Erasure> pending_;
  Id last_ = 0;
};

}  // namespace belay::testing
