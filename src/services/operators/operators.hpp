// What operators do (requirement X19): look at users, usage and running answers, and change what a user may do.
//
// Every change is in the audit log: the store writes it and its entry in one transaction. What happens outside the
// store (an answer is cancelled) has its entry written first. If the entry cannot be written, nothing changes.
// Reading is not logged. Whoever calls has checked that the caller is an operator.
//
// A call that fails with `deadline_exceeded` or `unavailable` may have taken effect. Every call may be repeated.
//
// Holds no state. Each call is made on the caller's loop and resumes there; all loops may call at once.
#pragma once

#include <optional>
#include <string>

#include "base/deadline.hpp"
#include "base/snapshot.hpp"
#include "base/thread_pool.hpp"
#include "core/ports/audit_log.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/revocation_store.hpp"
#include "core/ports/store.hpp"
#include "core/ports/user_store.hpp"
#include "core/run/engine.hpp"
#include "services/context/contexts.hpp"
#include "services/erasure/erasures.hpp"
#include "services/goals/watchers.hpp"
#include "services/operators/access_control.hpp"
#include "services/runtime_config.hpp"
#include "services/uploads/uploads.hpp"

namespace belay::services {

// The role that makes a caller an operator.
inline constexpr std::string_view kOperatorRole = "operator";

class Operators {
 public:
  // All of these outlive the object.
  struct Parts {
    UserStore& users;
    LedgerStore& ledger;
    AuditLog& audit;
    RevocationStore& revocations;
    Store& runs;
    Engine& engine;
    AccessControl& access;
    const Clock& clock;
    const Snapshot<RuntimeConfig>& runtime;
    Milliseconds revocation_lifetime;   // where the operator names no time
    Erasures* erasures = nullptr;       // required
    Uploads* uploads = nullptr;         // null: there is nothing to rotate
    Contexts* contexts = nullptr;       // required
    CoachWatchers* watchers = nullptr;  // required
  };
  // Who asks, and where.
  struct Call {
    Loop& loop;
    Deadline deadline;
    std::string who;
  };
  explicit Operators(const Parts& parts) : parts_(parts) {}

  Awaitable<Result<UserPage>> users(Call call, UserQuery query);
  // Fails with `not_found`.
  Awaitable<Result<UserRecord>> user(Call call, std::string name);
  // The user need not exist yet. Fails with `invalid_request` for a tier that is not configured. An empty tier or phase
  // is removed.
  Awaitable<Result<UserRecord>> change_user(Call call, UserChange change);

  // Removes the user with everything that is kept of them, on all surfaces (requirement X18). Running answers stop.
  // Only the audit log keeps the name.
  Awaitable<Result<ErasureReport>> erase_user(Call call, std::string name);

  // Adds climbs to what is known about a user, who need not exist yet. As Contexts::add_climbs().
  Awaitable<Result<Contexts::Added>> add_climbs(Call call, std::string name, std::string document);

  Awaitable<Result<UsagePage>> usage(Call call, UsageQuery query);

  Awaitable<Result<LiveRunPage>> runs(Call call, LiveRunQuery query);
  // Its stream ends with `cancelled`. Fine for a run that has ended; fails with `not_found` for an unknown one.
  Awaitable<Result<>> cancel_run(Call call, RunId run);

  struct Revoked {
    Revocation revocation;
    std::size_t streams = 0;  // that were open, and have ended
  };
  Awaitable<Result<Revoked>> revoke(Call call, RevocationKey key, std::string reason,
                                    std::optional<Milliseconds> lasts);
  // Fails with `not_found` if there is none in effect.
  Awaitable<Result<>> lift(Call call, RevocationKey key);
  Awaitable<Result<RevocationPage>> revocations(Call call, std::optional<RevocationKey> after,
                                                std::size_t max);

  // Uploads are encrypted with the current key (services/uploads/rotation.hpp), unless that is under way. Fails with
  // `unavailable` if there is no key.
  Awaitable<Result<UploadRotation::Status>> rotate_uploads(Call call);
  Awaitable<Result<UploadRotation::Status>> upload_rotation(Call call);

  // To all open connections of the goal coach, now. The result is how many there were. Fails with `invalid_request` for a
  // notice without text, or of more than kMaxNotice bytes.
  static constexpr std::size_t kMaxNotice = 2'000;
  Awaitable<Result<std::size_t>> notify(Call call, std::string notice);

  Awaitable<Result<AuditPage>> audit(Call call, AuditQuery query);

 private:
  AuditEntry entry(const Call& call, std::string action, std::string target, std::string details) const;

  const Parts parts_;
};

}  // namespace belay::services
