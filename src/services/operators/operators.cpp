#include "services/operators/operators.hpp"

#include <fmt/format.h>

#include "base/await.hpp"
#include "base/json_text.hpp"
#include "base/run_id.hpp"
#include "core/types/caller.hpp"
#include "prompts/hygiene.hpp"

namespace belay::services {
namespace {

Error no_such_user() {
  return make_error(
      ErrorCode::not_found,
      "There is no such user: nobody of this name has had an answer, and no operator has changed one.",
      "name");
}

// "tier":{"from":"basic","to":"pro"}
void append_change(std::string_view name, std::string_view from, std::string_view to, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"({}"{}":{{"from":{},"to":{}}})", out.size() > 1 ? "," : "", name,
                 json_string(from), json_string(to));
}

std::string details_of(const UserChange& change, const std::optional<UserRecord>& before) {
  const UserRecord was = before.value_or(UserRecord{});
  std::string details = "{";
  if (change.tier) append_change("tier", was.tier, *change.tier, details);
  if (change.phase) append_change("phase", was.phase, *change.phase, details);
  return details + "}";
}

Result<> check_change(const UserChange& change, const policy::Tiers& tiers) {
  const auto invalid = [](const char* field, std::string detail) {
    return make_error(ErrorCode::invalid_request, std::move(detail), field);
  };
  if (!is_valid_user_id(change.name))
    return invalid("name",
                   fmt::format("A user's name has 1 to {} bytes and no control characters.", kMaxUserBytes));
  if (!change.tier && !change.phase) return invalid("tier", "Give a tier or a phase.");
  if (change.tier && !change.tier->empty() && !tiers.find(*change.tier)) {
    std::string names;
    for (std::size_t rank = 0; rank <= tiers.highest().rank; ++rank)
      names += (rank == 0 ? "" : ", ") + tiers.name({rank});
    return invalid("tier", "There is no such tier. The tiers are: " + names + ".");
  }
  if (change.phase && !is_valid_phase(*change.phase))
    return invalid("phase",
                   fmt::format("A phase has at most {} bytes and no control characters.", kMaxPhaseBytes));
  return {};
}

Result<> check_key(const RevocationKey& key) {
  const bool is_user = key.kind == RevocationKey::Kind::user;
  if (is_user ? is_valid_user_id(key.name) : is_valid_token_id(key.name)) return {};
  return make_error(ErrorCode::invalid_request,
                    fmt::format("{} has 1 to {} bytes and no control characters.",
                                is_user ? "A user's name" : "A token's id (its `jti`)",
                                is_user ? kMaxUserBytes : kMaxTokenIdBytes),
                    std::string(to_string(key.kind)));
}

}  // namespace

AuditEntry Operators::entry(const Call& call, std::string action, std::string target,
                            std::string details) const {
  return {parts_.clock.wall(), call.who, std::move(action), std::move(target), std::move(details)};
}

// ---- Users and usage

Awaitable<Result<UserPage>> Operators::users(Call call, UserQuery query) {
  co_return co_await belay::call<&UserStore::list_users>(call.loop, call.deadline, parts_.users,
                                                         std::move(query));
}

Awaitable<Result<UserRecord>> Operators::user(Call call, std::string name) {
  auto found = co_await belay::call<&UserStore::find_user>(call.loop, call.deadline, parts_.users, name);
  if (!found) co_return found.error();
  if (!*found) co_return no_such_user();
  co_return std::move(**found);
}

