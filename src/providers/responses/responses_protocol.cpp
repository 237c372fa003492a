#include "providers/responses/responses_protocol.hpp"

#include <fmt/format.h>

#include "providers/json_text.hpp"
#include "providers/responses/responses_decoder.hpp"

namespace belay::providers {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("\"{}\":", name);
  append_json_string(text, out);
}

void append_input(const std::vector<Message>& messages, std::string& out) {
  out += ",\"input\":[";
  for (const Message& message : messages) {
    if (&message != &messages.front()) out += ',';
    out += message.role == Role::user ? R"({"role":"user",)" : R"({"role":"assistant",)";
    append_member("content", message.content, out);
    out += '}';
  }
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    // By default the API accepts only strict schemas, which are a subset of JSON Schema. Our schemas may be
    // outside that subset.
    out += R"({"type":"function","strict":false,)";
    append_member("name", tool.name, out);
    if (!tool.description.empty()) {
      out += ',';
      append_member("description", tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"parameters\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string responses_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out = "{";
  append_member("model", model.upstream_name, out);
  if (!request.system.empty()) {
    out += ',';
    append_member("instructions", request.system, out);
  }
  append_input(request.messages, out);
  if (!request.tools.empty() && model.tools_allowed) append_tools(request.tools, out);
  out += fmt::format(",\"max_output_tokens\":{}", model.max_output.value);
  if (request.temperature && model.sampling_allowed)
    out += fmt::format(",\"temperature\":{}", *request.temperature);
  out += config.supports_streaming ? ",\"stream\":true" : ",\"stream\":false";
  const bool kept = config.background && config.supports_streaming;
  out += kept ? ",\"background\":true,\"store\":true}" : ",\"store\":false}";
  return out;
}

HttpRequest ResponsesProtocol::request(const HttpProviderConfig& config,
                                       const GenerationRequest& request) const {
  HttpRequest http;
  http.headers = {config.supports_streaming ? "Accept: text/event-stream" : "Accept: application/json"};
  if (!request.resume_token.empty()) {
    // The provider sends the answer from its start. overlap() removes what was already delivered.
    http.method = HttpRequest::Method::get;
    http.url = response_path(request.resume_token);
    return http;
  }
  http.url = "/responses";
  http.headers.emplace_back("Content-Type: application/json");
  http.body = std::make_shared<const std::string>(responses_request_body(config, request));
  return http;
}

Overlap ResponsesProtocol::overlap(const GenerationRequest& request) const {
  if (request.resume_token.empty()) return {};
  return {Overlap::Kind::exact, request.partial_answer};
}

std::unique_ptr<AnswerDecoder> ResponsesProtocol::decoder(AnswerDecoder::Parts parts) const {
  return std::make_unique<ResponsesDecoder>(std::move(parts));
}

}  // namespace belay::providers
