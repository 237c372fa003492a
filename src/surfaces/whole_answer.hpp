// A run's answer as one value, for clients that do not stream. Waits for the run's end, on the caller's loop.
#pragma once

#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "base/thread_pool.hpp"
#include "core/log/dialect.hpp"
#include "core/types/message.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

struct WholeAnswer {
  std::string text;
  std::string finish;  // how it ended: "stop", or "length" when it was cut off (core/types/payloads.hpp)
  Usage usage;
};

// The format that a subscription for read_whole_answer() must use.
const Format& whole_answer_format();

// Reads a subscription from the run's beginning to its end. For a run that did not complete, returns its
// error. The wait ends early, while the run continues, in two cases: with `deadline_exceeded` after
// `max_wait` (0: only the run's own deadline applies), and with `cancelled` when the client has disconnected.
// client.is_gone() distinguishes the second case from a run that was cancelled.
Awaitable<Result<WholeAnswer>> read_whole_answer(Loop& loop, std::unique_ptr<ByteSource> subscription,
                                                 Milliseconds max_wait, transport::ClientPresence& client);

}  // namespace belay::surfaces
