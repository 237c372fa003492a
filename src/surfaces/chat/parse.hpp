// Parses the chat surface's requests: JSON, queries and headers in, checked values out (requirements C1, C3,
// C9).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/types/conversation.hpp"
#include "core/types/search.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/chat/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::chat {

inline constexpr std::string_view kSurface = "chat";

// The run that the request asks for, without its caller and deadline.
Result<services::StartRun> parse_start(const transport::Request& request, const ChatConfig& config);

// Fails with `invalid_request` and names the field.
Result<> check_chat_id(std::string_view chat, const char* field);

// Which answer: the newest of a session, or the newest of a chat. Exactly one is set.
struct AnswerQuery {
  std::string session;
  std::string chat;
};
Result<AnswerQuery> parse_answer_query(const transport::Request& request);

// The query of a history request. The caller of parse_history() sets user and surface.
struct HistoryQuery {
  MessageFilter of;
  std::optional<MessagePlace> before;
  std::size_t limit = 0;
};
Result<HistoryQuery> parse_history(const transport::Request& request, const ChatConfig& config);

struct ListQuery {
  bool archived = false;
  std::optional<ConversationPlace> after;
  std::size_t limit = 0;
};
Result<ListQuery> parse_list(const transport::Request& request, const ChatConfig& config);

// What is searched for, if the request of a list says so. The caller of parse_search() sets user and surface.
Result<std::optional<SearchQuery>> parse_search(const transport::Request& request);

Result<ConversationChange> parse_change(const transport::Request& request);
// The message whose branch is chosen.
Result<MessageId> parse_branch(const transport::Request& request);
Result<Branches> parse_branches(const transport::Request& request);
Result<Reaction> parse_reaction(const transport::Request& request);
// `not_found` for a text that cannot be a message's id.
Result<MessageId> parse_message_id(std::string_view text, const char* field = "id");

}  // namespace belay::surfaces::chat
