// Reads the input of a Responses request (requirements K8, K20, K25): a string, or items.
//
//   message (also without `type`)     user, assistant; system and developer are joined to the system prompt
//   function_call, function_call_output
//   reasoning                         taken back, and left out: it proves nothing to a model
//   item_reference                    an item of an earlier response, by its id
//
// Calls and texts of the assistant that follow each other are one message. The output of a call must follow the call,
// anywhere.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "surfaces/openai/responses/stored_turn.hpp"

namespace belay::surfaces::openai::responses {

// The most earlier responses that one request refers to.
inline constexpr std::size_t kMaxReferredRuns = 64;

// The runs whose items the input refers to. Fails with `invalid_request` if they are too many, or an id is no item's.
Result<std::vector<RunId>> referred_runs(const BodyObject& body);

struct ReadInput {
  prompts::ClientMessages sent;
  std::vector<GivenItem> items;  // RequestFacts::input
};
// The system prompt is that of the messages, without instructions. `previous`: the response that the request goes on with; null: none. `turns` has the runs that it refers to. Fails with
// `invalid_request` or `not_implemented` and a place like `input[2].content[0].type`.
Result<ReadInput> read_input(const BodyObject& body, const StoredTurn* previous, const StoredTurns& turns);

}  // namespace belay::surfaces::openai::responses
