#include "providers/anthropic/messages_protocol.hpp"

#include <fmt/format.h>

#include "providers/anthropic/messages_decoder.hpp"
#include "providers/characters.hpp"
#include "providers/json_text.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Removes white space at the end.
std::string_view without_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("\"{}\":", name);
  append_json_string(text, out);
}

void append_messages(const GenerationRequest& request, std::string& out) {
  out += ",\"messages\":[";
  const std::size_t start = out.size();
  const auto append = [&](Role role, std::string_view content) {
    // The API rejects blank messages, such as an answer that broke off before its first word.
    if (is_blank(content)) return;
    if (out.size() != start) out += ',';
    out += role == Role::user ? R"({"role":"user",)" : R"({"role":"assistant",)";
    append_member("content", content, out);
    out += '}';
  };
  for (const Message& message : request.messages) append(message.role, message.content);
  append(Role::assistant, without_end(request.partial_answer));
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    out += '{';
    append_member("name", tool.name, out);
    if (!tool.description.empty()) {
      out += ',';
      append_member("description", tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"input_schema\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string messages_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out = "{";
  append_member("model", model.upstream_name, out);
  out += fmt::format(",\"max_tokens\":{}", model.max_output.value);
  if (!is_blank(request.system)) {
    out += ',';
    append_member("system", request.system, out);
  }
  append_messages(request, out);
  if (!request.tools.empty() && model.tools_allowed) append_tools(request.tools, out);
  if (request.temperature && model.sampling_allowed && config.anthropic_version == "2023-06-01")
    out += fmt::format(",\"temperature\":{}", *request.temperature);
  out += config.supports_streaming ? ",\"stream\":true}" : ",\"stream\":false}";
  return out;
}

HttpRequest MessagesProtocol::request(const HttpProviderConfig& config,
                                      const GenerationRequest& request) const {
  HttpRequest http;
  http.url = "/messages";
  http.headers = {"Content-Type: application/json", "anthropic-version: " + config.anthropic_version,
                  config.supports_streaming ? "Accept: text/event-stream" : "Accept: application/json"};
  http.body = std::make_shared<const std::string>(messages_request_body(config, request));
  return http;
}

Overlap MessagesProtocol::overlap(const GenerationRequest& request) const {
  const std::string_view kept = without_end(request.partial_answer);
  return {Overlap::Kind::white_space, request.partial_answer.substr(kept.size())};
}

std::unique_ptr<AnswerDecoder> MessagesProtocol::decoder(AnswerDecoder::Parts parts) const {
  return std::make_unique<MessagesDecoder>(std::move(parts));
}

}  // namespace belay::providers
