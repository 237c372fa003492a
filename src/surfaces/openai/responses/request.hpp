// Parses the requests of the Responses API: JSON and headers in, checked values out (requirements K8 to K12, K20 to K25).
//
// The rules are those of Chat Completions (openai/parse.hpp): what is not known is ignored, what cannot be done is refused
// by name. Places in the body are named like `input[2].content[0].type`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/position.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/openai/config.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "surfaces/openai/responses/stored_turn.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::openai::responses {

inline constexpr std::string_view kMode = "responses";

struct CreateRequest {
  services::StartRun start;  // without its caller and deadline; without its prompt until add_prompt()
  bool stream = false;
  std::optional<Position> after;  // of a POST that goes on with an earlier one, by its key
  RequestFacts facts;
  std::optional<RunId> previous;  // the run of facts.previous_response
  std::vector<RunId> referred;    // runs whose items the input refers to
  BodyObject body;                // points into the request
};
Result<CreateRequest> parse_create(const transport::Request& request, const OpenAiConfig& config);
// Completes create.start. `turns` has the previous run and those that the input refers to, if they may be used.
Result<> add_prompt(CreateRequest& create, const OpenAiConfig& config, const StoredTurns& turns);

// GET of a response.
struct ReadRequest {
  RunId run;
  bool stream = false;
  std::optional<Position> after;        // Last-Event-ID
  std::optional<std::uint64_t> number;  // of the first event that is wanted
};
Result<ReadRequest> parse_read(const transport::Request& request);

Error no_such_response();
Error no_such_previous();
// "resp_…". Fails with no_such_response().
Result<RunId> parse_response_id(std::string_view text);

}  // namespace belay::surfaces::openai::responses
