#include "surfaces/openai/responses/render.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::openai::responses {
namespace {

constexpr std::string_view kQueued = "queued";
constexpr std::string_view kInProgress = "in_progress";
constexpr std::string_view kCompleted = "completed";
constexpr std::string_view kIncomplete = "incomplete";

void append_string(std::string_view text, std::string& out) {
  out.push_back('"');
  append_json_text(text, out);
  out.push_back('"');
}
void append_text_or_null(std::string_view text, std::string& out) {
  if (text.empty())
    out.append("null");
  else
    append_string(text, out);
}
void append_number(std::uint64_t number, std::string& out) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

// ---- Items

bool is_prose(std::optional<PartKind> kind) {
  return kind == PartKind::text || kind == PartKind::reasoning;
}

// Whether the open text or thought ends with this event, which is not the end of the log.
bool ends_prose(const Event& event, const EventCounts& before) {
  if (!is_prose(before.open)) return false;
  if (event.type == EventType::restarted) return true;
  if (event.type == EventType::tool_call) return before.open_calls == 0;
  return before.begun_by(event.type, event.payload).has_value();
}

// Up to its text.
void begin_prose_part(PartKind kind, std::string& out) {
  out.append(kind == PartKind::text ? R"({"type":"output_text","annotations":[],"logprobs":[],"text":")"
                                    : R"({"type":"summary_text","text":")");
}
void begin_prose_item(PartKind kind, const RunId& run, std::uint64_t place, std::string& out) {
  out.append(R"({"id":")").append(item_id(kind, run, place));
  out.append(kind == PartKind::text ? R"(","type":"message","role":"assistant","content":[)"
                                    : R"(","type":"reasoning","summary":[)");
  begin_prose_part(kind, out);
}
// Behind its text.
void end_prose_item(std::string_view status, std::string& out) {
  out.append(R"("}],"status":")").append(status).append("\"}");
}

// Whether a text breaks off before it is a whole JSON value: the model had no tokens left for the rest of a call.
bool breaks_off(std::string_view json) {
  std::size_t depth = 0;
  bool is_empty = true, in_string = false, is_escaped = false;
  for (const char c : json) {
    if (in_string) {
      in_string = is_escaped || c != '"';
      is_escaped = !is_escaped && c == '\\';
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    is_empty = false;
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth != 0) --depth;
  }
  return is_empty || in_string || depth != 0;
}
std::string_view status_of(const ToolCall& call) {
  return breaks_off(call.arguments) ? kIncomplete : kCompleted;
}

// Its members up to its arguments.
void begin_call_members(const RunId& run, std::uint64_t place, std::string_view status, std::string_view id,
                        std::string_view name, std::string& out) {
  out.append(R"("id":")").append(item_id(PartKind::tool_call, run, place));
  out.append(R"(","type":"function_call","status":")").append(status).append(R"(","call_id":)");
  append_string(id, out);
  out.append(R"(,"name":)");
  append_string(name, out);
  out.append(R"(,"arguments":")");
}
void append_call_item(const RunId& run, std::uint64_t place, std::string_view status, const ToolCall& call,
                      std::string& out) {
  out.push_back('{');
  begin_call_members(run, place, status, call.id, call.name, out);
  append_json_text(call.arguments, out);
  out.append("\"}");
}

bool has_prose(const EventCounts& counts) {
  return counts.text_parts + counts.reasoning_parts != 0;
}
bool has_calls(const EventCounts& counts) {
  return counts.streamed_calls + counts.whole_calls + counts.refused_calls != 0;
}
std::uint64_t calls_begun(const EventCounts& counts) {
  return std::uint64_t{counts.tool_parts} + counts.whole_calls + counts.refused_calls;
}

// Where a whole call stands in the answer.
std::uint64_t place_of(const ToolCallEvent& call, const EventCounts& before) {
  return before.open_calls == 0 ? before.parts() : call.place;
}

// ---- The response object

void append_tool(const Tool& tool, std::string& out) {
  out.append(R"({"type":"function","name":)");
  append_string(tool.name, out);
  out.append(R"(,"description":)");
  append_text_or_null(tool.description, out);
  out.append(R"(,"parameters":)")
      .append(tool.schema.empty() ? "{}" : tool.schema)
      .append(R"(,"strict":false})");
}

