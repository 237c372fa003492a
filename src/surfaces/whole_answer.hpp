// A run's answer as one value, for clients that do not stream: waits for the run's end, on the caller's loop.
#pragma once

#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "base/workers.hpp"
#include "core/chat.hpp"
#include "core/dialect.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

struct WholeAnswer {
  std::string text;
  std::string finish;  // how it ended: "stop", or "length" when it was cut off (core/payloads.hpp)
  Usage usage;
};

// What a subscription for read_whole_answer() is made in.
const Dialect& whole_answer_dialect();

// Reads a subscription from the run's beginning to its end. A run that did not complete gives its error. The
// wait ends early, and the run goes on, with `deadline_exceeded` after `most_wait` (0: the run's own deadline
// is enough), and with `cancelled` when the client has gone (client.is_gone() tells it from a run that was
// cancelled).
Awaitable<Result<WholeAnswer>> read_whole_answer(Loop& loop, std::unique_ptr<ByteSource> subscription,
                                                 Milliseconds most_wait, transport::ClientPresence& client);

}  // namespace belay::surfaces
