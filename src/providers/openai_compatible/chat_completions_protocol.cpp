#include "providers/openai_compatible/chat_completions_protocol.hpp"

#include <fmt/format.h>

#include "providers/characters.hpp"
#include "providers/json_text.hpp"
#include "providers/openai_compatible/chat_completions_decoder.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

std::size_t size_hint(const GenerationRequest& request) {
  std::size_t size = 512 + request.system.size() + request.partial_answer.size();
  for (const Message& message : request.messages) size += bytes_of(message) + 64;
  for (const Tool& tool : request.tools) size += tool.description.size() + tool.schema.size() + 128;
  return size + size / 16;  // extra space for escapes
}

// Writes a message without its closing brace.
void begin_message(std::string_view role, std::string_view content, std::string& out) {
  if (out.back() != '[') out += ',';
  out += "{\"role\":";
  append_json_string(role, out);
  out += ",\"content\":";
  if (content.empty())
    out += "null";
  else
    append_json_string(content, out);
}

void append_call(const ToolCall& call, std::string& out) {
  out += out.back() == '[' ? "{\"id\":" : ",{\"id\":";
  append_json_string(call.id, out);
  out += ",\"type\":\"function\",\"function\":{\"name\":";
  append_json_string(call.name, out);
  out += ",\"arguments\":";
  append_json_string(arguments_object(call.arguments), out);
  out += "}}";
}

// Calls follow in the same message; each result is a message.
void append_message(const Message& message, std::string& out) {
  if (message.role == Role::tool) {
    for (const Part& part : message.parts) {
      const ToolResult* result = std::get_if<ToolResult>(&part);
      if (!result) continue;
      begin_message("tool", result->text, out);
      out += ",\"tool_call_id\":";
      append_json_string(result->call_id, out);
      out += '}';
    }
    return;
  }
  const Text* text = std::get_if<Text>(&message.parts.front());
  begin_message(message.role == Role::user ? "user" : "assistant", text ? text->text : std::string_view(),
                out);
  bool has_calls = false;
  for (const Part& part : message.parts)
    if (const ToolCall* call = std::get_if<ToolCall>(&part)) {
      if (!std::exchange(has_calls, true)) out += ",\"tool_calls\":[";
      append_call(*call, out);
    }
  if (has_calls) out += ']';
  out += '}';
}

void append_messages(const HttpProviderConfig& config, const GenerationRequest& request, std::string& out) {
  out += ",\"messages\":[";
  if (!is_blank(request.system)) {
    begin_message(request.model.system_role, request.system, out);
    out += '}';
  }
  const SentMessages messages(request);
  for (const Message& message : messages) append_message(message, out);
  if (messages.end_with_answer() && config.continue_style == ContinueStyle::prefix_flag) {
    out.pop_back();
    out += ",\"prefix\":true}";
  }
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    out += "{\"type\":\"function\",\"function\":{\"name\":";
    append_json_string(tool.name, out);
    if (!tool.description.empty()) {
      out += ",\"description\":";
      append_json_string(tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"parameters\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += "}}";
  }
  out += ']';
}

}  // namespace

std::string chat_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out;
  out.reserve(size_hint(request));
  out += "{\"model\":";
  append_json_string(model.upstream_name, out);
  append_messages(config, request, out);
  if (offers_tools(request)) append_tools(request.tools, out);
  out += ',';
  append_json_string(model.token_field, out);
  out += fmt::format(":{}", model.max_output.value);
  if (request.temperature && model.sampling_allowed)
    out += fmt::format(",\"temperature\":{}", *request.temperature);
  out += config.supports_streaming ? ",\"stream\":true" : ",\"stream\":false";
  if (config.supports_streaming && config.include_usage)
    out += ",\"stream_options\":{\"include_usage\":true}";
  out += '}';
  return out;
}

HttpRequest ChatCompletionsProtocol::request(const HttpProviderConfig& config,
                                             const GenerationRequest& request) const {
  HttpRequest http;
  http.url = "/chat/completions";
  http.headers = {"Content-Type: application/json",
                  config.supports_streaming ? "Accept: text/event-stream" : "Accept: application/json"};
  http.body = std::make_shared<const std::string>(chat_request_body(config, request));
  return http;
}

std::unique_ptr<AnswerDecoder> ChatCompletionsProtocol::decoder(AnswerDecoder::Parts parts) const {
  return std::make_unique<ChatCompletionsDecoder>(std::move(parts));
}

}  // namespace belay::providers
