#include "surfaces/durable_streams/render.hpp"

#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/durable_streams/parse.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::durable_streams {
namespace {

constexpr std::size_t kSizeDigits = 10;

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out.append(",\"").append(name).append("\":\"");
  append_json_text(text, out);
  out.push_back('"');
}

void append_index(std::uint32_t index, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"(,"index":{})", index);
}

void append_end(const Event& event, std::string& out) {
  const auto terminal = decode_terminal(event.payload);
  const bool is_whole = event.type == EventType::completed && terminal;
  append_member("type", is_whole ? "completed" : "failed", out);
  if (is_whole) {
    append_member("finish", to_string(terminal->finish), out);
    fmt::format_to(std::back_inserter(out), R"(,"usage":{{"input_tokens":{},"output_tokens":{}}})",
                   terminal->usage.input.value, terminal->usage.output.value);
  } else {
    append_member("code", to_string(terminal ? terminal->code : ErrorCode::internal), out);
    append_member("message", terminal ? terminal->message : "", out);
  }
}

// The members behind the offset. False: the event is not shown.
bool append_members(const LogHead& run, const Event& event, std::string& out) {
  switch (event.type) {
    case EventType::started:
      append_member("type", "started", out);
      append_member("run", run.id.text(), out);
      append_member("model", run.model, out);
      return true;
    case EventType::stage: {
      const auto stage = decode_stage(event.payload);
      if (!stage || stage->name.empty()) return false;
      append_member("type", "stage", out);
      append_member("name", stage->name, out);
      return true;
    }
    case EventType::delta:
    case EventType::reasoning_delta:
      append_member("type", event.type == EventType::delta ? "text" : "reasoning", out);
      append_member("text", event.payload, out);
      return true;
    case EventType::part: {
      const auto part = decode_part(event.payload);
      if (!part || part->kind != PartKind::tool_call) return false;
      append_member("type", "tool_call_begin", out);
      append_index(part->index, out);
      append_member("id", part->id, out);
      append_member("name", part->name, out);
      return true;
    }
    case EventType::tool_delta: {
      const auto delta = decode_tool_delta(event.payload);
      if (!delta) return false;
      append_member("type", "tool_call_delta", out);
      append_index(delta->index, out);
      append_member("arguments", delta->json, out);
      return true;
    }
    case EventType::tool_call: {
      const auto call = decode_tool_call(event.payload);
      if (!call || !call->problem.empty()) return false;
      append_member("type", "tool_call", out);
      append_member("id", call->call.id, out);
      append_member("name", call->call.name, out);
      append_member("arguments", call->call.arguments, out);
      return true;
    }
    case EventType::restarted:
      append_member("type", "restarted", out);
      return true;
    case EventType::completed:
    case EventType::failed:
    case EventType::cancelled:
    case EventType::interrupted:
      append_end(event, out);
      return true;
    default:
      return false;
  }
}

// Appends the event's data in this mode. False: it has none.
bool append_data(Mode mode, const LogHead& run, const Event& event, std::string_view offset,
                 std::string& out) {
  if (mode == Mode::text) {
    if (event.type == EventType::delta) out.append(event.payload);
    return event.type == EventType::delta;
  }
  const std::size_t before = out.size();
  out.append(R"({"offset":")").append(offset).push_back('"');
  if (append_members(run, event, out)) {
    out.push_back('}');
    return true;
  }
  out.resize(before);
  return false;
}

class RecordDialect final : public Dialect {
 public:
  explicit RecordDialect(Mode mode) : mode_(mode) {}

  void render(const LogHead& run, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    const std::string offset = offset_text(position);
    std::string data;
    const bool is_shown = append_data(mode_, run, event, offset, data);
    if (!is_shown && !is_terminal(event.type)) return;
    fmt::format_to(std::back_inserter(writer.begin({})), "{}{:010}{}", offset, data.size(), data);
    writer.end();
  }

 private:
  const Mode mode_;
};

void append_control(std::string_view offset, std::uint64_t cursor, bool up_to_date, bool closed,
                    std::string& out) {
  out.append(R"({"streamNextOffset":")").append(offset).push_back('"');
  if (!closed) fmt::format_to(std::back_inserter(out), R"(,"streamCursor":"{}")", cursor);
  if (up_to_date) out.append(R"(,"upToDate":true)");
  if (closed) out.append(R"(,"streamClosed":true)");
  out.push_back('}');
}

class SseDialect final : public Dialect {
 public:
  explicit SseDialect(Mode mode) : mode_(mode) {}

  void render(const LogHead& run, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    const std::string offset = offset_text(position);
    std::string data;
    const bool is_shown = append_data(mode_, run, event, offset, data);
    const bool is_end = is_terminal(event.type);
    if (is_shown) {
      std::string& out = writer.begin({.event = "data"});
      if (mode_ == Mode::text)
        append_base64(data, out);
      else
        out.append("[").append(data).append("]");
      writer.end();
    }
    if (!is_shown && !is_end) return;
    append_control(offset, position.offset, is_end, is_end, writer.begin({.event = "control"}));
    writer.end();
  }

 private:
  const Mode mode_;
};

}  // namespace

const Format& record_format(Mode mode) {
  static const RecordDialect json(Mode::json), text(Mode::text);
  static const Format json_format{json, plain_framing()}, text_format{text, plain_framing()};
  return mode == Mode::json ? json_format : text_format;
}

bool take_record(std::string_view& bytes, Record& record) {
  constexpr std::size_t kHead = kOffsetSize + kSizeDigits;
  if (bytes.size() < kHead) return false;
  std::size_t size = 0;
  std::from_chars(bytes.data() + kOffsetSize, bytes.data() + kHead, size);
  if (bytes.size() - kHead < size) return false;
  record = {bytes.substr(0, kOffsetSize), bytes.substr(kHead, size)};
  bytes.remove_prefix(kHead + size);
  return true;
}

const Format& sse_format(Mode mode) {
  static const SseDialect json(Mode::json), text(Mode::text);
  static const Format json_format{json, transport::sse_framing_without_empty_blocks()},
      text_format{text, transport::sse_framing_without_empty_blocks()};
  return mode == Mode::json ? json_format : text_format;
}

std::string control_event(std::string_view offset, std::uint64_t cursor, bool up_to_date, bool closed) {
  std::string out = "event: control\ndata: ";
  append_control(offset, cursor, up_to_date, closed, out);
  return out.append("\n\n");
}

}  // namespace belay::surfaces::durable_streams
