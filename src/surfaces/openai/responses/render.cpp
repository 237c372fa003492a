#include "surfaces/openai/responses/render.hpp"

#include <string_view>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/responses/items.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/object.hpp"
#include "surfaces/openai/responses/output.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::openai::responses {
namespace {

void append_number(std::uint64_t number, std::string& out) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

bool is_background(const Event& started) {
  const auto request = decode_request(started.payload);
  return request && decode_facts(request->surface_data).background;
}

bool is_end(EventType type) {
  return type == EventType::completed || type == EventType::failed || type == EventType::cancelled ||
         type == EventType::interrupted;
}

class EventDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    const std::uint64_t prose = std::uint64_t{counts.text_parts} + counts.reasoning_parts;
    const std::uint64_t ended = prose - (is_prose(counts.open) ? 1 : 0);
    const std::uint64_t whole_calls = std::uint64_t{counts.whole_calls} + counts.refused_calls;
    return 2u * counts.started + 2 * prose + 3 * ended + counts.deltas + counts.reasoning_deltas +
           counts.tool_parts + counts.tool_deltas + 2u * counts.streamed_calls + 4 * whole_calls +
           counts.ends();
  }

  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(position);
    Events events{run, before, writer, id, messages_in(before)};
    if (event.type == EventType::started) return render_started(event, events);
    if (is_end(event.type)) return render_end(event, events);
    if (ends_prose(event, before)) events.end_prose(kCompleted, event.type == EventType::restarted);
    switch (event.type) {
      case EventType::delta:
        if (before.open != PartKind::text) events.begin_prose(PartKind::text, false);
        return events.add_prose(PartKind::text, event.payload);
      case EventType::reasoning_delta:
        if (before.open != PartKind::reasoning) events.begin_prose(PartKind::reasoning, false);
        return events.add_prose(PartKind::reasoning, event.payload);
      case EventType::part:
        return render_part(event, events);
      case EventType::tool_delta:
        return render_tool_delta(event, events);
      case EventType::tool_call:
        return render_tool_call(event, events);
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    std::string object;
    append_error(error, object);
    writer.begin({.event = "error"}).append(R"({"type":"error",)").append(object, 1);
    writer.end();
  }

 private:
  // Writes the events of one event of the log.
  struct Events {
    const LogHead& run;
    const EventCounts& before;
    MessageWriter& writer;
    std::string_view id;  // written with the last one
    std::uint64_t number;
    std::uint64_t place =
        before.parts() - (is_prose(before.open) ? 1 : 0);  // of the open text or thought, or the next part

    std::string& begin(std::string_view type, bool is_last) {
      std::string& out = writer.begin({.event = type, .id = is_last ? id : std::string_view()});
      out.append(R"({"type":")").append(type).append(R"(","sequence_number":)");
      append_number(number++, out);
      return out;
    }
    std::string& begin_item_event(std::string_view type, bool is_last) {
      std::string& out = begin(type, is_last);
      out.append(R"(,"output_index":)");
      append_number(place, out);
      return out;
    }
    // About a text or a thought.
    std::string& begin_prose_event(std::string_view type, PartKind kind, bool is_last) {
      std::string& out = begin_item_event(type, is_last);
      out.append(R"(,"item_id":")").append(item_id(kind, run.id, place));
      out.append(kind == PartKind::text ? R"(","content_index":0)" : R"(","summary_index":0)");
      return out;
    }
    void end(std::string& out) {
      out.push_back('}');
      writer.end();
    }

    void begin_prose(PartKind kind, bool is_last) {
      const bool is_text = kind == PartKind::text;
      std::string& item = begin_item_event("response.output_item.added", false);
      item.append(R"(,"item":{"id":")").append(item_id(kind, run.id, place));
      item.append(is_text ? R"(","type":"message","role":"assistant","content":[],"status":"in_progress"})"
                          : R"(","type":"reasoning","summary":[],"status":"in_progress"})");
      end(item);
      std::string& part = begin_prose_event(
          is_text ? "response.content_part.added" : "response.reasoning_summary_part.added", kind, is_last);
      part.append(R"(,"part":)");
      begin_prose_part(kind, part);
      part.append("\"}");
      end(part);
    }
    void add_prose(PartKind kind, std::string_view text) {
      const bool is_text = kind == PartKind::text;
      std::string& out = begin_prose_event(
          is_text ? "response.output_text.delta" : "response.reasoning_summary_text.delta", kind, true);
      out.append(R"(,"delta":)");
      append_json_string(text, out);
      if (is_text) out.append(R"(,"logprobs":[])");
      end(out);
    }
    // Of the open one.
    void end_prose(std::string_view status, bool is_last) {
      const PartKind kind = *before.open;
      const bool is_text = kind == PartKind::text;
      const Dialect& text_of_log = is_text ? answer_text() : reasoning_text();
      std::string& text = begin_prose_event(
          is_text ? "response.output_text.done" : "response.reasoning_summary_text.done", kind, false);
      text.append(R"(,"text":")");
      writer.splice(text_of_log, before.open_from);
      text.append(is_text ? R"(","logprobs":[])" : "\"");
      end(text);
      std::string& part = begin_prose_event(
          is_text ? "response.content_part.done" : "response.reasoning_summary_part.done", kind, false);
      part.append(R"(,"part":)");
      begin_prose_part(kind, part);
      writer.splice(text_of_log, before.open_from);
      part.append("\"}");
      end(part);
      std::string& item = begin_item_event("response.output_item.done", is_last);
      item.append(R"(,"item":)");
      begin_prose_item(kind, run.id, place, item);
      writer.splice(text_of_log, before.open_from);
      end_prose_item(status, item);
      end(item);
      ++place;
    }

    void begin_call(const ToolCall& call, bool is_last) {
      std::string& out = begin_item_event("response.output_item.added", is_last);
      append_call_item(run.id, place, kInProgress, {call.id, call.name, {}}, out.append(R"(,"item":)"));
      end(out);
    }
    void add_arguments(std::string_view json, bool is_last) {
      std::string& out = begin_item_event("response.function_call_arguments.delta", is_last);
      out.append(R"(,"item_id":")")
          .append(item_id(PartKind::tool_call, run.id, place))
          .append(R"(","delta":)");
      append_json_string(json, out);
      end(out);
    }
    void end_call(const ToolCall& call) {
      std::string& whole = begin_item_event("response.function_call_arguments.done", false);
      whole.append(R"(,"item_id":")")
          .append(item_id(PartKind::tool_call, run.id, place))
          .append(R"(","name":)");
      append_json_string(call.name, whole);
      whole.append(R"(,"arguments":)");
      append_json_string(call.arguments, whole);
      end(whole);
      std::string& item = begin_item_event("response.output_item.done", true);
      append_call_item(run.id, place, status_of(call), call, item.append(R"(,"item":)"));
      end(item);
    }
  };

  static void render_started(const Event& event, Events& events) {
    std::string& created = events.begin("response.created", false);
    append_current(events.run, event, is_background(event) ? kQueued : kInProgress,
                   created.append(R"(,"response":)"));
    events.end(created);
    std::string& begun = events.begin("response.in_progress", true);
    append_current(events.run, event, kInProgress, begun.append(R"(,"response":)"));
    events.end(begun);
  }

  static void render_part(const Event& event, Events& events) {
    const auto part = decode_part(event.payload);
    if (!part) return;
    if (part->kind != PartKind::tool_call) return events.begin_prose(part->kind, true);
    events.begin_call({part->id, part->name, {}}, true);
  }

  static void render_tool_delta(const Event& event, Events& events) {
    const auto delta = decode_tool_delta(event.payload);
    if (delta) events.place = delta->place;
    events.add_arguments(delta ? std::string_view(delta->json) : std::string_view(), true);
  }

  static void render_tool_call(const Event& event, Events& events) {
    const auto decoded = decode_tool_call(event.payload);
    const ToolCallEvent call = decoded ? *decoded : ToolCallEvent{};
    if (events.before.open_calls != 0) {
      events.place = call.place;
      return events.end_call(call.call);
    }
    events.begin_call(call.call, false);
    events.add_arguments(call.call.arguments, false);
    events.end_call(call.call);
  }

  static void render_end(const Event& event, Events& events) {
    const auto decoded = decode_terminal(event.payload);
    const Terminal terminal = decoded ? *decoded : Terminal{};
    const End end = end_of(event.type, terminal);
    if (is_prose(events.before.open)) events.end_prose(last_status(end), false);
    std::string& out = events.begin(end.type, true);
    out.append(R"(,"response":)");
    append_ended(events.run, end, terminal, events.before, out, events.writer);
    events.end(out);
  }
};

class WholeDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override { return counts.ends(); }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (!is_end(event.type)) return;
    const auto decoded = decode_terminal(event.payload);
    const Terminal terminal = decoded ? *decoded : Terminal{};
    const End end = end_of(event.type, terminal);
    std::string& out = writer.begin({});
    append_ended(run, end, terminal, before, out, writer);
    if (end.is_failed)
      out.append("\n").append(to_string(terminal.code)).append("\n").append(terminal.message);
    writer.end();
  }
};

class CurrentDialect final : public Dialect {
 public:
  explicit CurrentDialect(std::string_view status) : status_(status) {}
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::started) return;
    append_current(run, event, status_, writer.begin({}));
    writer.end();
  }

 private:
  const std::string_view status_;
};

}  // namespace

const Format& format() {
  static const EventDialect dialect;
  static const Format format{dialect, transport::sse_framing_without_empty_blocks()};
  return format;
}

const Format& whole_format() {
  static const WholeDialect dialect;
  static const Format format{dialect, plain_framing()};
  return format;
}

const Format& current_format(Progress progress) {
  static const CurrentDialect queued(kQueued), begun(kInProgress);
  static const Format queued_format{queued, plain_framing()}, begun_format{begun, plain_framing()};
  return progress == Progress::queued ? queued_format : begun_format;
}

Result<WholeResponse> split_whole(std::string bytes) {
  const std::size_t code = bytes.find('\n');
  if (code == bytes.npos) return WholeResponse{std::move(bytes)};
  const std::size_t text = bytes.find('\n', code + 1);
  const auto known = error_code_from(std::string_view(bytes).substr(code + 1, text - code - 1));
  Error failure = make_error(known.value_or(ErrorCode::internal), bytes.substr(text + 1));
  bytes.resize(code);
  return WholeResponse{std::move(bytes), std::move(failure)};
}

std::string render_deleted(const RunId& run) {
  return fmt::format(R"({{"id":"{}","object":"response","deleted":true}})", response_id(run));
}

}  // namespace belay::surfaces::openai::responses
