// For clients that continue after the number of a message instead of an id: where that is in a run's log.
#pragma once

#include <cstdint>

#include "base/loop.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services {

// The log, so that a reader of this format begins with the message of this number, counted from 0. The number may be
// that of the message that comes next. Fails with `position_ahead`, or with `expired` when the events are no longer
// kept. The format's dialect numbers its messages. Call it on the reader's loop; it resumes there.
Awaitable<Result<OpenLog>> continue_at_message(Loop& loop, OpenLog log, const Format& format,
                                               std::uint64_t number);

// How many messages there are so far: the number of the next one. The same rules.
Awaitable<Result<std::uint64_t>> count_messages_of(Loop& loop, OpenLog log, const Dialect& dialect);

}  // namespace belay::services