void append_tool_choice(const std::optional<ToolChoice>& choice, std::string& out) {
  using Mode = ToolChoice::Mode;
  switch (choice ? choice->mode : Mode::automatic) {
    case Mode::automatic:
      out.append("\"auto\"");
      return;
    case Mode::none:
      out.append("\"none\"");
      return;
    case Mode::required:
      out.append("\"required\"");
      return;
    case Mode::named:
      out.append(R"({"type":"function","name":)");
      append_string(choice->name, out);
      out.push_back('}');
      return;
  }
}

void append_response_format(const std::optional<ResponseFormat>& format, std::string& out) {
  using Kind = ResponseFormat::Kind;
  const Kind kind = format ? format->kind : Kind::text;
  if (kind == Kind::text) {
    out.append(R"({"type":"text"})");
  } else if (kind == Kind::json_object) {
    out.append(R"({"type":"json_object"})");
  } else {
    out.append(R"({"type":"json_schema","name":)");
    append_string(format->name, out);
    out.append(R"(,"description":)");
    append_text_or_null(format->description, out);
    out.append(R"(,"schema":)").append(format->schema.empty() ? "{}" : format->schema);
    out.append(format->strict ? R"(,"strict":true})" : R"(,"strict":false})");
  }
}

void append_optional(std::string_view name, const std::optional<double>& value, std::string& out) {
  if (value)
    fmt::format_to(std::back_inserter(out), R"("{}":{},)", name, *value);
  else
    fmt::format_to(std::back_inserter(out), R"("{}":null,)", name);
}

void begin_object(const RunId& run, std::string_view model, std::string& out) {
  out.append(R"({"id":")").append(response_id(run));
  fmt::format_to(std::back_inserter(out), R"(","object":"response","created_at":{},"model":)",
                 run.time.ms / 1000);
  append_string(model, out);
  out.push_back(',');
}

// What was asked. The prompts of other surfaces are their own.
RunRequest request_of(const LogHead& run, const Event& started) {
  auto request = decode_request(started.payload);
  return request && run.surface == kSurface ? std::move(*request) : RunRequest{};
}

// The members of the object that say what was asked, each with a comma behind it.
void append_request(const RunRequest& request, std::string& out) {
  const RequestFacts facts = decode_facts(request.surface_data);
  const Sampling& sampling = request.sampling;
  out.append(facts.background ? R"("background":true,)" : R"("background":false,)");
  out.append(facts.store ? R"("store":true,)" : R"("store":false,)");
  out.append(R"("previous_response_id":)");
  append_text_or_null(facts.previous_response, out);
  out.append(R"(,"instructions":)");
  append_text_or_null(facts.instructions, out);
  out.append(R"(,"metadata":)").append(facts.metadata).append(R"(,"max_output_tokens":)");
  if (sampling.max_output.value == 0)
    out.append("null,");
  else
    fmt::format_to(std::back_inserter(out), "{},", sampling.max_output.value);
  append_optional("temperature", sampling.temperature, out);
  append_optional("top_p", sampling.top_p, out);
  out.append(sampling.parallel_tool_calls.value_or(true) ? R"("parallel_tool_calls":true,)"
                                                         : R"("parallel_tool_calls":false,)");
  out.append(R"("tool_choice":)");
  append_tool_choice(sampling.tool_choice, out);
  out.append(R"(,"tools":[)");
  for (const Tool& tool : request.tools) {
    if (&tool != &request.tools.front()) out.push_back(',');
    append_tool(tool, out);
  }
  out.append(R"(],"text":{"format":)");
  append_response_format(sampling.response_format, out);
  out.append(R"(},"reasoning":{"effort":)");
  append_text_or_null(sampling.effort, out);
  out.append(R"(,"summary":null},"truncation":"disabled",)");
}

void append_usage(const Usage& usage, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"input_tokens":{},"input_tokens_details":{{"cached_tokens":{}}},"output_tokens":{},)"
                 R"("output_tokens_details":{{"reasoning_tokens":{}}},"total_tokens":{}}})",
                 usage.input.value, usage.cached.value, usage.output.value, usage.reasoning.value,
                 usage.input.value + usage.output.value);
}

// How an answer ended, in this API.
struct End {
  std::string_view type;    // of the event
  std::string_view status;  // of the response
  std::string_view reason{};
  bool is_failed = false;
};
End end_of(EventType type, const Terminal& terminal) {
  if (type == EventType::cancelled) return {"response.incomplete", "cancelled", "cancelled"};
  // Also where the provider withheld the rest of the answer, and so the run has failed.
  if (terminal.finish == FinishReason::content_filter)
    return {"response.incomplete", kIncomplete, "content_filter"};
  if (type != EventType::completed) return {"response.failed", "failed", {}, true};
  if (terminal.finish == FinishReason::length)
    return {"response.incomplete", kIncomplete, "max_output_tokens"};
  return {"response.completed", kCompleted};
}

