// What the SDKs of model APIs say in the headers of a request that starts an answer (requirements K10, K12, K81).
#pragma once

#include <optional>

#include "base/result.hpp"
#include "core/types/position.hpp"
#include "services/runs/run_service.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// Reads the Idempotency-Key, and how often an SDK has sent the request before (`x-stainless-retry-count`), into `start`.
// Returns where a stream goes on, if the request goes on with an earlier one by its key. Fails with `invalid_request`
// if it has a position without a key or without `stream`.
Result<std::optional<Position>> read_attempt(const transport::Request& request, bool stream,
                                             services::StartRun& start);

}  // namespace belay::surfaces
