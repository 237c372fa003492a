// What the model of a response was given, as the items of Responses: GET /v1/responses/{id}/input_items.
#pragma once

#include "core/log/dialect.hpp"

namespace belay::surfaces::openai::responses {

// A list of items, oldest first, as bytes without framing: all that there is of the log's first event. Earlier turns that
// the response goes on with are among them; instructions are not. Of a run of another surface the list is empty: its prompts
// are its own.
const Format& input_items_format();

}  // namespace belay::surfaces::openai::responses
