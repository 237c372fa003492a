// An AuditLog, a UserStore and a RevocationStore in memory for tests. They pass the contract. Calls are answered inside
// the call, unless they wait because of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ports/audit_log.hpp"
#include "core/ports/revocation_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_store.hpp"
#include "core/ports/user_store.hpp"
#include "core/types/caller.hpp"
#include "core/types/profile.hpp"

namespace belay::testing {

class FakeAuditLog final : public FakeCalls, public AuditLog {
 public:
  FakeAuditLog() : FakeCalls(own_queue_) {}

  // The oldest first.
  std::vector<AuditEntry> all() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  // From now on, entries of changes that a store makes can not be written: the changes fail.
  bool refuses = false;
  Result<> write(const AuditEntry& entry) {
    if (refuses) return make_error(ErrorCode::storage_full, "The disk is full.");
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    return {};
  }

  void append(AuditEntry entry, Done<> done) override {
    call(order_, std::move(done), [this, entry = std::move(entry)]() -> Result<> { return write(entry); });
  }
  void read_audit(AuditQuery query, Done<AuditPage> done) override {
    call(mutex_, std::move(done), [this, query = std::move(query)]() -> Result<AuditPage> {
      AuditPage page;
      std::uint64_t oldest = 0;
      for (std::uint64_t id = std::min<std::uint64_t>(query.before.value_or(SIZE_MAX) - 1, entries_.size());
           id > 0; --id) {
        const AuditEntry& entry = entries_[id - 1];
        if (!query.target.empty() && entry.target != query.target) continue;
        if (!query.action.empty() && entry.action != query.action) continue;
        if (page.entries.size() == std::max<std::size_t>(query.max, 1)) {
          page.older = oldest;
          break;
        }
        oldest = id;
        page.entries.push_back(entry);
      }
      return page;
    });
  }

 private:
  CallQueue own_queue_;
  std::mutex order_;
  mutable std::mutex mutex_;
  std::vector<AuditEntry> entries_;
};

class FakeUserStore final : public FakeCalls, public UserStore {
 public:
  // Users appear with the runs that `store` settles. Its calls and those of `store` wait in one order.
  FakeUserStore(FakeStore& store, FakeAuditLog& audit)
      : FakeCalls(store.queue_), store_(store), audit_(audit) {}

  void set_tier(const std::string& user, const std::string& tier) {
    const std::lock_guard lock(store_.mutex_);
    changed_[user].tier = tier;
  }
  std::string tier_of_now(const std::string& user) const {
    const std::lock_guard lock(store_.mutex_);
    const auto found = changed_.find(user);
    return found == changed_.end() ? std::string() : found->second.tier;
  }

  // For the fakes that keep what follows from a phase. Called while the store is locked.
  std::function<void(const std::string& user, PhaseChange change)> on_phase_change;
  std::string phase_of_now(const std::string& user) const {
    const auto found = changed_.find(user);
    return found == changed_.end() ? std::string() : found->second.phase;
  }
  void set_phase(const std::string& user, std::string phase) { changed_[user].phase = std::move(phase); }

