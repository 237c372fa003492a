// The port to the audit log (requirement X19). It is implemented together with Store (core/ports/store.hpp), whose
// rules on threads, order and bounds also apply here. Entries are never changed.
//
// A change that the store makes takes its entry with it (UserStore, RevocationStore): both are written in one
// transaction, or none. append() is for what happens elsewhere: write the entry first, then act.
#pragma once

#include "core/ports/store.hpp"
#include "core/types/audit.hpp"

namespace belay {

class AuditLog {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~AuditLog() = default;

  virtual void append(AuditEntry entry, Done<> done) = 0;
  // Shows everything whose `done` was called before. At least one entry if there is any.
  virtual void read_audit(AuditQuery query, Done<AuditPage> done) = 0;
};

}  // namespace belay
