// The services' errors in the chat surface's words.
#pragma once

#include "services/models.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::chat {

Error in_chat_terms(Error error);
// Of a start: an error about the model also says which models the caller may choose.
Error in_chat_terms(const services::StartOutcome& refused, const services::RuntimeConfig& runtime);

}  // namespace belay::surfaces::chat
