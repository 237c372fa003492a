// Reads the messages of a Chat Completions request (requirements K8 and K9).
#pragma once

#include "base/result.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces::openai {

// The member `messages`. System and developer messages are joined, in order, to the system prompt. Content is a string,
// an array of parts, or nothing; images come as data: URLs or as addresses that the provider fetches. A tool's message
// must name a call of the assistant's last message with calls. Fails like parse_chat().
Result<prompts::ClientMessages> read_messages(const BodyObject& body);

}  // namespace belay::surfaces::openai
