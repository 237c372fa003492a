// Parses what `useChat` of the AI SDK sends (requirements K50, K51, K56, K57): a chat's id and its messages.
//
//   {"id","messages":[UIMessage…],"trigger":"submit-message"|"regenerate-message","messageId"?,…}
//
// All of it may be missing but the messages: WorkflowChatTransport sends no id, and many servers are sent the newest
// message alone, as `message`. Members that are not known are ignored. Of a user's message the texts and files are read,
// of an answer the texts and the tool calls with their results. An error names the place in the body.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/records.hpp"
#include "prompts/client_conversation.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/chat/config.hpp"

namespace belay::surfaces::chat::ui {

inline constexpr std::string_view kAboutMessages = "messages";

struct ChatRequest {
  std::string chat;   // the chat's id; empty: the client sent none
  std::string model;  // empty: none
  bool regenerates = false;
  prompts::ClientConversation said;
  std::string question;  // its text, for the history; empty: none was sent
  // The messages that the store may know: the answer before the question, the question itself, and the one that the
  // client named. Ids of the client's own are none.
  std::optional<MessageId> answer_before;
  std::optional<MessageId> question_id;
  std::optional<MessageId> named;
  std::vector<Tool> tools;
};

// `chat` has the chat and its messages, `options` the rest: of a POST both are the body.
Result<ChatRequest> parse_chat_request(const BodyObject& chat, const BodyObject& options,
                                       const ChatConfig& config);
// Of a POST, whatever its content type.
Result<ChatRequest> parse_chat_request(std::string_view body, const ChatConfig& config);

// POST …/stop. The run whose answer is to be stopped, if the client named one. A name that is not a run's id stops
// nothing.
struct StopRequest {
  bool names_run = false;
  std::optional<RunId> run;
};
Result<StopRequest> parse_stop(std::string_view body);

}  // namespace belay::surfaces::chat::ui
