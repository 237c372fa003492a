#include "surfaces/sendsage/render.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/channel.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::sendsage {
namespace {

using Kind = ChannelMessage::Kind;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::processing:
    case Kind::slow:
      return "processing";
    case Kind::upload_processed:
      return "upload_processed";
    case Kind::piece:
      return "partial_response";
    case Kind::response:
      return "response";
    case Kind::suggestion:
      return "visualization_suggestion";
    case Kind::error:
      return "error";
  }
  return {};
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void append_field(std::string_view name, std::string_view text, std::string& out) {
  out.append("\"").append(name).append("\":\"");
  append_json_text(text, out);
  out.append("\",");
}

void append_content(const ChannelMessage& message, std::string& out) {
  switch (message.kind) {
    case Kind::processing:
      return append_field("status", "Processing...", out);
    case Kind::slow:
      return append_field("status", "Still working\u2014hang tight!", out);
    case Kind::upload_processed:
      return append_field("status", "Your " + message.text + " has been processed", out);
    case Kind::piece:
    case Kind::response:
      return append_field("text", message.text, out);
    case Kind::suggestion:
      append_field("suggestion", message.text, out);
      return append_field("url", message.url, out);
    case Kind::error:
      append_field("error", message.text, out);
      return append_field("code", to_string(message.code), out);
  }
}

void append_metadata(const ChannelMessage& message, WallTime time, std::string& out) {
  const bool has_text = message.kind == Kind::piece || message.kind == Kind::response;
  fmt::format_to(std::back_inserter(out),
                 R"("metadata":{{"timestamp":"{}","response_length":{},"processing_time":{:g}}})",
                 iso8601(time), has_text ? code_points(message.text) : 0,
                 static_cast<double>(message.took_ms) / 1000);
}

class SendsageDialect final : public Dialect {
 public:
  void render(const LogHead& /*channel*/, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    if (event.type != EventType::channel_message) return;
    const auto message = decode_channel_message(event.payload);
    if (!message) return;
    const PositionText id(position);
    write(*message, event.time, {.event = name_of(message->kind), .id = id}, writer);
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    std::string& out = writer.begin({.event = "error"});
    out.push_back('{');
    append_field("error", error.detail, out);
    out.append("\"code\":\"").append(to_string(error.code)).append("\"}");
    writer.end();
  }

 private:
  static void write(const ChannelMessage& message, WallTime time, const MessageHead& head,
                    MessageWriter& writer) {
    std::string& out = writer.begin(head);
    out.push_back('{');
    append_content(message, out);
    if (message.run != RunId()) append_field("request_id", message.run.text(), out);
    if (!message.conversation.empty()) append_field("conversation_id", message.conversation, out);
    append_metadata(message, time, out);
    out.push_back('}');
    writer.end();
  }
};

const SendsageDialect kDialect;

// Months begin at whole seconds. The quota was read a moment before `now`, so the sum is a moment too late.
WallTime renewal(const LimitStatus& quota, WallTime now) {
  return {((now + quota.reset_after).ms + 500) / 1000 * 1000};
}

}  // namespace

const Format& format() {
  static const Format format{kDialect, transport::sse_framing()};
  return format;
}

std::string stream_beginning(const Position& after, bool is_reset) {
  const PositionText id(after);
  if (!is_reset) return transport::sse_position(id);
  std::string bytes;
  MessageWriter writer(transport::sse_framing(), bytes);
  writer.begin({.event = "reset", .id = id})
      .append(R"({"reason":"Some events after your last one are no longer kept. Drop what you have."})");
  writer.end();
  return bytes;
}

std::string render_accepted(const services::StartedRun& run, const std::string& conversation,
                            const std::string& stream) {
  std::string out = "{\"request_id\":\"" + run.run.text() + "\",\"conversation_id\":\"";
  append_json_text(conversation, out);
  out.append(R"(","status":"processing","stream":")");
  append_json_text(stream, out);
  return out.append("\"}");
}

std::string render_quota(std::string_view tier, const LimitStatus* quota, WallTime now) {
  std::string out = "{\"tier\":\"";
  append_json_text(tier, out);
  if (quota == nullptr)
    return out.append(R"(","unlimited":true,"limit":null,"used":null,"remaining":null,"renews":null})");
  const std::uint64_t used = quota->limit.max - std::min(quota->limit.max, quota->remaining);
  fmt::format_to(std::back_inserter(out),
                 R"(","unlimited":false,"limit":{},"used":{},"remaining":{},"renews":"{}"}})",
                 quota->limit.max, used, quota->remaining, iso8601(renewal(*quota, now)));
  return out;
}

}  // namespace belay::surfaces::sendsage