Awaitable<Result<UserRecord>> Operators::change_user(Call call, UserChange change) {
  const auto runtime = parts_.runtime.take();
  if (const auto fine = check_change(change, runtime->tiers); !fine) co_return fine.error();
  // The store keeps the name as it is configured.
  if (change.tier && !change.tier->empty())
    change.tier = runtime->tiers.name(*runtime->tiers.find(*change.tier));
  const auto before =
      co_await belay::call<&UserStore::find_user>(call.loop, call.deadline, parts_.users, change.name);
  if (!before) co_return before.error();
  std::optional<AuditEntry> logged = entry(call, "user.change", change.name, details_of(change, *before));
  const WallTime now = logged->when;
  auto changed = co_await belay::call<&UserStore::change_user>(call.loop, call.deadline, parts_.users, change,
                                                               now, logged);
  if (changed && change.phase) parts_.watchers->changed(change.name);
  co_return changed;
}

Awaitable<Result<ErasureReport>> Operators::erase_user(Call call, std::string name) {
  if (!is_valid_user_id(name)) co_return no_such_user();
  AuditEntry logged = entry(call, "user.erase", name, "{}");
  const auto written =
      co_await belay::call<&AuditLog::append>(call.loop, call.deadline, parts_.audit, logged);
  if (!written) co_return written.error();
  Erasure erasure;
  erasure.what = Erasure::What::user;
  erasure.user = std::move(name);
  co_return co_await parts_.erasures->erase(call.loop, call.deadline, std::move(erasure));
}

Awaitable<Result<Contexts::Added>> Operators::add_climbs(Call call, std::string name, std::string document) {
  if (!is_valid_user_id(name)) co_return no_such_user();
  AuditEntry logged = entry(call, "context.import", name, fmt::format(R"({{"bytes":{}}})", document.size()));
  const auto written =
      co_await belay::call<&AuditLog::append>(call.loop, call.deadline, parts_.audit, std::move(logged));
  if (!written) co_return written.error();
  co_return co_await parts_.contexts->add_climbs(call.loop, call.deadline, std::move(name),
                                                 std::move(document));
}

Awaitable<Result<UsagePage>> Operators::usage(Call call, UsageQuery query) {
  co_return co_await belay::call<&LedgerStore::usage_sums>(call.loop, call.deadline, parts_.ledger,
                                                           std::move(query));
}

// ---- Running answers

Awaitable<Result<LiveRunPage>> Operators::runs(Call call, LiveRunQuery query) {
  LiveRunPage page = co_await parts_.engine.list_live(call.loop, std::move(query));
  co_return page;
}

Awaitable<Result<>> Operators::cancel_run(Call call, RunId run) {
  const auto user = co_await parts_.engine.user_in_progress(call.loop, run);
  if (!user) {
    const auto record = co_await belay::call<&Store::find_run>(call.loop, call.deadline, parts_.runs, run);
    if (!record) co_return record.error();
    if (!*record)
      co_return make_error(ErrorCode::not_found, "There is no such answer. Check its id.", "run_id");
    co_return Result<>();
  }
  AuditEntry logged = entry(call, "run.cancel", run.text(), "{\"user\":" + json_string(*user) + "}");
  const auto written =
      co_await belay::call<&AuditLog::append>(call.loop, call.deadline, parts_.audit, logged);
  if (!written) co_return written.error();
  Error reason = make_error(ErrorCode::cancelled, "An operator cancelled this answer.");
  co_return co_await parts_.engine.cancel_live(call.loop, run, std::move(reason));
}

// ---- Revocations

Awaitable<Result<Operators::Revoked>> Operators::revoke(Call call, RevocationKey key, std::string reason,
                                                        std::optional<Milliseconds> lasts) {
  if (const auto fine = check_key(key); !fine) co_return fine.error();
  if (const auto space = parts_.access.check_space(key); !space) co_return space.error();
  const WallTime now = parts_.clock.wall();
  Revoked revoked;
  revoked.revocation = {key, now, now + lasts.value_or(parts_.revocation_lifetime), std::move(reason),
                        call.who};
  std::string details =
      fmt::format(R"({{"{}":{},"reason":{},"expires":"{}"}})", to_string(key.kind), json_string(key.name),
                  json_string(revoked.revocation.reason), iso8601(revoked.revocation.expires));
  AuditEntry logged = entry(call, "revocation.add", key.name, std::move(details));
  const auto stored = co_await belay::call<&RevocationStore::put_revocation>(
      call.loop, call.deadline, parts_.revocations, revoked.revocation, logged);
  if (!stored) co_return stored.error();
  auto apply = [this, revocation = revoked.revocation](UniqueFunction<void(std::size_t)> done) mutable {
    parts_.access.revoke(std::move(revocation), std::move(done));
  };
  revoked.streams = co_await await_callback<std::size_t>(call.loop, std::move(apply));
  co_return revoked;
}

