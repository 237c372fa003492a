// A SessionStore in memory for tests. It passes the contract. Calls are answered inside the call, unless they
// wait because of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/ports/session_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

class FakeSessionStore final : public FakeCalls, public SessionStore {
 public:
  // Without a FakeStore, no run is settled. So a session that has been used is never swept.
  FakeSessionStore() : FakeCalls(own_queue_) {}
  // Its calls and those of `store` wait in one order, as with a real store that implements both ports.
  explicit FakeSessionStore(FakeStore& store) : FakeCalls(store.queue_), store_(&store) {}

  // ---- What tests inspect
  std::map<std::string, Session> all() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
  }
  // Whoever the session belongs to.
  std::optional<Session> find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? std::nullopt : std::optional(found->second);
  }
  // How many requests of the session count. 0 if there is no such session.
  std::size_t uses(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? 0 : found->second.requests();
  }

  // Removes these sessions. The result is their number.
  std::size_t erase(const std::function<bool(const Session&)>& which) {
    const std::lock_guard lock(mutex_);
    return std::erase_if(sessions_, [&](const auto& entry) { return which(entry.second); });
  }

  // ---- SessionStore
  void create_session(Session session, Done<> done) override {
    call(mutex_, std::move(done), [this, session = std::move(session)]() -> Result<> {
      if (!sessions_.emplace(session.id, session).second)
        return make_error(ErrorCode::conflict, "A session has this id already.");
      return {};
    });
  }
  void find_session(SessionKey key, Done<std::optional<Session>> done) override {
    call(mutex_, std::move(done), [this, key = std::move(key)]() -> Result<std::optional<Session>> {
      const Session* const session = owned(key);
      return session ? std::optional(*session) : std::nullopt;
    });
  }
  void session_of_run(std::string user, std::string surface, RunId run,
                      Done<std::optional<Session>> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), surface = std::move(surface),
          run]() -> Result<std::optional<Session>> {
           for (const auto& [id, session] : sessions_)
             if (session.user == user && session.surface == surface &&
                 std::find(session.runs.begin(), session.runs.end(), run) != session.runs.end())
               return std::optional(session);
           return std::optional<Session>();
         });
  }
  void use_session(SessionUse use, Done<Session> done) override {
    call(mutex_, std::move(done), [this, use = std::move(use)]() -> Result<Session> {
      Session* const session = owned(use.session);
      if (!session) return make_error(ErrorCode::not_found, "There is no such session.", "session");
      if (session->expires <= use.now)
        return make_error(ErrorCode::expired, "This session has ended. Start a new one.", "session");
      if (std::find(session->runs.begin(), session->runs.end(), use.run) != session->runs.end())
        return *session;
      if (session->requests() >= use.max_requests) {
        Error error = make_error(ErrorCode::session_used_up,
                                 "A session has " + std::to_string(use.max_requests) +
                                     " requests, and this one has had them. Start a new session.",
                                 "session");
        error.limit = use.limit;
        return error;
      }
      session->runs.push_back(use.run);
      return *session;
    });
  }
  void release_use(SessionKey key, RunId run, Done<> done) override {
    call(mutex_, std::move(done), [this, key = std::move(key), run]() -> Result<> {
      Session* const session = owned(key);
      if (!session) return {};
      std::replace(session->runs.begin(), session->runs.end(), run, RunId());
      while (!session->runs.empty() && session->runs.back() == RunId()) session->runs.pop_back();
      return {};
    });
  }
  void change_session(SessionKey key, SessionChange change, Done<> done) override {
    call(mutex_, std::move(done), [this, key = std::move(key), change = std::move(change)]() -> Result<> {
      Session* const session = owned(key);
      if (session && change.model) session->model = *change.model;
      if (session && change.persona) session->persona = *change.persona;
      return {};
    });
  }
  void sweep_sessions(WallTime now, Done<std::uint64_t> done) override {
    call(mutex_, std::move(done), [this, now]() -> Result<std::uint64_t> {
      return std::erase_if(sessions_, [&](const auto& entry) {
        const Session& session = entry.second;
        return session.expires <= now && (session.runs.empty() || is_settled(session.runs.back()));
      });
    });
  }

 private:
  // Null: there is no such session of this user on this surface.
  Session* owned(const SessionKey& key) {
    const auto found = sessions_.find(key.id);
    if (found == sessions_.end()) return nullptr;
    Session& session = found->second;
    return session.user == key.user && session.surface == key.surface ? &session : nullptr;
  }
  bool is_settled(const RunId& run) const { return store_ && store_->record(run); }

  CallQueue own_queue_;
  FakeStore* const store_ = nullptr;
  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;
};

}  // namespace belay::testing
