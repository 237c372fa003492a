#include "surfaces/goal_coach/dialect.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/channel.hpp"
#include "core/types/records.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using Kind = ChannelMessage::Kind;

void begin(std::string_view type, std::string_view content, std::string& out) {
  out.append(R"({"type":")").append(type).append(R"(","content":")");
  append_json_text(content, out);
  out.push_back('"');
}

void append_id(const ChannelMessage& message, std::string& out) {
  if (message.run == RunId()) return;
  out.append(R"(,"message_id":")").append(MessageId{message.run, Role::assistant}.text()).push_back('"');
}

void append_message(const ChannelMessage& message, std::string& out) {
  switch (message.kind) {
    case Kind::processing:
      begin("typing", "Coach is thinking...", out);
      return append_id(message, out);
    case Kind::slow:
      begin("typing", "Coach is still thinking...", out);
      return append_id(message, out);
    case Kind::piece:
      begin("response_chunk", message.text, out);
      out.append(R"(,"is_complete":false)");
      return append_id(message, out);
    case Kind::response:
      begin("response", message.text, out);
      append_id(message, out);
      fmt::format_to(std::back_inserter(out), R"(,"is_complete":true,"tokens_used":{})", message.tokens);
      return;
    case Kind::error:
      begin("error", message.text, out);
      out.append(R"(,"error":")").append(to_string(message.code)).push_back('"');
      return append_id(message, out);
    case Kind::upload_processed:
    case Kind::suggestion:
      return;
  }
}

class GoalCoachDialect final : public Dialect {
 public:
  void render(const LogHead& /*channel*/, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    if (event.type != EventType::channel_message) return;
    const auto message = decode_channel_message(event.payload);
    if (!message || message->kind == Kind::upload_processed || message->kind == Kind::suggestion) return;
    const PositionText id(position);
    std::string& out = writer.begin({.id = id});
    append_message(*message, out);
    out.append(R"(,"position":")").append(std::string_view(id)).append("\"}");
    writer.end();
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    std::string& out = writer.begin({});
    begin("error", error.detail, out);
    out.append(R"(,"error":")").append(to_string(error.code)).append("\"}");
    writer.end();
  }
};

const GoalCoachDialect kDialect;

}  // namespace

const Format& format() {
  static const Format format{kDialect, transport::websocket_framing()};
  return format;
}

}  // namespace belay::surfaces::goal_coach
