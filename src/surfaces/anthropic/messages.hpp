// Reads the messages and the system prompt of a Messages request (requirements K30, K34, K35).
#pragma once

#include "base/result.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces::anthropic {

// The members `messages` and `system`. Content is a string or an array of blocks. Images and documents come in Base64 or
// as addresses that the provider fetches. A `tool_result` names a call of the assistant's message before it; an image in a
// result is shown to the model behind the results. Blocks of thinking are left out: they are of another server.
// Fails like parse_messages().
Result<prompts::ClientMessages> read_messages(const BodyObject& body);

}  // namespace belay::surfaces::anthropic
