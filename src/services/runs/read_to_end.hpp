// Reads a source to its end, for clients that do not stream.
#pragma once

#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "base/deadline.hpp"
#include "base/presence.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"

namespace belay::services {

// All bytes of the source. The wait ends early with `deadline_exceeded` at the deadline, with `cancelled` when the client
// has gone (null: it stays), and with `unavailable` if the source is lost. On the source's loop.
Awaitable<Result<std::string>> read_to_end(Loop& loop, std::unique_ptr<ByteSource> source, Deadline deadline,
                                           Presence* client);

// What the source has now. It waits only until there is something.
Awaitable<Result<std::string>> read_first(Loop& loop, std::unique_ptr<ByteSource> source, Deadline deadline);

}  // namespace belay::services
