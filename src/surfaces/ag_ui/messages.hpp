// Reads the messages of a RunAgentInput (requirements K71 and K73).
#pragma once

#include "base/result.hpp"
#include "surfaces/ag_ui/parse.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces::ag_ui {

// Texts, images and documents of the user, the assistant's texts and tool calls, and the calls' results, which may stand
// anywhere behind their calls. Reasoning and activities are the client's to show, and are left out. Sets the members of
// `input` that are about messages. Fails like parse_input().
Result<> read_messages(const BodyObject& body, RunInput& input);

}  // namespace belay::surfaces::ag_ui
