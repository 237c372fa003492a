#include "surfaces/openai/render.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/parse.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::openai {
namespace {

std::int64_t seconds_of(WallTime time) {
  return time.ms / 1000;
}

// The members that a completion and all its chunks share. Every token passes here.
void begin_object(const RunId& run, std::string_view kind, std::string_view model, std::string& out) {
  const fmt::format_int created(seconds_of(run.time));
  out.append(R"({"id":")").append(kIdPrefix).append(run.text());
  out.append(R"(","object":")").append(kind).append(R"(","created":)");
  out.append(created.data(), created.size()).append(R"(,"model":")");
  append_json_text(model, out);
  out.push_back('"');
}

void append_usage(const Usage& usage, std::string& out) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":{}}},)"
      R"("completion_tokens_details":{{"reasoning_tokens":{}}}}})",
      usage.input.value, usage.output.value, usage.input.value + usage.output.value, usage.cached.value,
      usage.reasoning.value);
}

void append_function(std::string_view name, std::string_view arguments, std::string& out) {
  out.append(R"({"name":)");
  append_json_string(name, out);
  out.append(R"(,"arguments":)");
  append_json_string(arguments, out);
  out.push_back('}');
}

// The first piece of a call, or all of it.
void append_call_delta(std::uint64_t index, std::string_view id, std::string_view name,
                       std::string_view arguments, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"("tool_calls":[{{"index":{},"id":)", index);
  append_json_string(id, out);
  out.append(R"(,"type":"function","function":)");
  append_function(name, arguments, out);
  out.append("}]");
}

class ChunkDialect final : public Dialect {
 public:
  explicit ChunkDialect(ShowUsage usage) : usage_(usage) {}

  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    return std::uint64_t{counts.started} + counts.deltas + counts.reasoning_deltas + counts.tool_parts +
           counts.tool_deltas + counts.whole_calls + counts.refused_calls + counts.ends() +
           counts.completed * (usage_ == ShowUsage::at_end ? 2u : 1u);
  }

  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(position);
    switch (event.type) {
      case EventType::delta: {
        std::string& out = begin_delta(run, id, writer);
        out.append(R"("content":)");
        append_json_string(event.payload, out);
        return end_delta(writer, out);
      }
      case EventType::started: {
        std::string& out = begin_delta(run, id, writer);
        out.append(R"("role":"assistant","content":"")");
        return end_delta(writer, out);
      }
      case EventType::reasoning_delta: {
        std::string& out = begin_delta(run, id, writer);
        out.append(R"("reasoning_content":)");
        append_json_string(event.payload, out);
        return end_delta(writer, out);
      }
      case EventType::part:
        return render_part(run, event, id, writer);
      case EventType::tool_delta:
        return render_tool_delta(run, event, id, writer);
      case EventType::tool_call:
        return render_tool_call(run, event, before, id, writer);
      case EventType::completed:
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted:
        return render_end(run, event, id, writer);
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    append_error(error, writer.begin({}));
    writer.end();
  }

 private:
  // Up to the members of `delta`.
  static std::string& begin_delta(const LogHead& run, std::string_view id, MessageWriter& writer) {
    std::string& out = writer.begin({.id = id});
    begin_object(run.id, "chat.completion.chunk", run.model, out);
    out.append(R"(,"choices":[{"index":0,"delta":{)");
    return out;
  }
  void end_delta(MessageWriter& writer, std::string& out, std::string_view finish_reason = "null") const {
    out.append(R"(},"logprobs":null,"finish_reason":)").append(finish_reason);
    out.append(usage_ == ShowUsage::at_end ? R"(}],"usage":null})" : "}]}");
    writer.end();
  }

  void render_part(const LogHead& run, const Event& event, std::string_view id, MessageWriter& writer) const {
    const auto part = decode_part(event.payload);
    if (!part || part->kind != PartKind::tool_call) return;
    std::string& out = begin_delta(run, id, writer);
    append_call_delta(part->index, part->id, part->name, {}, out);
    end_delta(writer, out);
  }

  void render_tool_delta(const LogHead& run, const Event& event, std::string_view id,
                         MessageWriter& writer) const {
    const auto delta = decode_tool_delta(event.payload);
    std::string& out = begin_delta(run, id, writer);
    if (delta) {
      fmt::format_to(std::back_inserter(out), R"("tool_calls":[{{"index":{},"function":{{"arguments":)",
                     delta->index);
      append_json_string(delta->json, out);
      out.append("}}]");
    }
    end_delta(writer, out);
  }

  void render_tool_call(const LogHead& run, const Event& event, const EventCounts& before,
                        std::string_view id, MessageWriter& writer) const {
    if (before.open_calls != 0) return;  // its pieces were shown
    const auto call = decode_tool_call(event.payload);
    std::string& out = begin_delta(run, id, writer);
    const std::uint64_t index = std::uint64_t{before.tool_parts} + before.whole_calls + before.refused_calls;
    if (call) append_call_delta(index, call->call.id, call->call.name, call->call.arguments, out);
    end_delta(writer, out);
  }

  void render_end(const LogHead& run, const Event& event, std::string_view id, MessageWriter& writer) const {
    const auto terminal = decode_terminal(event.payload);
    if (!terminal) return;
    if (event.type != EventType::completed) {
      append_error(make_error(terminal->code, terminal->message), writer.begin({.id = id}));
      return writer.end();
    }
    end_delta(writer, begin_delta(run, {}, writer), fmt::format("\"{}\"", to_string(terminal->finish)));
    if (usage_ == ShowUsage::at_end) {
      std::string& out = writer.begin({});
      begin_object(run.id, "chat.completion.chunk", run.model, out);
      out.append(R"(,"choices":[],"usage":)");
      append_usage(terminal->usage, out);
      out.push_back('}');
      writer.end();
    }
    writer.begin({.id = id}).append("[DONE]");
    writer.end();
  }

  const ShowUsage usage_;
};

}  // namespace

