// The object of a response that has ended, with its output.
//
// Its items have the order in which they began: the place of an item is its `output_index`. In the log, the pieces of items
// may be mixed: a call is whole when later items have begun. So the output is written in passes over the log. The first one
// writes what was asked and what began before the first call, then this call; each other one what began between two calls,
// then the second one of them; the last one the rest.
#pragma once

#include <string>
#include <string_view>

#include "core/log/dialect.hpp"
#include "surfaces/openai/responses/object.hpp"

namespace belay::surfaces::openai::responses {

// The status of a text or a thought that the end of the answer ends.
std::string_view last_status(const End& end);

// Writes the object into `out`, the open message of the log's last event. `before`: the counts before that event.
void append_ended(const LogHead& run, const End& end, const Terminal& terminal, const EventCounts& before,
                  std::string& out, MessageWriter& writer);

}  // namespace belay::surfaces::openai::responses
