// The port to revocations (requirement X19): the lasting copy of what sign-in checks in memory. It is implemented
// together with Store (core/ports/store.hpp), whose rules on threads, order and bounds also apply here.
#pragma once

#include <optional>
#include <vector>

#include "core/ports/store.hpp"
#include "core/types/audit.hpp"
#include "core/types/revocation.hpp"

namespace belay {

struct RevocationPage {
  std::vector<Revocation> revocations;  // users first, then tokens, each in the order of their names
  std::optional<RevocationKey> next;
};

class RevocationStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~RevocationStore() = default;

  // Replaces an earlier one with the same key. The entry is written in the same transaction. Revocations that have
  // expired are removed on the way.
  virtual void put_revocation(Revocation revocation, AuditEntry entry, Done<> done) = 0;
  // The result is whether there was one that is still in effect. The entry is written only then.
  virtual void remove_revocation(RevocationKey key, AuditEntry entry, Done<bool> done) = 0;
  // Those that are in effect at `now`. Shows everything whose `done` was called before.
  virtual void list_revocations(std::optional<RevocationKey> after, WallTime now, std::size_t max,
                                Done<RevocationPage> done) = 0;
};

}  // namespace belay
