// What a revocation does to those who are signed in now. app/ implements it over auth/, which services do not know.
#pragma once

#include <cstddef>

#include "base/function.hpp"
#include "base/result.hpp"
#include "core/types/revocation.hpp"

namespace belay::services {

// Thread-safe.
class AccessControl {
 public:
  virtual ~AccessControl() = default;

  // Whether one more revocation may be in effect. Fails with `conflict`.
  virtual Result<> check_space(const RevocationKey& key) = 0;
  // Sign-in is refused from now on, and open streams end. `done` gets the number of those streams, on any thread.
  virtual void revoke(Revocation revocation, UniqueFunction<void(std::size_t)> done) = 0;
  virtual void lift(const RevocationKey& key) = 0;
};

}  // namespace belay::services
