// Parses what AG-UI clients send (requirements K70 to K73): a RunAgentInput.
//
//   {"threadId","runId","messages":[…],"tools":[…],"context":[…],"forwardedProps":{"model":"…"},…}
//
// `state`, `parentRunId`, `protocolVersion` and members that are not known are ignored. What cannot be done is refused with
// `not_implemented` and its place, anything else that is wrong with `invalid_request`. Places in the body are named like
// `messages[2].content[0].type`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/position.hpp"
#include "core/types/records.hpp"
#include "prompts/client_conversation.hpp"
#include "surfaces/ag_ui/config.hpp"
#include "surfaces/body_object.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::ag_ui {

inline constexpr std::string_view kSurface = "ag_ui";
inline constexpr std::string_view kRunMode = "run";
inline constexpr std::string_view kAboutThread = "threadId";
inline constexpr std::string_view kAboutRun = "runId";
inline constexpr std::string_view kAboutMessages = "messages";

// What the client calls a run: an id of its own in a thread. Both are bounded (is_client_id()).
struct RunName {
  std::string thread;
  std::string run;

  // As an idempotency key. No id has the separator.
  std::string key() const { return thread + '/' + run; }
};
Result<RunName> parse_run_name(const BodyObject& body);
// The run's part of RunName::key().
std::string_view run_of_key(std::string_view key, std::string_view thread);

// Where a client that comes back goes on; nothing: from the start. And whether it can drop what it has (`?restarts=1`).
struct ReadingOptions {
  std::optional<Position> after;
  bool may_restart = false;
};
Result<ReadingOptions> parse_reading_options(const transport::Request& request);

// What is to be answered.
struct RunInput {
  std::string model;  // empty: none
  prompts::ClientConversation said;
  std::string question;  // its text, for the history
  // The messages that the store may know: the answer before the question, and the question itself. Ids of the client's
  // own are none.
  std::optional<MessageId> answer_before;
  std::optional<MessageId> question_id;
  // The list ends with results of this answer's tool calls, which goes on with them.
  bool has_results = false;
  std::optional<MessageId> called_by;  // nothing: the store does not know it
  std::vector<Tool> tools;
};
Result<RunInput> parse_input(const BodyObject& body, const AgUiConfig& config);

// POST …/stop. Empty: whatever runs in the thread.
Result<std::string> parse_stop(std::string_view body);

}  // namespace belay::surfaces::ag_ui
