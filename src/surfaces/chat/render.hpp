// The chat surface's words: a session's answers as unnamed SSE messages (requirement C2), and what its other
// paths answer, as JSON.
//
//   started      {"type":"typing"}
//   delta        {"type":"token","content"}
//   restarted    {"type":"restarted"}: drop the text so far; only where the client said that it can
//   completed    {"type":"done"}
//   the others   {"type":"error","message","code","retryable"}
//
// The rest is left out: the document knows no more.
#pragma once

#include <string>

#include "core/conversation_store.hpp"
#include "core/dialect.hpp"
#include "core/models.hpp"

namespace belay::surfaces::chat {

class ChatDialect final : public Dialect {
 public:
  void render(const RunHead& run, const Event& event, const Position& position, Frame& out) const override;
};

std::string render_history(const MessagePage& page, const MessageFilter& of);
std::string render_chats(const ConversationPage& page);
// The models of the caller's tier, in the catalogue's order.
std::string render_models(const std::vector<const Model*>& models, std::string_view tier);

}  // namespace belay::surfaces::chat
