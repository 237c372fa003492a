// From the number of a message to its place in the log, for clients that continue after a number instead of an id.
//
// The number of a message is the count of the messages that a reader from the beginning gets before it. The dialect
// computes it from the counts of events (Dialect::messages_in()), so the search begins at the last place of the log
// where the counts are known and not too large, and walks the events of one block from there. Only the first search in a
// log that was written by an earlier process walks what comes before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/await.hpp"
#include "core/log/log_buffer.hpp"

namespace belay {

struct NumberedPlace {
  Offset event = 1;      // the event that writes the message
  std::size_t skip = 0;  // the bytes of the event's messages before it, in the format
};

// Finds the message with this number, from 0. `number` may be the count of all messages so far: the place is then that
// of the next event. A larger one fails with `position_ahead`. Fails with `expired` if the events are no longer kept. The
// format's dialect numbers its messages. Any thread; `done` is called on any thread, possibly from inside the call.
void find_message(std::shared_ptr<LogBuffer> log, const Format& format, std::uint64_t number,
                  Done<NumberedPlace> done);

// Counts the messages of all events up to the last one that readers may see. The same rules.
void count_messages(std::shared_ptr<LogBuffer> log, const Dialect& dialect, Done<std::uint64_t> done);

}  // namespace belay
