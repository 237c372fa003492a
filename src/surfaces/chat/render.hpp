// Renders the chat surface's output: a session's answers as unnamed SSE messages (requirement C2), and the
// JSON bodies of its other routes.
//
//   event        message
//   started      {"type":"typing"}
//   delta        {"type":"token","content"}
//   restarted    {"type":"restarted"}: drop the text so far; only if the client said that it supports this
//   completed    {"type":"done","finish","source"}; source only for an answer from an outdated cache entry
//   failed, cancelled, interrupted
//                {"type":"error","message","code","retryable"}
//
// Other events are not sent: the surface's document does not define them.
#pragma once

#include <string>

#include "core/log/dialect.hpp"
#include "core/types/conversation.hpp"
#include "core/types/message.hpp"
#include "core/types/search.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::chat {

// The chat's dialect as SSE with ids.
const Format& format();
// Of a stream that is read by its chat: the same messages, with ids that name the run (session_position.hpp).
const Format& format_by_chat();

// The answer to a start: where to read the answer, and the ids of both messages.
std::string render_started(const services::StartedRun& started);
// `running`: the user's answers that are being made.
using Running = std::vector<services::RunningAnswer>;
std::string render_history(const MessagePage& page, const MessageFilter& of, const Running& running);
std::string render_chats(const ConversationPage& page, const Running& running);
// As render_chats(), each chat with "match": {"messageId", "snippet": [{"text", "match"}]}. A match in the title has no
// messageId. The snippet's texts, one after the other, are the snippet; those with "match": true are what was found. It
// has no HTML: a page must show it as text.
std::string render_hits(const std::vector<SearchHit>& hits, const Running& running);
std::string render_chat(const Conversation& chat, const Running& running);
// The models of the caller's tier, in the catalogue's order.
std::string render_models(const std::vector<const Model*>& models, std::string_view tier);

}  // namespace belay::surfaces::chat