const Format& format(ShowUsage usage) {
  static const ChunkDialect without(ShowUsage::never);
  static const ChunkDialect with(ShowUsage::at_end);
  static const Format without_usage{without, transport::sse_framing_without_empty_blocks()};
  static const Format with_usage{with, transport::sse_framing_without_empty_blocks()};
  return usage == ShowUsage::at_end ? with_usage : without_usage;
}

std::string completion_id(const RunId& run) {
  return std::string(kIdPrefix) + run.text();
}

std::string render_completion(const RunId& run, const services::WholeAnswer& answer) {
  std::string out;
  begin_object(run, "chat.completion", answer.model, out);
  out.append(R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)");
  if (answer.text.empty() && !answer.calls.empty())
    out.append("null");
  else
    append_json_string(answer.text, out);
  out.append(R"(,"refusal":null)");
  for (std::size_t i = 0; i < answer.calls.size(); ++i) {
    const ToolCall& call = answer.calls[i];
    out.append(i == 0 ? R"(,"tool_calls":[{"id":)" : R"(,{"id":)");
    append_json_string(call.id, out);
    out.append(R"(,"type":"function","function":)");
    append_function(call.name, call.arguments, out);
    out.push_back('}');
  }
  if (!answer.calls.empty()) out.push_back(']');
  out.append(R"(},"logprobs":null,"finish_reason":)");
  append_json_string(answer.finish, out);
  out.append(R"(}],"usage":)");
  append_usage(answer.usage, out);
  out.push_back('}');
  return out;
}

// When a model was made is not known. Both APIs have a number or a time there: the earliest one.
std::string render_model(const Model& model) {
  std::string out = R"({"id":)";
  append_json_string(model.alias, out);
  out.append(R"(,"object":"model","created":0,"owned_by":"belay","type":"model","display_name":)");
  append_json_string(model.alias, out);
  out.append(R"(,"created_at":"1970-01-01T00:00:00Z"})");
  return out;
}

std::string render_models(const std::vector<const Model*>& models) {
  std::string out = R"({"object":"list","data":[)";
  for (const Model* model : models) {
    if (model != models.front()) out.push_back(',');
    out.append(render_model(*model));
  }
  out.append(R"(],"has_more":false,"first_id":)");
  if (models.empty()) return out.append(R"(null,"last_id":null})");
  append_json_string(models.front()->alias, out);
  out.append(R"(,"last_id":)");
  append_json_string(models.back()->alias, out);
  return out.append("}");
}

}  // namespace belay::surfaces::openai
