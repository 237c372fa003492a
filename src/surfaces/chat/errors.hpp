// The services' errors in the chat surface's words.
#pragma once

#include <string_view>

#include "services/models.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::chat {

Error in_chat_terms(Error error);
// Of the log of an answer that a session or a chat has named, in `field`.
Error stream_error(Error error, const char* field);
// Of a start: an error about the model also says which models the caller may choose, and `how`.
Error in_chat_terms(const services::StartOutcome& refused, const services::RuntimeConfig& runtime,
                    std::string_view how = "with modelId, or for the whole chat with /model NAME");

}  // namespace belay::surfaces::chat
