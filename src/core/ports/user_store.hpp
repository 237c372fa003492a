// The port to what is known about users in addition to their tokens: tier and phase, as operators set them. It is
// implemented together with Store (core/ports/store.hpp), whose rules on threads, order and bounds also apply here.
//
// A user exists from their first settled answer on, from the first change that an operator makes, or from the beginning of
// tracking. Every change of a phase is kept (core/ports/profile_store.hpp). Callers who are not signed in (is_anonymous()) are no users.
#pragma once

#include <optional>
#include <string>

#include "core/ports/store.hpp"
#include "core/types/audit.hpp"
#include "core/types/user.hpp"

namespace belay {

class UserStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~UserStore() = default;

  // The tier that an operator set; empty: none.
  virtual void tier_of(std::string user, Done<std::string> done) = 0;
  virtual void find_user(std::string name, Done<std::optional<UserRecord>> done) = 0;
  virtual void list_users(UserQuery query, Done<UserPage> done) = 0;
  // Makes the user if there is none. The entry, if there is one, is written in the same transaction. The result is
  // the user after the change.
  virtual void change_user(UserChange change, WallTime now, std::optional<AuditEntry> entry,
                           Done<UserRecord> done) = 0;
  // Forgets the user. The result is whether there was one. Does not touch the ledger and the audit log.
  virtual void erase_user(std::string name, Done<bool> done) = 0;
};

}  // namespace belay
