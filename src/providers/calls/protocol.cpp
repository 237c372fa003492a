#include "providers/calls/protocol.hpp"

#include "providers/anthropic/messages_protocol.hpp"
#include "providers/openai_compatible/chat_completions_protocol.hpp"
#include "providers/responses/responses_protocol.hpp"

namespace belay::providers {

std::unique_ptr<const Protocol> make_protocol(ProtocolKind kind) {
  switch (kind) {
    case ProtocolKind::chat:
      return std::make_unique<ChatCompletionsProtocol>();
    case ProtocolKind::responses:
      return std::make_unique<ResponsesProtocol>();
    case ProtocolKind::messages:
      return std::make_unique<MessagesProtocol>();
  }
  return nullptr;
}

std::optional<ProtocolKind> protocol_from(std::string_view name) {
  if (name == "chat") return ProtocolKind::chat;
  if (name == "responses") return ProtocolKind::responses;
  if (name == "messages") return ProtocolKind::messages;
  return std::nullopt;
}

}  // namespace belay::providers
