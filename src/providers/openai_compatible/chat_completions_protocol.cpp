#include "providers/openai_compatible/chat_completions_protocol.hpp"

#include <fmt/format.h>

#include "providers/json_text.hpp"
#include "providers/openai_compatible/chat_completions_decoder.hpp"

namespace belay::providers {
namespace {

std::size_t size_hint(const GenerationRequest& request) {
  std::size_t size = 512 + request.system.size() + request.partial_answer.size();
  for (const Message& message : request.messages) size += message.content.size() + 64;
  for (const Tool& tool : request.tools) size += tool.description.size() + tool.schema.size() + 128;
  return size + size / 16;  // extra space for escapes
}

void append_message(std::string_view role, std::string_view content, std::string& out) {
  out += "{\"role\":";
  append_json_string(role, out);
  out += ",\"content\":";
  append_json_string(content, out);
  out += '}';
}

void append_messages(const HttpProviderConfig& config, const GenerationRequest& request, std::string& out) {
  out += ",\"messages\":[";
  const std::size_t start = out.size();
  const auto comma = [&] {
    if (out.size() != start) out += ',';
  };
  if (!request.system.empty()) append_message(request.model.system_role, request.system, out);
  for (const Message& message : request.messages) {
    comma();
    append_message(message.role == Role::user ? "user" : "assistant", message.content, out);
  }
  if (!request.partial_answer.empty()) {
    comma();
    append_message("assistant", request.partial_answer, out);
    if (config.continue_style == ContinueStyle::prefix_flag) {
      out.pop_back();
      out += ",\"prefix\":true}";
    }
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
  if (!request.tools.empty() && model.tools_allowed) append_tools(request.tools, out);
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
