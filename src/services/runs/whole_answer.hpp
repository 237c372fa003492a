// A run's answer as one value, for clients that do not stream. Waits for the run's end, on the caller's loop.
#pragma once

#include <memory>

#include "base/byte_source.hpp"
#include "base/thread_pool.hpp"
#include "core/log/dialect.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services {

// The format that a subscription for read_whole_answer() must use.
const Format& whole_answer_format();

// Reads a subscription from the run's beginning to its end. For a run that did not complete, returns its
// error. The wait ends early, while the run continues, in two cases: with `deadline_exceeded` at the deadline, and
// with `cancelled` when the client has gone. client->is_gone() distinguishes the second case from a run that was
// cancelled.
Awaitable<Result<WholeAnswer>> read_whole_answer(Loop& loop, std::unique_ptr<ByteSource> subscription,
                                                 Deadline deadline, Presence* client);

}  // namespace belay::services
