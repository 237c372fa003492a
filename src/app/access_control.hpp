// Applies revocations to sign-in: services decide about them (services/operators/), auth/ carries them out.
#pragma once

#include <utility>

#include "auth/open_streams.hpp"
#include "auth/revocations.hpp"
#include "services/operators/access_control.hpp"

namespace belay::app {

class SignInAccess final : public services::AccessControl {
 public:
  // Both outlive the object.
  SignInAccess(auth::Revocations& revocations, auth::OpenStreams& streams)
      : revocations_(revocations), streams_(streams) {}

  Result<> check_space(const RevocationKey& key) override { return revocations_.check_space(key); }
  void revoke(Revocation revocation, UniqueFunction<void(std::size_t)> done) override {
    RevocationKey key = revocation.key;
    revocations_.add(std::move(revocation));
    streams_.end_revoked(std::move(key), std::move(done));
  }
  void lift(const RevocationKey& key) override { revocations_.remove(key); }

 private:
  auth::Revocations& revocations_;
  auth::OpenStreams& streams_;
};

}  // namespace belay::app
