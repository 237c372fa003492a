#include "surfaces/openai/responses/object.hpp"

#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/responses/items.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/request_facts.hpp"

namespace belay::surfaces::openai::responses {
namespace {

void append_text_or_null(std::string_view text, std::string& out) {
  if (text.empty())
    out.append("null");
  else
    append_json_string(text, out);
}

void append_tool(const Tool& tool, std::string& out) {
  out.append(R"({"type":"function","name":)");
  append_json_string(tool.name, out);
  out.append(R"(,"description":)");
  append_text_or_null(tool.description, out);
  out.append(R"(,"parameters":)")
      .append(tool.schema.empty() ? "{}" : tool.schema)
      .append(tool.strict ? R"(,"strict":true})" : R"(,"strict":false})");
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
      append_json_string(choice->name, out);
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
    append_json_string(format->name, out);
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

void append_usage(const Usage& usage, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"input_tokens":{},"input_tokens_details":{{"cached_tokens":{}}},"output_tokens":{},)"
                 R"("output_tokens_details":{{"reasoning_tokens":{}}},"total_tokens":{}}})",
                 usage.input.value, usage.cached.value, usage.output.value, usage.reasoning.value,
                 usage.input.value + usage.output.value);
}

RunRequest request_of(const LogHead& run, const Event& started) {
  auto request = decode_request(started.payload);
  return request && run.surface == kSurface ? std::move(*request) : RunRequest{};
}

}  // namespace

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

void begin_object(const RunId& run, std::string_view model, std::string& out) {
  out.append(R"({"id":")").append(response_id(run));
  fmt::format_to(std::back_inserter(out), R"(","object":"response","created_at":{},"model":)",
                 run.time.ms / 1000);
  append_json_string(model, out);
  out.push_back(',');
}

void append_request(const LogHead& run, const Event& started, std::string& out) {
  const RunRequest request = request_of(run, started);
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

void end_object(const End& end, const Terminal& terminal, std::string& out) {
  out.append(R"(],"status":")").append(end.status).append(R"(","error":)");
  if (end.is_failed) {
    const Error error = make_error(terminal.code, terminal.message);
    const ErrorName name = name_of(error);
    out.append(R"({"code":")").append(name.code).append(R"(","message":)");
    append_json_string(terminal.message, out);
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

void append_current(const LogHead& run, const Event& started, std::string_view status, std::string& out) {
  begin_object(run.id, run.model, out);
  append_request(run, started, out);
  out.append(R"("output":[],"status":")").append(status);
  out.append(R"(","error":null,"incomplete_details":null,"usage":null})");
}

}  // namespace belay::surfaces::openai::responses
