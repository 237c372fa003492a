// Reads the requests of the operators' API. Errors name the field or parameter.
//
// Bodies are read strictly: an unknown field is an error, because a misspelt one would change nothing and say so to
// nobody.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "core/types/audit.hpp"
#include "core/types/revocation.hpp"
#include "core/types/usage_sums.hpp"
#include "core/types/user.hpp"
#include "services/operators/operators.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::admin {

// The user whom the path names.
Result<std::string> parse_user_name(const transport::Request& request);
Result<UserQuery> parse_users(const transport::Request& request);
Result<UserChange> parse_user_change(const transport::Request& request);
// `now` is the end of the range where the request names none, and 30 days before it the beginning.
Result<UsageQuery> parse_usage(const transport::Request& request, WallTime now);
Result<LiveRunQuery> parse_runs(const transport::Request& request);
Result<RunId> parse_run_id(const transport::Request& request);

struct RevocationRequest {
  RevocationKey key;
  std::string reason;
  std::optional<Milliseconds> lasts;
};
Result<RevocationRequest> parse_revocation(const transport::Request& request);
// Of ?user= or ?token_id=. (?token= is a credential.)
// {message}
Result<std::string> parse_notice(const transport::Request& request);
Result<RevocationKey> parse_revocation_key(const transport::Request& request);
struct RevocationQuery {
  std::optional<RevocationKey> after;
  std::size_t max = 100;
};
Result<RevocationQuery> parse_revocations(const transport::Request& request);
Result<AuditQuery> parse_audit(const transport::Request& request);

// "2026-11-30" (the beginning of that day, UTC), "2026-11-30T12:00:00Z" or "2026-11-30T12:00:00.000Z".
std::optional<WallTime> parse_time(std::string_view text);
// "user:ann", "token_id:ID": a cursor in the list of revocations.
std::string cursor_of(const RevocationKey& key);

}  // namespace belay::surfaces::admin
