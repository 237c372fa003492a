#include "surfaces/persona/socket_messages.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/persona/parse.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::surfaces::persona {
namespace {

Error bad(std::string detail, std::string field) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

Result<SocketMessage> parse_question(const JsonObject& object, std::string_view text,
                                     const PersonaSurfaceConfig& config) {
  services::StartRun start;
  start.surface = kSurface;
  start.mode = kMessageMode;
  auto content = required_message(object, "content", config.max_message);
  if (!content) return content.error();
  start.prompt = std::move(*content);
  const auto breathing = parse_breathing(object);
  if (!breathing) return breathing.error();
  start.recipe = std::make_unique<prompts::ConversationRecipe>(start.prompt, "content", *breathing);
  start.may_restart = true;
  auto key = optional_string(object, "idempotency_key");
  if (!key) return key.error();
  if (!key->empty() && !is_idempotency_key(*key))
    return bad("idempotency_key must be 1 to 255 printable ASCII characters without spaces.",
               "idempotency_key");
  start.key = std::move(*key);
  if (!start.key.empty()) start.digest = digest_of("socket\n" + std::string(text));
  SocketMessage message;
  message.type = SocketMessage::Type::message;
  message.start = std::move(start);
  return message;
}

void append_error(const Error& error, std::string& out) {
  out.append("\"error\":{\"code\":\"").append(to_string(error.code)).append("\",\"message\":\"");
  append_json_text(error.detail, out);
  out.push_back('"');
  if (!error.field.empty()) {
    out.append(",\"field\":\"");
    append_json_text(error.field, out);
    out.push_back('"');
  }
  if (!error.limit.empty()) {
    out.append(",\"limit\":\"");
    append_json_text(error.limit, out);
    out.push_back('"');
  }
  if (error.retry_after) out.append(fmt::format(",\"retry_after_ms\":{}", error.retry_after->count()));
  out.push_back('}');
}

class SocketDialect final : public Dialect {
 public:
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(on_the_wire({run.turn, position}));
    switch (event.type) {
      case EventType::delta: {
        std::string& out = begin("token", id, writer);
        out.append(",\"token\":\"");
        append_json_text(event.payload, out);
        out.append("\"}");
        return writer.end();
      }
      case EventType::restarted:
        begin("restarted", id, writer).push_back('}');
        return writer.end();
      case EventType::completed: {
        const auto terminal = decode_terminal(event.payload);
        std::string& out = begin("done", id, writer);
        out.append(",\"finish\":\"");
        out.append(to_string(terminal ? terminal->finish : FinishReason::stop)).append("\"}");
        return writer.end();
      }
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted: {
        const auto terminal = decode_terminal(event.payload);
        std::string& out = begin("error", id, writer);
        out.push_back(',');
        append_error(terminal ? make_error(terminal->code, terminal->message)
                              : make_error(ErrorCode::internal, "The answer ended."),
                     out);
        out.push_back('}');
        return writer.end();
      }
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    writer.begin({}).append(error_message(error));
    writer.end();
  }

 private:
  static std::string& begin(std::string_view type, std::string_view id, MessageWriter& writer) {
    std::string& out = writer.begin({});
    out.append("{\"type\":\"").append(type).append("\",\"id\":\"").append(id).push_back('"');
    return out;
  }
};

const SocketDialect kDialect;

}  // namespace

Result<SocketMessage> parse_socket_message(std::string_view text, const PersonaSurfaceConfig& config) {
  const auto object = JsonObject::read(text, kMaxJsonDepth, "The message");
  if (!object) {
    Error error = object.error();
    if (error.field == "body") error.field.clear();
    return error;
  }
  const auto type = required_string(*object, "type");
  if (!type) return type.error();
  SocketMessage message;
  if (*type == "message") return parse_question(*object, text, config);
  if (*type == "resume") {
    const auto id = required_string(*object, "last_event_id");
    if (!id) return id.error();
    const auto after = parse_event_id(*id);
    if (!after) return after.error();
    message.type = SocketMessage::Type::resume;
    message.after = *after;
    return message;
  }
  if (*type == "cancel") {
    message.type = SocketMessage::Type::cancel;
  } else if (*type == "ping") {
    message.type = SocketMessage::Type::ping;
  } else if (*type != "typing") {
    return bad(R"(type must be "message", "resume", "cancel", "ping" or "typing".)", "type");
  }
  return message;
}

Result<SessionPosition> parse_event_id(std::string_view text) {
  const auto position = Position::parse(text);
  if (!position) {
    Error error = position.error();
    error.field = "last_event_id";
    return error;
  }
  return from_the_wire(*position);
}

std::string connected_message(const Session& session) {
  return "{\"type\":\"connected\",\"session_id\":\"" + session.id + "\",\"persona\":\"" + session.persona +
         "\"}";
}

std::string error_message(const Error& error) {
  std::string out = "{\"type\":\"error\",";
  append_error(error, out);
  out.push_back('}');
  return out;
}

const Format& socket_format() {
  static const Format format{kDialect, transport::websocket_framing()};
  return format;
}

}  // namespace belay::surfaces::persona
