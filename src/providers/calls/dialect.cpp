#include "providers/calls/dialect.hpp"

#include "providers/anthropic/messages_dialect.hpp"
#include "providers/openai_compatible/chat_dialect.hpp"
#include "providers/responses/responses_dialect.hpp"

namespace belay::providers {

std::unique_ptr<const Dialect> make_dialect(DialectKind kind) {
  switch (kind) {
    case DialectKind::chat:
      return std::make_unique<ChatDialect>();
    case DialectKind::responses:
      return std::make_unique<ResponsesDialect>();
    case DialectKind::messages:
      return std::make_unique<MessagesDialect>();
  }
  return nullptr;
}

std::optional<DialectKind> dialect_from(std::string_view name) {
  if (name == "chat") return DialectKind::chat;
  if (name == "responses") return DialectKind::responses;
  if (name == "messages") return DialectKind::messages;
  return std::nullopt;
}

}  // namespace belay::providers
