// The key that a command of the binary signs tokens with.
#pragma once

#include <vector>

#include "auth/config.hpp"
#include "auth/key.hpp"
#include "base/result.hpp"

namespace belay::app {

// The first key of these sources that has a private half or is a secret. Fails with `invalid_request`: the text says
// what is missing.
Result<auth::Key> find_signing_key(const std::vector<auth::KeySource>& sources);

}  // namespace belay::app
