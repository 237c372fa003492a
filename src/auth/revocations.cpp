#include "auth/revocations.hpp"

#include <mutex>

#include <fmt/format.h>

namespace belay::auth {

Result<> Revocations::check(const Caller& caller) const {
  if (!caller.is_signed_in()) return {};
  return check(caller.user, caller.token_id, caller.issued);
}

Result<> Revocations::check(const SignedInBy& by) const {
  return check(by.user, by.token_id, by.issued);
}

Result<> Revocations::check(std::string_view name, std::string_view token_id,
                            std::optional<WallTime> issued) const {
  if (size_.load() == 0) return {};
  const WallTime now = clock_.wall();
  const std::shared_lock lock(mutex_);
  const auto user = users_.find(name);
  if (user != users_.end() && now < user->second.expires) {
    // The whole second of `since` counts as before it.
    if (!issued || issued->ms / 1000 <= user->second.since.ms / 1000)
      return make_error(ErrorCode::revoked,
                        "Your access was revoked. Sign in again with a new token; if that does not help, ask "
                        "the operator of this server.");
  }
  const auto token = token_id.empty() ? tokens_.end() : tokens_.find(token_id);
  if (token != tokens_.end() && now < token->second.expires)
    return make_error(ErrorCode::revoked, "This token was revoked. Sign in again with a new one.");
  return {};
}

Result<> Revocations::check_space(const RevocationKey& key) {
  const std::unique_lock lock(mutex_);
  if (size_.load() >= max_) drop_expired();
  if (size_.load() < max_ || of(key.kind).contains(key.name)) return {};
  return make_error(ErrorCode::conflict,
                    fmt::format("{} revocations are in effect, which is the maximum. Lift one that is not "
                                "needed any more, or raise auth.max_revocations.",
                                max_));
}

void Revocations::add(Revocation revocation) {
  const std::unique_lock lock(mutex_);
  const RevocationKey key = revocation.key;
  of(key.kind).insert_or_assign(key.name, std::move(revocation));
  count();
}

void Revocations::remove(const RevocationKey& key) {
  const std::unique_lock lock(mutex_);
  of(key.kind).erase(key.name);
  count();
}

void Revocations::drop_expired() {
  const auto has_expired = [now = clock_.wall()](const auto& entry) { return entry.second.expires <= now; };
  std::erase_if(users_, has_expired);
  std::erase_if(tokens_, has_expired);
  count();
}

}  // namespace belay::auth