// The status of a text or a thought that the end of the answer ends.
std::string_view last_status(const End& end) {
  return end.status == kCompleted ? kCompleted : kIncomplete;
}

// Behind the items of the output.
void end_object(const End& end, const Terminal& terminal, std::string& out) {
  out.append(R"(],"status":")").append(end.status).append(R"(","error":)");
  if (end.is_failed) {
    const Error error = make_error(terminal.code, terminal.message);
    const ErrorName name = name_of(error);
    out.append(R"({"code":")").append(name.code).append(R"(","message":)");
    append_string(terminal.message, out);
    out.append(R"(,"type":")").append(name.type).append(R"(","param":null})");
  } else {
    out.append("null");
  }
  out.append(R"(,"incomplete_details":)");
  if (end.reason.empty())
    out.append("null");
  else
    out.append(R"({"reason":")").append(end.reason).append("\"}");
  out.append(R"(,"usage":)");
  append_usage(terminal.usage, out);
  out.push_back('}');
}

// ---- The output of a response that has ended
//
// Its items have the order in which they began: the place of an item is its `output_index`. In the log, the pieces of items
// may be mixed: a call is whole when later items have begun. So the output is written in passes over the log. The first one
// writes what was asked and what began before the first call, then this call; each other one what began between two calls,
// then the second one of them; the last one the rest.

// As many as a run may have (engine.max_tool_calls).
constexpr std::uint64_t kMaxPassedCalls = 1000;

class OutputPass final : public Dialect {
 public:
  // What a pass writes: texts and thoughts behind so many calls, and the next call; or such texts and thoughts alone, behind
  // the last call; or, where the order is not known, all texts and thoughts.
  enum class Writes { up_to_call, rest, all_prose };
  explicit OutputPass(Writes what, std::uint64_t calls = 0) : what_(what), calls_(calls) {}

  bool numbers_messages() const override { return true; }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (event.type == EventType::started) return render_started(run, event, writer);
    const bool is_here = what_ == Writes::all_prose || calls_begun(before) == calls_;
    if (is_here && ends_prose(event, before)) {
      std::string& out = writer.begin_piece();
      end_prose_item(kCompleted, out);
      if (what_ == Writes::up_to_call) out.push_back(',');  // its call follows
      writer.end_piece();
    }
    if (event.type == EventType::tool_call) return render_call(run, event, before, writer);
    if (!is_here) return;
    const auto begun = before.begun_by(event.type, event.payload);
    if (is_prose(begun)) {
      std::string& out = writer.begin_piece();
      if (what_ == Writes::rest && before.parts() != 0) out.push_back(',');
      if (what_ == Writes::all_prose) out.append(has_prose(before) ? "," : R"("output":[)");
      begin_prose_item(*begun, run.id, before.parts(), out);
      writer.end_piece();
    }
    const bool is_text = event.type == EventType::delta || event.type == EventType::reasoning_delta;
    if (is_text && !event.payload.empty()) writer.write_spliced(event.payload);
  }

 private:
  void render_started(const LogHead& run, const Event& event, MessageWriter& writer) const {
    if (calls_ != 0) return;
    std::string& out = writer.begin_piece();
    append_request(request_of(run, event), out);
    if (what_ != Writes::all_prose) out.append(R"("output":[)");
    writer.end_piece();
  }
  // Without the last bracket: something must stand between two passes.
  void render_call(const LogHead& run, const Event& event, const EventCounts& before,
                   MessageWriter& writer) const {
    if (what_ != Writes::up_to_call) return;
    const auto call = decode_tool_call(event.payload);
    if (!call || (before.open_calls == 0 ? calls_begun(before) : call->index) != calls_) return;
    std::string& out = writer.begin_piece();
    append_call_item(run.id, place_of(*call, before), status_of(call->call), call->call, out);
    out.pop_back();
    writer.end_piece();
  }

  Writes what_;
  std::uint64_t calls_;
};

// The members of a call that has begun and is not whole: what there is of its arguments, without the quote behind them.
class CutCall final : public Dialect {
 public:
  explicit CutCall(std::uint64_t index) : index_(index) {}