  void tier_of(std::string user, Done<std::string> done) override {
    call(store_.mutex_, std::move(done), [this, user = std::move(user)]() -> Result<std::string> {
      const auto found = changed_.find(user);
      return found == changed_.end() ? std::string() : found->second.tier;
    });
  }
  void find_user(std::string name, Done<std::optional<UserRecord>> done) override {
    call(store_.mutex_, std::move(done),
         [this, name = std::move(name)]() -> Result<std::optional<UserRecord>> {
           const auto users = all();
           const auto found = users.find(name);
           return found == users.end() ? std::nullopt : std::optional(found->second);
         });
  }
  void list_users(UserQuery query, Done<UserPage> done) override {
    call(store_.mutex_, std::move(done), [this, query = std::move(query)]() -> Result<UserPage> {
      UserPage page;
      for (const auto& [name, user] : all()) {
        if (name <= query.after || !name.starts_with(query.prefix)) continue;
        if (page.users.size() == std::max<std::size_t>(query.max, 1)) {
          page.next = page.users.back().name;
          break;
        }
        page.users.push_back(user);
      }
      return page;
    });
  }
  void change_user(UserChange change, WallTime now, std::optional<AuditEntry> entry,
                   Done<UserRecord> done) override {
    call(store_.mutex_, std::move(done),
         [this, change = std::move(change), now, entry = std::move(entry)]() -> Result<UserRecord> {
           if (entry)
             if (const auto written = audit_.write(*entry); !written) return written.error();
           Changed& user = changed_[change.name];
           if (change.tier) user.tier = *change.tier;
           const std::string before = user.phase;
           if (change.phase) user.phase = *change.phase;
           if (user.phase != before && on_phase_change)
             on_phase_change(change.name, {now, entry ? entry->who : std::string(), before, user.phase});
           return all().at(change.name);
         });
  }
  void erase_user(std::string name, Done<bool> done) override {
    call(store_.mutex_, std::move(done), [this, name = std::move(name)]() -> Result<bool> {
      const bool known = all().contains(name);
      changed_.erase(name);
      erased_[name] = store_.settled.size();
      return known;
    });
  }

 private:
  struct Changed {
    std::string tier;
    std::string phase;
  };

  std::map<std::string, UserRecord> all() const {
    std::map<std::string, UserRecord> users;
    for (const auto& [name, changed] : changed_) users[name] = {name, changed.tier, changed.phase, {}, {}};
    for (std::size_t i = 0; i < store_.settled.size(); ++i) {
      const RunRecord& run = store_.settled[i];
      const auto erased = erased_.find(run.user);
      if (is_anonymous(run.user) || (erased != erased_.end() && i < erased->second)) continue;
      UserRecord& user = users[run.user];
      user.name = run.user;
      user.first_seen = user.first_seen.ms == 0 ? run.created : std::min(user.first_seen, run.created);
      user.last_seen = std::max(user.last_seen, run.created);
    }
    return users;
  }

  FakeStore& store_;
  FakeAuditLog& audit_;
  std::map<std::string, Changed> changed_;
  std::map<std::string, std::size_t> erased_;  // when so many runs were settled
};

class FakeRevocationStore final : public FakeCalls, public RevocationStore {
 public:
  explicit FakeRevocationStore(FakeAuditLog& audit) : FakeCalls(own_queue_), audit_(audit) {}

  void put_revocation(Revocation revocation, AuditEntry entry, Done<> done) override {
    call(mutex_, std::move(done),
         [this, revocation = std::move(revocation), entry = std::move(entry)]() -> Result<> {
           if (const auto written = audit_.write(entry); !written) return written;
           revocations_.insert_or_assign(revocation.key, revocation);
           return {};
         });
  }
  void remove_revocation(RevocationKey key, AuditEntry entry, Done<bool> done) override {
    call(mutex_, std::move(done), [this, key = std::move(key), entry = std::move(entry)]() -> Result<bool> {
      const auto found = revocations_.find(key);
      if (found == revocations_.end() || found->second.expires <= entry.when) return false;
      if (const auto written = audit_.write(entry); !written) return written.error();
      revocations_.erase(found);
      return true;
    });
  }
  void list_revocations(std::optional<RevocationKey> after, WallTime now, std::size_t max,
                        Done<RevocationPage> done) override {
    call(mutex_, std::move(done), [this, after = std::move(after), now, max]() -> Result<RevocationPage> {
      RevocationPage page;
      for (const auto& [key, revocation] : revocations_) {
        if ((after && key <= *after) || revocation.expires <= now) continue;
        if (page.revocations.size() == std::max<std::size_t>(max, 1)) {
          page.next = page.revocations.back().key;
          break;
        }
        page.revocations.push_back(revocation);
      }
      return page;
    });
  }

 private:
  CallQueue own_queue_;
  FakeAuditLog& audit_;
  std::mutex mutex_;
  std::map<RevocationKey, Revocation> revocations_;
};

}  // namespace belay::testing
