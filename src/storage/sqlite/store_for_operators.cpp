// The store's functions for operators: users, the ledger, the audit log, revocations.

#include "storage/sqlite/audit.hpp"
#include "storage/sqlite/ledger.hpp"
#include "storage/sqlite/revocations.hpp"
#include "storage/sqlite/store_calls.hpp"
#include "storage/sqlite/users.hpp"

namespace belay::storage {

namespace {

// `done`, after the cache has forgotten the user.
template <class T>
SqliteStore::Done<T> forgetting(TierCache& tiers, const std::string& user, SqliteStore::Done<T> done) {
  return [&tiers, user, done = std::move(done)](Result<T> result) mutable {
    tiers.forget(user);
    done(std::move(result));
  };
}

}  // namespace

void SqliteStore::tier_of(std::string user, Done<std::string> done) {
  auto known = tiers_.find(user);
  if (known.tier) return done(std::move(*known.tier));
  auto learn = [this, user, version = known.version,
                done = std::move(done)](Result<std::string> tier) mutable {
    if (tier) tiers_.put(std::move(user), *tier, version);
    done(std::move(tier));
  };
  auto work = [user = std::move(user)](Database& database) { return read_tier(database, user); };
  read(Done<std::string>(std::move(learn)), std::move(work));
}

void SqliteStore::find_user(std::string name, Done<std::optional<UserRecord>> done) {
  auto work = [name = std::move(name)](Database& database) { return read_user(database, name); };
  read(std::move(done), std::move(work));
}

void SqliteStore::list_users(UserQuery query, Done<UserPage> done) {
  auto work = [query = std::move(query)](Database& database) { return read_users(database, query); };
  read_aside_in_order(std::move(done), std::move(work));
}

void SqliteStore::change_user(UserChange change, WallTime now, std::optional<AuditEntry> entry,
                              Done<UserRecord> done) {
  tiers_.forget(change.name);
  done = forgetting(tiers_, change.name, std::move(done));
  auto work = [change = std::move(change), now, entry = std::move(entry)](Database& database) {
    return storage::change_user(database, change, now, entry ? &*entry : nullptr);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::erase_user(std::string name, Done<bool> done) {
  tiers_.forget(name);
  done = forgetting(tiers_, name, std::move(done));
  auto work = [name = std::move(name)](Database& database) { return storage::erase_user(database, name); };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) {
  read(std::move(done), [since](Database& database) { return read_ledger(database, since); });
}

void SqliteStore::usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) {
  auto work = [conversation = std::move(conversation), since](Database& database) {
    return sum_usage(database, conversation, since);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::usage_sums(UsageQuery query, Done<UsagePage> done) {
  auto work = [query = std::move(query)](Database& database) { return read_usage_sums(database, query); };
  read_aside_in_order(std::move(done), std::move(work));
}

void SqliteStore::append(AuditEntry entry, Done<> done) {
  auto work = [entry = std::move(entry)](Database& database) { return insert_audit(database, entry); };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::read_audit(AuditQuery query, Done<AuditPage> done) {
  auto work = [query = std::move(query)](Database& database) { return storage::read_audit(database, query); };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::put_revocation(Revocation revocation, AuditEntry entry, Done<> done) {
  auto work = [revocation = std::move(revocation), entry = std::move(entry)](Database& database) {
    return storage::put_revocation(database, revocation, entry);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::remove_revocation(RevocationKey key, AuditEntry entry, Done<bool> done) {
  auto work = [key = std::move(key), entry = std::move(entry)](Database& database) {
    return storage::remove_revocation(database, key, entry);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::list_revocations(std::optional<RevocationKey> after, WallTime now, std::size_t max,
                                   Done<RevocationPage> done) {
  auto work = [after = std::move(after), now, max](Database& database) {
    return read_revocations(database, after, now, max);
  };
  read_aside(std::move(done), std::move(work));
}

}  // namespace belay::storage