Awaitable<Result<>> Operators::lift(Call call, RevocationKey key) {
  if (const auto fine = check_key(key); !fine) co_return fine.error();
  AuditEntry logged = entry(call, "revocation.lift", key.name,
                            fmt::format(R"({{"{}":{}}})", to_string(key.kind), json_string(key.name)));
  const auto removed = co_await belay::call<&RevocationStore::remove_revocation>(
      call.loop, call.deadline, parts_.revocations, key, logged);
  if (!removed) co_return removed.error();
  // Also when it was not there: an earlier call may have removed it and not come to this.
  parts_.access.lift(key);
  if (*removed) co_return Result<>();
  co_return make_error(ErrorCode::not_found, "No such revocation is in effect.",
                       std::string(to_string(key.kind)));
}

Awaitable<Result<RevocationPage>> Operators::revocations(Call call, std::optional<RevocationKey> after,
                                                         std::size_t max) {
  const WallTime now = parts_.clock.wall();
  co_return co_await belay::call<&RevocationStore::list_revocations>(call.loop, call.deadline,
                                                                     parts_.revocations, after, now, max);
}

// ---- Uploads

Awaitable<Result<UploadRotation::Status>> Operators::upload_rotation(Call call) {
  if (!parts_.uploads) co_return make_error(ErrorCode::unavailable, "This server has no uploads.");
  co_return co_await parts_.uploads->rotation().status(call.loop, call.deadline);
}

Awaitable<Result<UploadRotation::Status>> Operators::rotate_uploads(Call call) {
  const auto before = co_await upload_rotation(call);
  if (!before) co_return before;
  AuditEntry logged =
      entry(call, "uploads.rotate", before->key, fmt::format(R"({{"left":{}}})", before->left));
  const auto written =
      co_await belay::call<&AuditLog::append>(call.loop, call.deadline, parts_.audit, logged);
  if (!written) co_return written.error();
  co_return co_await parts_.uploads->rotation().start(call.loop, call.deadline);
}

// ---- Notices

Awaitable<Result<std::size_t>> Operators::notify(Call call, std::string notice) {
  if (!prompts::has_visible_text(notice))
    co_return make_error(ErrorCode::invalid_request, "The notice is empty. Write what everybody is to know.",
                         "message");
  if (notice.size() > kMaxNotice)
    co_return make_error(ErrorCode::invalid_request,
                         fmt::format("A notice may have {} bytes at most. Shorten it.", kMaxNotice),
                         "message");
  AuditEntry logged = entry(call, "notice.send", "goal_coach", "{\"message\":" + json_string(notice) + "}");
  const auto written =
      co_await belay::call<&AuditLog::append>(call.loop, call.deadline, parts_.audit, std::move(logged));
  if (!written) co_return written.error();
  auto tell = [this, notice = std::move(notice)](UniqueFunction<void(std::size_t)> done) mutable {
    parts_.watchers->notify(std::move(notice), std::move(done));
  };
  const std::size_t notified = co_await await_callback<std::size_t>(call.loop, std::move(tell));
  co_return notified;
}

Awaitable<Result<AuditPage>> Operators::audit(Call call, AuditQuery query) {
  co_return co_await belay::call<&AuditLog::read_audit>(call.loop, call.deadline, parts_.audit,
                                                        std::move(query));
}

}  // namespace belay::services
