// Reads what a source has now, for clients that read a log piece by piece.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/byte_source.hpp"
#include "base/deadline.hpp"
#include "base/presence.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"

namespace belay::surfaces::durable_streams {

struct Available {
  std::string bytes;
  bool is_all = false;  // there is nothing behind them now
};

// All bytes that a source of records (render.hpp) has now, or a little more than `max_bytes` of them, with at least one
// whole record. Nothing there: with `until` waits for the first ones. The wait ends without bytes at `until`, and when the
// client has gone. Fails with `unavailable` if the source is lost. On the source's loop.
Awaitable<Result<Available>> read_available(Loop& loop, std::unique_ptr<ByteSource> source,
                                            std::size_t max_bytes, std::optional<Deadline> until,
                                            Presence& client);

// Ends a source between two messages, as soon as it is `age` old. On the source's loop.
std::unique_ptr<ByteSource> ended_after(Loop& loop, Milliseconds age, std::unique_ptr<ByteSource> source);

}  // namespace belay::surfaces::durable_streams