  bool numbers_messages() const override { return true; }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (event.type == EventType::part) {
      const auto part = decode_part(event.payload);
      if (!part || part->kind != PartKind::tool_call || part->index != index_) return;
      begin_call_members(run.id, before.parts(), kIncomplete, part->id, part->name, writer.begin_piece());
      writer.end_piece();
    } else if (event.type == EventType::tool_delta) {
      const auto delta = decode_tool_delta(event.payload);
      if (delta && delta->index == index_ && !delta->json.empty()) writer.write_spliced(delta->json);
    }
  }

 private:
  std::uint64_t index_;
};

// All calls that are whole, where the order is not known.
class CallOutput final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::tool_call) return;
    const auto call = decode_tool_call(event.payload);
    if (!call) return;
    std::string& out = writer.begin_piece();
    if (has_calls(before)) out.push_back(',');
    append_call_item(run.id, place_of(*call, before), status_of(call->call), call->call, out);
    writer.end_piece();
  }
};

template <class Body, class... Parameters>
std::vector<Body> one_for_each_call(Parameters... parameters) {
  std::vector<Body> bodies;
  bodies.reserve(kMaxPassedCalls + 1);
  for (std::uint64_t calls = 0; calls <= kMaxPassedCalls; ++calls) bodies.emplace_back(parameters..., calls);
  return bodies;
}

// Calls are known by their number in the answer, from 0. Only runs of other surfaces are restarted, and then count from 0 again.
bool has_known_order(const Terminal& terminal, const EventCounts& before) {
  return before.restarts == 0 && calls_begun(before) <= kMaxPassedCalls &&
         terminal.open_calls.size() == before.open_calls;
}

void append_output(const End& end, const Terminal& terminal, const EventCounts& before, std::string& out,
                   MessageWriter& writer) {
  using Writes = OutputPass::Writes;
  static const auto up_to_call = one_for_each_call<OutputPass>(Writes::up_to_call);
  static const auto rest = one_for_each_call<OutputPass>(Writes::rest);
  static const auto cut_call = one_for_each_call<CutCall>();
  const std::vector<std::uint32_t>& open = terminal.open_calls;
  const std::uint64_t calls = calls_begun(before);
  for (std::uint64_t call = 0; call < calls; ++call) {
    if (call != 0) out.push_back(',');
    writer.splice(up_to_call[call], 1);
    if (std::find(open.begin(), open.end(), call) != open.end()) {
      out.push_back('{');
      writer.splice(cut_call[call], 1);
      out.push_back('"');
    }
    out.push_back('}');
  }
  writer.splice(rest[calls], 1);
  if (is_prose(before.open)) end_prose_item(last_status(end), out);
}

void append_unordered_output(const End& end, const EventCounts& before, std::string& out,
                             MessageWriter& writer) {
  static const OutputPass prose(OutputPass::Writes::all_prose);
  static const CallOutput calls;
  writer.splice(prose, 1);
  if (!has_prose(before)) out.append(R"("output":[)");
  if (is_prose(before.open)) end_prose_item(last_status(end), out);
  if (!has_calls(before)) return;
  if (has_prose(before)) out.push_back(',');
  writer.splice(calls, 1);
}

// The object of a response that has ended, into the open message of its last event.
void append_ended(const LogHead& run, const End& end, const Terminal& terminal, const EventCounts& before,
                  std::string& out, MessageWriter& writer) {
  begin_object(run.id, run.model, out);
  if (has_known_order(terminal, before))
    append_output(end, terminal, before, out, writer);
  else
    append_unordered_output(end, before, out, writer);
  end_object(end, terminal, out);
}

// The object of a response that is being made.
void append_current(const LogHead& run, const Event& started, std::string_view status, std::string& out) {
  begin_object(run.id, run.model, out);
  append_request(request_of(run, started), out);
  out.append(R"("output":[],"status":")").append(status);
  out.append(R"(","error":null,"incomplete_details":null,"usage":null})");
}

bool is_background(const Event& started) {
  const auto request = decode_request(started.payload);
  return request && decode_facts(request->surface_data).background;
}

// ---- The stream

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
      append_string(text, out);
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
      append_string(json, out);
      end(out);
    }
    void end_call(const ToolCall& call) {
      std::string& whole = begin_item_event("response.function_call_arguments.done", false);
      whole.append(R"(,"item_id":")")
          .append(item_id(PartKind::tool_call, run.id, place))
          .append(R"(","name":)");
      append_string(call.name, whole);
      whole.append(R"(,"arguments":)");
      append_string(call.arguments, whole);
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
